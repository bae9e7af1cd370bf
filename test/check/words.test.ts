/** What a finding says, where one rule has several sentences. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { check } from "../../local/check/check.js";

const CORPUS = fileURLToPath(new URL("corpus", import.meta.url));

function said(program: string, line: number): string[] {
  const { findings } = check({ entry: `${CORPUS}/faulty/${program}`, folder: CORPUS });
  return findings.filter((each) => each.line === line).map(({ what }) => what);
}

it("tells a stream that a listener reads from a subscription of the connection handler", () => {
  expect(said("terminals.ts", 17)).toEqual([expect.stringContaining("once more before each event")]);
  expect(said("terminals.ts", 21)).toEqual([
    '"data" may come when this event is over: it ends when its listener has returned, or its promise has settled',
  ]);
});

it("says of an awaited timeout that the event is stopped before", () => {
  expect(said("timers/index.js", 33)).toEqual([
    "the event is stopped before this timeout of 30 s ends: it has 25 s",
  ]);
});

it("says of a timeout that nobody waits for that it ends after its event", () => {
  expect(said("timers/index.js", 39)).toEqual([expect.stringContaining("ends after its event")]);
});
