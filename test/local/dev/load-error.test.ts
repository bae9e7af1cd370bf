/** An app that does not load: what a person reads, which names their file and not ours. */
import { describe, expect, it, onTestFinished } from "vitest";
import { FunctionError } from "../../../local/errors.js";
import { loadError } from "../../../local/load-error.js";
import { startLocal } from "../../../local/start.js";
import { project } from "./project.js";

function made(...args: Parameters<typeof project>) {
  const created = project(...args);
  onTestFinished(() => created.remove());
  return created;
}

describe("an app file", () => {
  it.each([
    [
      "makes no server",
      "export const nothing = 1;",
      /^app\.ts makes no Socket\.IO server\. Add: const io = new Server\(\); \(with import \{ Server \} from "socket\.io"\)$/,
    ],
    [
      "exports as io what is no server",
      "exports.io = { of: 1 };",
      /^app\.ts makes no Socket\.IO server\. Add: const io = new Server\(\);/,
    ],
    [
      "attaches a server to what is no HTTP server",
      'import { Server } from "socket.io";\nexport const io = new Server().attachApp({} as never);',
      /^app\.ts: A server of uWebSockets\.js .* http\.Server\. \(app\.ts:2:32\)$/,
    ],
    [
      "throws a word",
      'throw "a word";',
      /^app\.ts threw "a word" while it was loaded\. Throw an Error instead: that knows the line\.$/,
    ],
    [
      "exits",
      "process.exit(3);",
      /^app\.ts ended while it was loaded, with exit code 3\. Remove the call process\.exit\(3\)/,
    ],
    [
      "awaits what never comes",
      "await new Promise(() => {});",
      /^app\.ts waits for ever while it is loaded: an await at the top of a module .* settle\. Find that await/,
    ],
    [
      "reads a file beside itself",
      'import { readFileSync } from "node:fs";\nreadFileSync(new URL("words.json", import.meta.url));',
      /^app\.ts reads words\.json \(app\.ts:2:1\), which is not beside its bundle\. Files .*bundling: \{ files/,
    ],
    [
      "requires a file beside itself",
      'import { createRequire } from "node:module";\ncreateRequire(import.meta.url)("./words.json");',
      /^app\.ts reads \.\/words\.json \(app\.ts:2:30\), which is not beside its bundle\. Files .*bundling: \{ files/,
    ],
    [
      "misses a package",
      'import "left-pad";',
      /app\.ts:1:8: Could not resolve "left-pad"\. Install it: npm i left-pad/,
    ],
  ])("is named where it %s", async (_what, code, message) => {
    const { folder, write } = made({}, []);
    await expect(startLocal({ project: folder, app: write("app.ts", code) })).rejects.toThrow(message);
  });

  it("is named, with its line, where it throws while it loads", async () => {
    const { folder, write } = made({}, []);
    const file = write("src/app.ts", 'const name: string = "x";\nthrow new RangeError("no " + name);');
    await expect(startLocal({ project: folder, app: file })).rejects.toMatchObject({
      functionName: "src/app.ts",
      stack: expect.stringMatching(/^RangeError: no x\n.*src\/app\.ts:2:7/),
    });
  });

  it("is named where it has not been loaded when its time is up", async () => {
    const thrown = { name: "Sandbox.Timedout", message: "Task timed out after 25.00 seconds" };
    await expect(loadError(new FunctionError("src/app.ts", thrown), "/home/me")).resolves.toMatchObject({
      name: "LocalError",
      message:
        "src/app.ts does not finish loading: it was stopped after 25.00 seconds. Look for an endless loop, or for an await at the top of a module whose promise never settles.",
    });
  });
});
