import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readArguments } from "../../local/arguments.js";
import { ArgumentsError } from "../../local/errors.js";

describe("readArguments", () => {
  it("defaults to port 3000 and two environments, and leaves app and stage to the CDK app", () => {
    expect(readArguments([], ".")).toEqual({ port: 3000, environments: 2, help: false });
  });

  it("resolves the app from where the person is", () => {
    const args = [
      "--port",
      "0",
      "--app",
      "my/app.ts",
      "--stage",
      "test",
      "--environments",
      "4",
      "--on-demand",
      "--minute",
      "50",
      "--order",
      "ordered",
    ];
    expect(readArguments(args, "/home/me")).toEqual({
      port: 0,
      app: resolve("/home/me/my/app.ts"),
      stage: "test",
      environments: 4,
      onDemand: true,
      minuteMs: 50,
      order: "ordered",
      help: false,
    });
  });

  it.each([
    [["--prot", "1"], "Unknown option '--prot'. See npm start -- --help."],
    [["extra"], "Unexpected argument 'extra'. See npm start -- --help."],
    [["--port", "70000"], '--port takes a whole number from 0 to 65535, not "70000".'],
    [["--port", "1.5"], '--port takes a whole number from 0 to 65535, not "1.5".'],
    [["--environments", "0"], '--environments takes a whole number from 1 to 100, not "0".'],
    [["--minute", "60001"], '--minute takes a whole number from 1 to 60000, not "60001".'],
    [["--order", "sorted"], '--order takes "concurrent" or "ordered", not "sorted".'],
    [["--app", ""], "--app is empty. See npm start -- --help."],
  ])("refuses %j in one sentence", (args, sentence) => {
    expect(() => readArguments(args, ".")).toThrow(new ArgumentsError(sentence));
  });
});
