/**
 * Messages that are nested deeper than a stack is: `fixtures/deep-messages.ts` sends them,
 * with the stack of Lambda's main thread.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "./fixtures/deep-messages.js";

const FIXTURE = fileURLToPath(new URL("fixtures/deep-messages.ts", import.meta.url));

let outcomes: readonly Outcome[];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", FIXTURE]);
  outcomes = JSON.parse(stdout);
});

describe.each(["concurrent", "ordered"] as const)("a message that is nested deep, in %s mode", (order) => {
  const own = () => outcomes.filter((outcome) => outcome.order === order);

  it("never comes again, and is never taken for trouble of ours", () => {
    expect(own().length).toBeGreaterThan(50);
    expect(own().filter(({ comesAgain, stages }) => comesAgain || stages.includes("event"))).toEqual([]);
  });

  it("of a plain client that cannot be taken is answered with an error, and its connection lives", () => {
    const refused = own().filter(({ message, depth }) => message.startsWith("plain") && depth >= 5_000);
    expect(refused.length).toBeGreaterThan(0);
    for (const { message, depth, frames } of refused) {
      const error = { error: { code: "not_json", message: "The message is nested too deep." } };
      expect([message, depth, frames.map((frame) => JSON.parse(frame ?? "null"))]).toEqual([
        message,
        depth,
        [error],
      ]);
    }
  });

  it("is handled like any other, and echoed, where a stack suffices for it", () => {
    const echoed = own().filter(({ message, depth }) => message.includes("event with") && depth <= 1_000);
    expect(echoed.filter(({ frames }) => !frames[0]?.match(/^(43|461-)1\[|^\{"ack":1/))).toEqual([]);
  });

  it("that the app cannot pass on makes its emit throw, as upstream", () => {
    const passedOn = own().filter(({ message }) => message === "event that is passed on");
    const isAnswered = ({ frames }: Outcome) => frames.at(-1) === "431[]";
    expect(passedOn.filter((one) => !isAnswered(one) && !one.stages.includes("handler"))).toEqual([]);
    expect(passedOn.filter(isAnswered).length).toBeGreaterThan(0);
  });

  it("is refused where it is the auth of a CONNECT, from 1,000 levels on", () => {
    const connects = own().filter(({ message }) => message.startsWith("connect"));
    const isRefused = ({ frames }: Outcome) =>
      frames.includes(null) || frames.some((frame) => frame?.includes("auth_too_large"));
    expect(connects.filter((outcome) => isRefused(outcome) !== outcome.depth > 1_000)).toEqual([]);
  });
});
