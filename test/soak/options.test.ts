import { describe, expect, it } from "vitest";
import { parseOptions, SoakOptionsError } from "./options.js";

describe("the flags of the soak run", () => {
  it("has a seed of its own each time, unless one is given", () => {
    expect(parseOptions([])?.seed).toEqual(expect.any(Number));
    expect(parseOptions(["--seed", "7"])?.seed).toBe(7);
  });

  it("runs both modes, or one", () => {
    expect(parseOptions([])?.orders).toEqual(["concurrent", "ordered"]);
    expect(parseOptions(["--order", "ordered"])?.orders).toEqual(["ordered"]);
  });

  it("takes what is given over what --ci means", () => {
    const ci = parseOptions(["--ci"]);
    const changed = parseOptions(["--ci", "--clients", "3"]);
    expect(changed).toMatchObject({ clients: 3, minutes: ci?.minutes });
  });

  it("gives nothing where help is asked for", () => {
    expect(parseOptions(["--help"])).toBeUndefined();
  });

  it.each([
    ["--minutes", "0"],
    ["--clients", "2.5"],
    ["--seed", "-1"],
    ["--order", "random"],
    ["--rate", "many"],
    ["--storm", "1"],
  ])("refuses %s %s, and names the flag", (flag, value) => {
    expect(() => parseOptions([flag, value])).toThrow(SoakOptionsError);
    expect(() => parseOptions([flag, value])).toThrow(flag);
  });
});
