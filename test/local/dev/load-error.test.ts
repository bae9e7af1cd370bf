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
      "exports no server",
      "export const nothing = 1;",
      /^app\.ts exports no Socket\.IO server as io, .* it exports nothing\./,
    ],
    [
      "exports two servers, neither as io",
      'import { Server } from "socket.io";\nexport const chat = new Server();\nexport const admin = new Server();',
      /^app\.ts exports no Socket\.IO server as io, .* it exports (chat, admin|admin, chat)\. Name the one that is the server io\.$/,
    ],
    [
      "exports as io what is no server",
      "export const io = { of: 1 };",
      /^app\.ts exports io, which is no Socket\.IO server\. Make it one: export const io = new Server\(\);$/,
    ],
    [
      "exports as io what is no server, in CommonJS",
      "exports.io = { of: 1 };",
      /^app\.ts exports io, which is no Socket\.IO server\. Make it one: exports\.io = new Server\(\);$/,
    ],
    [
      "is CommonJS without a server",
      "module.exports = 1;",
      /^app\.ts exports no .* or as its module\.exports: its module\.exports is something else\. Add: exports\.io = new Server\(\); \(with const \{ Server \} = require\("socket\.io"\)\)$/,
    ],
    [
      "is CommonJS with a server of another name",
      'const { Server } = require("socket.io");\nmodule.exports = { chat: new Server(), port: 1 };',
      /^app\.ts exports no .*: it exports chat, port\. Name the one that is the server io\.$/,
    ],
    [
      "opens a port",
      'import { Server } from "socket.io";\nexport const io = new Server(0);',
      /^app\.ts: Opening a port \(new Server\(3000\), .*\. Write new Server\(options\), with no port .* as io\. \(app\.ts:2:19\)$/,
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
