import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import WebSocket from "ws";
import { temporaryFolder } from "./fixture/folder.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Run {
  readonly child: ChildProcess;
  /** Resolves with all of stdout so far when it matches. */
  printed(pattern: RegExp): Promise<string>;
  readonly exited: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** What `npm start` runs, without npm. */
function run(...args: string[]): Run {
  const child = spawn(process.execPath, ["--import", "tsx", "local/cli.ts", ...args], {
    cwd: ROOT,
    env: { ...process.env, INIT_CWD: ROOT },
  });
  cleanups.push(() => child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return {
    child,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => pattern.test(stdout) && resolve(stdout);
        child.stdout.on("data", look);
        child.once("close", () => reject(new Error(`Ended without printing ${pattern}: ${stdout}${stderr}`)));
        look();
      }),
    exited: new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr }))),
  };
}

async function expectSentence(args: string[], sentence: string | RegExp): Promise<void> {
  const { code, stdout, stderr } = await run("dev", ...args).exited;
  expect(stderr.trim()).toMatch(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect([code, stdout]).toEqual([1, ""]);
}

function appFile(source: string): string {
  const folder = temporaryFolder();
  cleanups.push(() => folder.remove());
  return folder.write("app.ts", source);
}

describe("npm start", () => {
  it("says what runs, and how to connect, Socket.IO first, and ends with 0 at Ctrl-C", async () => {
    const { child, printed, exited } = run("dev", "--port", "0");
    const lines = (await printed(/Page.*\n/)).split("\n").filter((line) => line !== "");
    const port = /:(\d+)/.exec(lines[1] ?? "")?.[1];
    expect(lines).toEqual([
      expect.stringMatching(
        /^ {2}socket\.io-lambda {2}\d+\.\d+\.\d+ {2}cdk\.json {2}ready in \d+ ms, 2 environments a function$/,
      ),
      `  Socket.IO   io("http://localhost:${port}")`,
      `  WebSocket   npx -y wscat -c ws://localhost:${port}/prod`,
      `  Page        http://localhost:${port}/`,
    ]);
    child.kill("SIGINT");
    expect((await exited).code).toBe(0);
  });

  it("prints one JSON object a line with --json, from the start to a client's end", async () => {
    const { printed } = run("dev", "--port", "0", "--json");
    const ready = JSON.parse(await printed(/\n/));
    expect(ready).toMatchObject({ type: "ready", environments: 2, apis: [{ stage: "prod" }] });
    const fields = ["endpoint", "frontDoor", "name", "port", "stage", "url"];
    expect(Object.keys(ready.apis[0]).sort()).toEqual(fields);
    const client = new WebSocket(ready.apis[0].url);
    cleanups.push(() => client.terminate());
    await once(client, "message");
    client.close(4000, "\u001b[2J\nforged");
    const lines = (await printed(/"disconnect"/)).trim().split("\n");
    const events = lines.map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["ready", "connect", "disconnect"]),
    );
    expect(events.at(-1)).toMatchObject({ type: "disconnect", code: 4000 });
    for (const { time } of events) expect(new Date(time).toISOString()).toBe(time);
  });

  it("says why it cannot start as JSON, too", async () => {
    const { code, stdout, stderr } = await run("dev", "--json", "--port", "x").exited;
    expect(JSON.parse(stdout)).toMatchObject({
      type: "failed",
      error: { name: "ArgumentsError", message: expect.stringContaining("--port takes a whole number") },
    });
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("gives the functions the variables of --env, and none of the shell's", async () => {
    const app = appFile(
      'import { Server } from "socket.io";\nexport const io = new Server();\nio.on("connection", (socket) => socket.on("ask", (ack) => ack([process.env.GIVEN, process.env.INIT_CWD])));',
    );
    const { printed } = run("dev", app, "--port", "0", "--env", "GIVEN=yes");
    const url = /ws:\/\/localhost:\d+\/prod/.exec(await printed(/wscat.*\n/))?.[0] ?? "";
    const client = new WebSocket(url);
    cleanups.push(() => client.terminate());
    await once(client, "message");
    client.send('{"action":"ask","id":1}');
    const [answer] = await once(client, "message");
    expect(JSON.parse(String(answer))).toEqual({ ack: 1, data: [["yes", null]] });
  });

  it("runs the page of --open in the browser that BROWSER names", async () => {
    const folder = temporaryFolder();
    cleanups.push(() => folder.remove());
    const opened = folder.write("opened", "");
    const browser = folder.write("browser", `#!/bin/sh\necho "$1" > ${opened}\n`);
    chmodSync(browser, 0o755);
    vi.stubEnv("BROWSER", browser);
    const { printed } = run("dev", "--port", "0", "--open");
    vi.unstubAllEnvs();
    const url = /Page\s+(\S+)/.exec(await printed(/Page.*\n/))?.[1];
    await expect.poll(() => readFileSync(opened, "utf8")).toBe(`${url}\n`);
  });

  it("obeys nothing that a client sends, and prints none of it as a line", async () => {
    const app = appFile(
      'import { Server } from "socket.io";\nexport const io = new Server();\nio.of(/.*/).on("connection", (socket) => socket.use(([event]) => { throw new Error("no " + event); }));',
    );
    const { printed } = run("dev", "--port", "0", "--app", app);
    const port = /:(\d+)/.exec(await printed(/wscat.*\n/))?.[1];
    const hostile = "boom\n[store] FORGED\u001b[2J\u009b2J\u001b]0;title\u0007";
    const client = new WebSocket(`ws://127.0.0.1:${port}/prod?EIO=4&transport=websocket`, {
      headers: { "user-agent": "agent \u009b2J" },
    });
    cleanups.push(() => client.terminate());
    await once(client, "message"); // the open packet
    client.send(`40/${hostile},`);
    await once(client, "message");
    client.send(`42/${hostile},${JSON.stringify([hostile])}`);
    await printed(/\[middleware\]/);
    client.close(4000, hostile);
    const output = await printed(/disconnect.*4000.*\n/);
    expect(output).toContain("boom\\n[store] FORGED");
    expect(output).not.toMatch(/[^\P{Cc}\n]/u);
    expect(output).not.toMatch(/^(\S+\s+\w+\s+)?\[store\]/m); // below an error it is indented
  });

  it("refuses a flag that it does not know", async () => {
    await expectSentence(
      ["--prot", "1"],
      "Unknown option '--prot'. Did you mean --port? See socket.io-lambda dev --help.",
    );
  });

  it("refuses a fault that does not exist", async () => {
    await expectSentence(
      ["--faults", "seed=7,kil=0.01"],
      /^There is no fault "kil": choose from seed, .*\.$/,
    );
  });

  it("refuses an app that does not exist", async () => {
    await expectSentence(["--app", "nowhere.ts"], /^There is no file .*nowhere\.ts: give the file/);
  });

  it("refuses a flag without its value", async () => {
    await expectSentence(
      ["--app"],
      /^Option '-a, --app <value>' argument missing\. See socket\.io-lambda dev --help\.$/,
    );
  });

  it("refuses an app that is a folder", async () => {
    await expectSentence(["--app", "lambdas"], /lambdas is a folder\. Give the file in it that exports/);
    await expectSentence(["."], /is a folder\. To run the CDK app of its cdk\.json, leave it out\.$/);
  });

  it("refuses a file of variables that is not there, by its short flag in Node 20, too", async () => {
    await expectSentence(["-f", "nowhere"], /^There is no file .*nowhere, which --env-file names\.$/);
  });

  it("refuses a host that this machine does not have", async () => {
    await expectSentence(
      ["--port", "0", "--host", "192.0.2.1"],
      /^--host 192\.0\.2\.1: this machine has no such address \(EADDRNOTAVAIL\)\. .* 0\.0\.0\.0 to let others in\.$/,
    );
  });

  it("refuses an app that imports what is not there, with file, line and column", async () => {
    const app = appFile('import { x } from "./nowhere.js";\nexport const io = x;');
    const { code, stdout, stderr } = await run("--port", "0", "--app", app).exited;
    expect(stderr).toMatch(/app\.ts:1:\d+: Could not resolve ".\/nowhere\.js"/);
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("refuses an app that throws while it loads, with its own file and line", async () => {
    const app = appFile('const port: string = "x";\nthrow new RangeError("no such port: " + port);');
    const { code, stdout, stderr } = await run("dev", "--port", "0", "--app", app).exited;
    expect(stderr).toMatch(/could not be loaded: RangeError: no such port: x\n.*app\.ts:2:\d+\)?\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("refuses an app that makes no Socket.IO server", async () => {
    await expectSentence(
      ["--port", "0", "--app", appFile("export const nothing = 1;")],
      /makes no Socket\.IO server/,
    );
  });

  it("refuses an app that does not compile, with file, line, column and a code frame", async () => {
    const app = appFile("export const io = ;");
    const { code, stdout, stderr } = await run("--port", "0", "--app", app).exited;
    expect(stderr).toMatch(/app\.ts:1:19: Unexpected ";"\n\n +1 │ export const io = ;\n +╵ +\^\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("refuses a port in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    await expectSentence(["--port", String(port)], new RegExp(`^Port ${port} is in use\\.`));
  });

  it("explains itself, and gives the version", async () => {
    const [help, version] = [await run("--help").exited, await run("--version").exited];
    expect([help.code, version.code]).toEqual([0, 0]);
    for (const command of ["dev", "init", "help"]) expect(help.stdout).toContain(`  ${command} [`);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
