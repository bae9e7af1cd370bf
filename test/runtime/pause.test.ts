import { describe, expect, it } from "vitest";
import { pause, within } from "../../runtime/async/pause.js";

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

const LONG_MS = 60_000;

describe("a pause", () => {
  it("is late when its time is over, and stays so", async () => {
    const one = pause(1);
    expect(await one.over).toBe("late");
    one.end();
    expect(await one.over).toBe("late");
  });

  it("is early when it is ended, once or twice, and leaves no timer", async () => {
    const before = timers();
    const one = pause(LONG_MS);
    expect(timers()).toBe(before + 1);
    one.end();
    one.end();
    expect(await one.over).toBe("early");
    expect(timers()).toBe(before);
  });
});

describe("work within a time", () => {
  it("gives its result, and leaves no timer", async () => {
    const before = timers();
    expect(await within(LONG_MS, Promise.resolve("done"))).toBe("done");
    expect(timers()).toBe(before);
  });

  it("is late when it takes longer", async () => {
    expect(await within(1, new Promise(() => {}))).toBe("late");
  });

  it("rejects as it does, and leaves no timer", async () => {
    const before = timers();
    await expect(within(LONG_MS, Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(timers()).toBe(before);
  });
});
