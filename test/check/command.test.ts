/** The command line of `check`: what it prints, and its exit codes. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkCommand } from "../../local/check/command.js";
import { entryOf } from "../../local/check/entry.js";
import { readArguments } from "../../local/terminal/arguments.js";

const CLI = fileURLToPath(new URL("../../local/cli.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

const CLEAN = `import { Server } from "socket.io";
export const io = new Server();
io.on("connection", (socket) => socket.on("hi", () => io.emit("hi")));
`;
const COUNTS = `import { io } from "./io.js";
let count = 0;
io.on("connection", (socket) => socket.on("add", (ack) => ack(++count)));
`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "check-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function run(folder: string, args: readonly string[]) {
  const command = readArguments(["check", ...args], { folder });
  if (command.name !== "check") throw new Error(command.name);
  const lines: string[] = [];
  const code = checkCommand(command.options, (line) => lines.push(line));
  return { code, lines };
}

describe("check", () => {
  it("prints nothing for a clean program, and ends with 0", () => {
    expect(run(folderWith({ "app.ts": CLEAN }), ["app.ts"])).toEqual({ code: 0, lines: [] });
  });

  it("prints file, line, column, rule, repair and link of a finding in any file, and ends with 1", () => {
    const folder = folderWith({
      "main.ts": 'import "./src/counts.js";',
      "src/counts.ts": COUNTS,
      "src/io.ts": CLEAN,
    });
    const { code, lines } = run(folder, ["main.ts"]);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(
      /^src\/counts\.ts:2:5 {2}module-state {2}count is .* \(line 3\) {2}a counter .* \(docs\/check\.md#module-state\)$/,
    );
    expect(lines[1]).toBe("\n1 finding in 3 files.");
  });

  it("prints one JSON object a line with --json", () => {
    const folder = folderWith({ "counts.ts": COUNTS, "io.ts": CLEAN });
    const { lines } = run(folder, ["counts.ts", "--json"]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        type: "finding",
        file: "counts.ts",
        line: 2,
        column: 5,
        rule: "module-state",
        link: "docs/check.md#module-state",
        also: [{ file: "counts.ts", line: 3, column: 63 }],
      }),
    ]);
  });

  it("says where a file cannot be read, still prints what it finds elsewhere, and ends with 2", () => {
    const folder = folderWith({
      "counts.ts": `${COUNTS}import "./broken.js";`,
      "io.ts": CLEAN,
      "broken.js": "let = {",
    });
    const { code, lines } = run(folder, ["counts.ts"]);
    expect(code).toBe(2);
    expect(lines.join("\n")).toMatch(
      /counts\.ts:2:5 {2}module-state[\s\S]*broken\.js:1:\d+ {2}cannot be read: /,
    );
  });

  it("shows hints on demand alone", () => {
    const app = 'const io = require("socket.io")(3000, { cors: { origin: "http://localhost:5173" } });';
    const folder = folderWith({ "app.js": app });
    expect(run(folder, ["app.js"]).lines).toEqual([]);
    expect(run(folder, ["app.js", "--hints"]).lines[0]).toMatch(/^app\.js:1:\d+ {2}cors {2}/);
  });

  it("finds the program by the CDK app, by npm start, or by its name", () => {
    const cdk =
      'import { SocketIoApi } from "socket.io-lambda/cdk";\nnew SocketIoApi(stack, "Api", { app: "src/chat.ts" });';
    const files = { "src/chat.ts": CLEAN, "web.js": "", "server.js": "" };
    const found = (more: Readonly<Record<string, string>>) => {
      const folder = folderWith({ ...files, ...more });
      return entryOf(folder).slice(folder.length + 1);
    };
    expect(found({ "cdk.json": '{ "app": "tsx bin/stack.ts" }', "bin/stack.ts": cdk })).toBe("src/chat.ts");
    const around = `class Chat { constructor({ app }) { new SocketIoApi(this, "Api", { app }); } }
      new Chat({ app: node.tryGetContext("app") ?? "src/chat.ts" });`;
    expect(found({ "cdk.json": '{ "app": "tsx bin/stack.ts" }', "bin/stack.ts": around })).toBe(
      "src/chat.ts",
    );
    expect(found({ "package.json": '{ "scripts": { "start": "node web.js" } }' })).toBe("web.js");
    expect(found({})).toBe("server.js");
  });

  it("refuses what is not in its help, with a next step", () => {
    const folder = folderWith({});
    const read =
      (...args: string[]) =>
      () =>
        readArguments(args, { folder });
    expect(read("check", "server.js")).toThrow(
      'There is no file "server.js". See socket.io-lambda check --help.',
    );
    expect(read("check", "--hint")).toThrow("Did you mean --hints?");
    expect(read("chek", "server")).toThrow("Did you mean check?");
    expect(() => run(folder, [])).toThrow("Name its file: socket.io-lambda check server.js");
  });

  it("is a command of the program, with 2 as its exit code where it cannot run", async () => {
    const folder = folderWith({ "app.ts": COUNTS });
    const exit = (...args: string[]) =>
      new Promise<{ code: number | null; text: string }>((resolve) => {
        const child = execFile(
          process.execPath,
          ["--import", TSX, CLI, "check", ...args],
          { cwd: folder },
          (_error, stdout, stderr) => resolve({ code: child.exitCode, text: stdout + stderr }),
        );
      });
    expect(await exit("app.ts")).toEqual({
      code: 1,
      text: expect.stringContaining("app.ts:2:5  module-state"),
    });
    expect(await exit("nowhere.ts")).toEqual({ code: 2, text: expect.stringContaining("There is no file") });
  });
});
