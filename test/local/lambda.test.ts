import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FunctionError, ThrottledError } from "../../local/errors.js";
import { Inspector } from "../../local/lambda/inspector.js";
import { LambdaFunction, type LambdaFunctionOptions } from "../../local/lambda/lambda-function.js";

/** Answers with what it knows, or does what the event says. */
const CODE = `
import { readFileSync, writeFileSync } from "node:fs";
let eventCount = 0;
export async function handler(event, context) {
  eventCount += 1;
  if (event.do === "throw") throw new TypeError("told to throw");
  if (event.do === "exit") process.exit(3);
  if (event.do === "spin") for (;;);
  if (event.do === "wait") await new Promise((resolve) => setTimeout(resolve, event.ms));
  if (event.do === "leave") setTimeout(() => writeFileSync(event.file, "ran"), 10);
  if (event.do === "answer") return "x".repeat(event.bytes - 2);
  if (event.do === "recurse") { let depth = 0; const deeper = () => { depth++; deeper(); }; try { deeper(); } catch { return depth; } }
  if (event.do === "print") { console.log("out"); console.error("err"); }
  return {
    eventCount,
    variables: { ...process.env },
    functionName: context.functionName,
    requestId: context.awsRequestId,
    remainingMs: context.getRemainingTimeInMillis(),
  };
}`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function folderWith(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "local-lambda-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "index.mjs"), code);
  return folder;
}

function makeFunction(
  options: Partial<LambdaFunctionOptions> & {
    timeoutSeconds?: number;
    code?: string;
    reservedConcurrency?: number;
  } = {},
) {
  const { timeoutSeconds = 10, code = CODE, reservedConcurrency, ...others } = options;
  const codeFolder = folderWith(code);
  const fn = new LambdaFunction(
    {
      functionName: "fn",
      displayName: "Fn",
      handler: "index.handler",
      codeFolder,
      environment: {},
      timeoutSeconds,
      memoryMb: 128,
      reservedConcurrency,
    },
    { functionArn: "arn:fn", environments: 2, variables: { ONE: "1" }, onOutput: () => {}, ...others },
  );
  cleanups.unshift(() => fn.close());
  const count = async (event: object = {}) => ((await fn.invoke(event)) as { eventCount: number }).eventCount;
  return { fn, count, codeFolder };
}

/** Takes a while to load, and says how long the event has when it has been. */
const SLOW_CODE = `
import { setTimeout as delay } from "node:timers/promises";
await delay(300);
export const handler = async (_event, context) => context.getRemainingTimeInMillis();
`;

describe("code that takes longer to load than Lambda gives it", () => {
  const slow = { code: SLOW_CODE, environments: 1, initTimeoutMs: 200 };

  it("is stopped, and loaded once more within its first event, whose time that takes", async () => {
    const lines: string[] = [];
    const { fn } = makeFunction({ ...slow, timeoutSeconds: 5, onOutput: (line) => lines.push(line) });
    expect(await fn.invoke({})).toBeLessThanOrEqual(4_700);
    expect(lines).toEqual([
      expect.stringMatching(/^INIT_REPORT .* Status: timeout$/),
      "[socket.io-lambda] Fn has not been loaded after 0.2 s. Lambda stops it then, and loads it again within the first event, which has 5 s.",
    ]);
    expect(await fn.invoke({})).toBeGreaterThan(4_700);
  });

  it("times its first event out where that has not the time either, and begins anew with the next", async () => {
    const code = SLOW_CODE.replace("300", "1_200");
    const lines: string[] = [];
    const { fn } = makeFunction({ ...slow, code, timeoutSeconds: 1, onOutput: (line) => lines.push(line) });
    const timedOut = { errorType: "Sandbox.Timedout", message: "Task timed out after 1.00 seconds" };
    await expect(fn.invoke({})).rejects.toMatchObject(timedOut);
    await expect(fn.invoke({})).rejects.toMatchObject(timedOut);
    expect(lines.at(-1)).toBe(
      "[socket.io-lambda] Fn does not finish loading: it was stopped after 1 s. Look for an endless loop, or for an await at the top of a module whose promise never settles.",
    );
  });

  it.each([
    ["loops", "for (;;);"],
    ["awaits what never comes, while a timer runs", "setInterval(() => {}, 1); await new Promise(() => {});"],
  ])("is refused by initialise() where it %s and so would fail each event", async (_what, code) => {
    const { fn } = makeFunction({ ...slow, code, timeoutSeconds: 1 });
    await expect(fn.initialise()).rejects.toMatchObject({
      errorType: "Sandbox.Timedout",
      functionName: "Fn",
      stack: "Sandbox.Timedout: Task timed out after 1.00 seconds",
    });
  });

  it("is not stopped where a debugger may stand in it, and says that it has not been loaded", async () => {
    const inspector = await Inspector.start(0);
    cleanups.push(() => inspector.close());
    const lines: string[] = [];
    const { fn } = makeFunction({ ...slow, inspector, onOutput: (line) => lines.push(line) });
    await fn.initialise();
    expect(lines).toContainEqual(
      expect.stringMatching(/Fn has not been loaded yet\. .* A debugger can show/),
    );
    expect(lines.join()).not.toContain("INIT_REPORT");
  });

  it("can be deployed, and closed, without an event", async () => {
    const { fn } = makeFunction(slow);
    await fn.initialise();
    fn.warm();
    await fn.close();
  });
});

describe("LambdaFunction", () => {
  it("spreads events over its environments in turn, so that none meets the memory of the one before", async () => {
    const { count } = makeFunction({ environments: 3 });
    const counts = [];
    for (let index = 0; index < 6; index += 1) counts.push(await count());
    expect(counts).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it("throttles what comes beyond its reserved concurrency, though it has idle environments", async () => {
    const { count } = makeFunction({ environments: 3, reservedConcurrency: 2 });
    const both = [count({ do: "wait", ms: 50 }), count({ do: "wait", ms: 50 })];
    await expect(count()).rejects.toBeInstanceOf(ThrottledError);
    await Promise.all(both);
    await count();
  });

  it("on demand starts nothing ahead, gives an event the environment that was busy last, and a new one where all are busy", async () => {
    const { fn, count } = makeFunction({ environments: 3, onDemand: true });
    await fn.initialise();
    fn.warm();
    const both = () => Promise.all([count({ do: "wait", ms: 20 }), count({ do: "wait", ms: 40 })]);
    expect([await count(), await count(), await count()]).toEqual([1, 2, 3]);
    expect(await both()).toEqual([4, 1]);
    expect([await count(), await count()]).toEqual([2, 3]);
    expect(await both()).toEqual([4, 5]);
  });

  it("runs one event at a time in each environment and lets the rest wait in their order", async () => {
    const { count } = makeFunction({ environments: 1 });
    await count(); // an event that waits for a slow start gets another environment
    const order: number[] = [];
    await Promise.all([30, 0, 0].map(async (ms) => order.push(await count({ do: "wait", ms }))));
    expect(order).toEqual([2, 3, 4]);
  });

  it("throttles what finds the queue full", async () => {
    const { fn } = makeFunction({ environments: 1, queueLimit: 1 });
    const accepted = [fn.invoke({}), fn.invoke({})];
    await expect(fn.invoke({})).rejects.toBeInstanceOf(ThrottledError);
    await Promise.all(accepted);
  });

  it("gives the handler the function's variables and nothing of this process's", async () => {
    const { fn } = makeFunction();
    expect(await fn.invoke({})).toMatchObject({ variables: { ONE: "1" }, functionName: "fn" });
    expect(process.env.PATH).toBeDefined();
    expect(((await fn.invoke({})) as { variables: object }).variables).toEqual({
      ONE: "1",
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
  });

  it("tells the handler how much of its time is left", async () => {
    const { fn } = makeFunction({ timeoutSeconds: 5 });
    const { remainingMs } = (await fn.invoke({})) as { remainingMs: number };
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(5000);
  });

  it("rejects with name, message and stack of what the handler threw, and keeps the environment", async () => {
    const { fn, count } = makeFunction({ environments: 1 });
    const error = await fn.invoke({ do: "throw" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FunctionError);
    expect(error).toMatchObject({ errorType: "TypeError", message: "told to throw" });
    expect((error as Error).stack).toContain("index.mjs:6");
    expect(await count()).toBe(2);
  });

  it("kills an environment whose time is up, even in an endless loop, and replaces it", async () => {
    const { fn, count } = makeFunction({ environments: 1, timeoutSeconds: 1 });
    await expect(fn.invoke({ do: "spin" })).rejects.toMatchObject({
      errorType: "Sandbox.Timedout",
      message: "Task timed out after 1.00 seconds",
    });
    expect(await count()).toBe(1);
  });

  it("replaces an environment that exits, and rejects its event", async () => {
    const { fn, count } = makeFunction({ environments: 1 });
    await expect(fn.invoke({ do: "exit" })).rejects.toMatchObject({ errorType: "Runtime.ExitError" });
    expect(await count()).toBe(1);
  });

  it("freezes an environment after its answer: what the handler left behind goes on with the next event", async () => {
    const { fn, codeFolder } = makeFunction({ environments: 1 });
    const file = join(codeFolder, "left-behind");
    const exists = async () => (await import("node:fs")).existsSync(file);
    await fn.invoke({ do: "leave", file });
    // Time enough for the timer, had it been running.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await exists()).toBe(false);
    await fn.invoke({ do: "wait", ms: 20 });
    expect(await exists()).toBe(true);
  });

  it("passes on each line of output when it is written", async () => {
    const lines: string[] = [];
    let done = () => {};
    const both = new Promise<void>((resolve) => {
      done = resolve;
    });
    const { fn } = makeFunction({
      onOutput(line, stream) {
        lines.push(`${stream}: ${line}`);
        if (lines.length === 2) done();
      },
    });
    await fn.invoke({ do: "print" });
    await both;
    expect(lines.sort()).toEqual(["stderr: err", "stdout: out"]);
  });

  it("rejects initialise() with what the module throws", async () => {
    const { fn } = makeFunction({ code: 'throw new RangeError("at the top");' });
    await expect(fn.initialise()).rejects.toMatchObject({ errorType: "RangeError", message: "at the top" });
  });

  it("has the stack of a main thread, as on Lambda", async () => {
    const { fn } = makeFunction();
    const script = "let n = 0; const f = () => { n++; f(); }; try { f(); } catch { console.log(n); }";
    const here = Number(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }));
    const there = (await fn.invoke({ do: "recurse" })) as number;
    expect(there / here).toBeGreaterThan(0.8);
    expect(there / here).toBeLessThan(1.25);
  });

  it("refuses an answer of more than 6 MB, and keeps the environment", async () => {
    const { fn, count } = makeFunction({ environments: 1 });
    expect(await fn.invoke({ do: "answer", bytes: 6_291_556 })).toHaveLength(6_291_554);
    await expect(fn.invoke({ do: "answer", bytes: 6_291_557 })).rejects.toMatchObject({
      errorType: "Function.ResponseSizeTooLarge",
    });
    expect(await count()).toBe(3);
  });

  it("says which export is missing", async () => {
    const { fn } = makeFunction({ code: "export const other = 1;" });
    await expect(fn.initialise()).rejects.toThrow("exports no function named handler");
  });

  it("finishes running and waiting events when it drains", async () => {
    const { fn, count } = makeFunction({ environments: 1 });
    const events = [count({ do: "wait", ms: 20 }), count()];
    await Promise.all([fn.drain(), ...events]);
    // Where the second has waited for long, it has got an environment of its own.
    expect([
      [1, 2],
      [1, 1],
    ]).toContainEqual(await Promise.all(events));
    await expect(fn.invoke({})).rejects.toThrow("closed");
  });
});
