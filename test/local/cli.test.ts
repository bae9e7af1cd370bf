import { type ChildProcess, spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
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
  const { code, stdout, stderr } = await run(...args).exited;
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
  it("prints the WebSocket URL, the page, the wscat line and the client line, and ends with 0 at Ctrl-C", async () => {
    const { child, printed, exited } = run("--port", "0");
    const lines = (await printed(/Client.*\n/)).split("\n").filter((line) => line !== "");
    const port = /:(\d+)/.exec(lines[0] ?? "")?.[1];
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`ws://localhost:${port}/prod$`)),
      expect.stringMatching(new RegExp(`http://localhost:${port}/$`)),
      expect.stringMatching(new RegExp(`wscat -c ws://localhost:${port}/prod$`)),
      expect.stringContaining(`io("ws://localhost:${port}", { path: "/prod", transports: ["websocket"] })`),
    ]);
    expect(lines.join("")).not.toContain("\u001b");
    child.kill("SIGINT");
    expect((await exited).code).toBe(0);
  });

  it("refuses a flag that it does not know", async () => {
    await expectSentence(["--prot", "1"], "Unknown option '--prot'. See npm start -- --help.");
  });

  it("refuses a fault that does not exist", async () => {
    await expectSentence(
      ["--faults", "seed=7,kil=0.01"],
      /^There is no fault "kil": choose from seed, .*\.$/,
    );
  });

  it("refuses an app that does not exist", async () => {
    await expectSentence(["--app", "nowhere.ts"], /^There is no file .*nowhere\.ts: give --app the file/);
  });

  it("refuses a flag without its value", async () => {
    await expectSentence(["--app"], /^Option '--app <value>' argument missing\. See npm start -- --help\.$/);
  });

  it("refuses an app that is a folder", async () => {
    await expectSentence(["--app", "lambdas"], /^There is no file .*lambdas: give --app the file/);
  });

  it("refuses an app that imports what is not there, with file, line and column", async () => {
    await expectSentence(
      ["--port", "0", "--app", appFile('import { x } from "./nowhere.js";\nexport const io = x;')],
      /app\.ts:1:\d+: Could not resolve ".\/nowhere\.js"/,
    );
  });

  it("refuses an app that throws while it loads, with its own file and line", async () => {
    const app = appFile('const port: string = "x";\nthrow new RangeError("no such port: " + port);');
    const { code, stdout, stderr } = await run("--port", "0", "--app", app).exited;
    expect(stderr).toMatch(/could not be loaded: RangeError: no such port: x\n.*app\.ts:2:/s);
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("refuses an app that exports no Socket.IO server", async () => {
    await expectSentence(
      ["--port", "0", "--app", appFile("export const nothing = 1;")],
      /exports no Socket\.IO server/,
    );
  });

  it("refuses an app that does not compile, with file, line and column", async () => {
    await expectSentence(
      ["--port", "0", "--app", appFile("export const io = ;")],
      /app\.ts:1:19: Unexpected ";"/,
    );
  });

  it("refuses a port in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    await expectSentence(["--port", String(port)], new RegExp(`^Port ${port} is in use\\.`));
  });

  it("explains itself", async () => {
    const { code, stdout } = await run("--help").exited;
    expect(code).toBe(0);
    for (const flag of ["--port", "--app", "--stage", "--environments", "--faults"])
      expect(stdout).toContain(flag);
  });
});
