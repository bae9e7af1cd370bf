/** The faults themselves: their options, their dice, and how they are read from the command line. */
import { describe, expect, it } from "vitest";
import { FaultOptionsError } from "../../local/errors.js";
import { FAULT_NAMES, readFaults } from "../../local/faults/check-faults.js";
import type { FaultOptions } from "../../local/faults/fault-options.js";
import { Faults } from "../../local/faults/faults.js";
import { readArguments } from "../../local/terminal/arguments.js";
import { eventLines } from "../../local/terminal/event-lines.js";
import { helpOf } from "../../local/terminal/help.js";
import { isShown } from "../../local/terminal/log-level.js";

const THROWS = 200;

function struck(options: Partial<FaultOptions>): boolean[] {
  const faults = new Faults(options);
  return Array.from({ length: THROWS }, () => faults.strikes("kill"));
}

describe("Faults", () => {
  it("strike at the same places with the same seed, and elsewhere with another one", () => {
    expect(struck({ seed: 7, kill: 0.5 })).toEqual(struck({ seed: 7, kill: 0.5 }));
    expect(struck({ seed: 7, kill: 0.5 })).not.toEqual(struck({ seed: 8, kill: 0.5 }));
  });

  it("strike about as often as their share says", () => {
    const count = struck({ seed: 7, kill: 0.25 }).filter(Boolean).length;
    expect(count).toBeGreaterThan(THROWS * 0.15);
    expect(count).toBeLessThan(THROWS * 0.35);
  });

  it("strike at the same places whatever other kinds there are", () => {
    const faults = new Faults({ seed: 7, kill: 0.5, throttle: 0.5, postFail: 0.5, delayMs: 10 });
    const kills = Array.from({ length: THROWS }, () => {
      faults.strikes("throttle");
      faults.firstOf(["postFail", "postGone"]);
      faults.randomMs("delayMs");
      return faults.strikes("kill");
    });
    expect(kills).toEqual(struck({ seed: 7, kill: 0.5 }));
  });

  it("strike each at its own places", () => {
    const faults = new Faults({ seed: 7, throttle: 0.5 });
    const throttles = Array.from({ length: THROWS }, () => faults.strikes("throttle"));
    expect(throttles).not.toEqual(struck({ seed: 7, kill: 0.5 }));
  });

  it("keep their places where only one of several can strike", () => {
    const posts = (options: Partial<FaultOptions>) => {
      const faults = new Faults({ seed: 7, ...options });
      return Array.from({ length: THROWS }, () => faults.firstOf(["postThrottle", "postFail"]));
    };
    const throttled = posts({ postThrottle: 0.5 });
    const failed = posts({ postFail: 0.5 });
    expect(posts({ postThrottle: 0.5, postFail: 0.5 })).toEqual(
      throttled.map((kind, index) => kind ?? failed[index]),
    );
  });

  it("never strike unless they are asked for", () => {
    const faults = new Faults();
    expect(FAULT_NAMES.some((name) => name !== "seed" && faults.strikes(name as "kill"))).toBe(false);
  });

  it("can be changed and stopped; a new seed starts anew, the old one goes on", () => {
    const faults = new Faults({ seed: 7, kill: 0.5 });
    const draw = () => Array.from({ length: THROWS }, () => faults.strikes("kill"));
    const first = draw();
    expect(draw()).not.toEqual(first);
    faults.set({ seed: 7, kill: 0.5 });
    expect(draw()).toEqual(first);
    faults.set({ throttle: 1 });
    expect([faults.strikes("kill"), faults.strikes("throttle")]).toEqual([false, true]);
    faults.stop();
    expect(faults.strikes("throttle")).toBe(false);
  });

  it.each<[object, RegExp]>([
    [{ kil: 1 }, /^There is no fault "kil": choose from seed, dbThrottle, .*, jumpEveryMs\.$/],
    [{ kill: 1.5 }, /^The fault kill takes a number from 0 to 1, not 1\.5\.$/],
    [{ delayMs: -1 }, /^The fault delayMs takes a whole number of milliseconds up to 2147483647, not -1\.$/],
    [{ seed: 0.5 }, /^The fault seed takes a whole number from 0 to 4294967295, not 0\.5\.$/],
  ])("refuse %j in one sentence, and leave what was set", (options, sentence) => {
    const faults = new Faults({ seed: 7, kill: 1 });
    expect(() => faults.set(options)).toThrow(FaultOptionsError);
    expect(() => faults.set(options)).toThrow(sentence);
    expect(faults.strikes("kill")).toBe(true);
  });
});

describe("readFaults", () => {
  it("reads names and numbers", () => {
    expect(readFaults("seed=7,kill=0.01, delayMs = 50,cut=.5")).toEqual({
      seed: 7,
      kill: 0.01,
      delayMs: 50,
      cut: 0.5,
    });
  });

  it("is what --faults is read with", () => {
    const place = { folder: "/home/me" };
    expect(readArguments(["dev", "--faults", "seed=7,kill=0.01"], place)).toMatchObject({
      options: { faults: { seed: 7, kill: 0.01 } },
    });
    expect(() => readArguments(["dev", "--faults", "kill=0.01"], place)).toThrow(
      "Faults need a seed, such as seed=7.",
    );
    for (const name of FAULT_NAMES) expect(helpOf("dev")).toContain(name);
  });

  it.each([
    ["kill=0.01", "Faults need a seed, such as seed=7."],
    ["seed=7,kill", 'The fault kill takes a number from 0 to 1, not "kill".'],
    ["seed=7,kill=", 'The fault kill takes a number from 0 to 1, not "".'],
    ["seed=7,kill=often", 'The fault kill takes a number from 0 to 1, not "often".'],
    ["seed=7,kill=0.1=2", 'The fault kill takes a number from 0 to 1, not "0.1=2".'],
    ["seed=7,kill=1,kill=0", "The fault kill is given twice."],
  ])("refuses %j in one sentence", (text, sentence) => {
    expect(() => readFaults(text)).toThrow(new FaultOptionsError(sentence));
  });
});

describe("the terminal's line of a fault", () => {
  const event = eventLines({ colors: false, now: () => new Date(2026, 0, 1, 12, 0, 0) });

  it("says which one, and whom it hit", () => {
    expect(event({ type: "fault", kind: "kill", connectionId: "abc=", functionName: "app" })).toBe(
      "12:00:00  fault       kill              abc=  app\n",
    );
    expect(event({ type: "fault", kind: "dbSlow", operation: "GetItem", ms: 12.3 })).toBe(
      "12:00:00  fault       dbSlow            GetItem  12 ms\n",
    );
  });

  it("is shown at the level debug for delays, which hit every event", () => {
    const delayed = { type: "fault", kind: "delayMs", ms: 3 } as const;
    expect([isShown(delayed, "info"), isShown(delayed, "debug")]).toEqual([false, true]);
  });
});
