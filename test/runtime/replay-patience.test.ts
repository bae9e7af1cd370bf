import { expect, it } from "vitest";
import { awaitStarted } from "../../runtime/user-code/replay-patience.js";
import type { Started } from "../../runtime/user-code/started.js";

/** Work that ends after so many milliseconds, and how long it was waited for. */
function work(takesMs: number, waits: number[]): Started {
  const started: Partial<Started> = {
    ended: async (patienceMs) => {
      waits.push(Math.min(takesMs, patienceMs));
      return takesMs <= patienceMs;
    },
  };
  return started as Started;
}

const NEVER = Number.POSITIVE_INFINITY;

it("what never ends is waited for long once, and shortly from then on", async () => {
  const waits: number[] = [];
  for (let event = 0; event < 3; event++) await awaitStarted("/endless", work(NEVER, waits));
  expect(waits).toEqual([1_000, 100, 100]);
});

it("another namespace's replays are waited for all the same", async () => {
  const waits: number[] = [];
  await awaitStarted(7, work(NEVER, waits));
  await awaitStarted("/other", work(300, waits));
  expect(waits).toEqual([1_000, 300]);
});

it("work that ends in time again is waited for again", async () => {
  const waits: number[] = [];
  for (const takesMs of [2_000, 50, 300]) await awaitStarted("/busy", work(takesMs, waits));
  expect(waits).toEqual([1_000, 50, 300]);
});
