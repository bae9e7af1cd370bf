/**
 * Lambda's faults: on a function with real environments, and on the whole stack as a
 * WebSocket client sees them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { FunctionError, ThrottledError } from "../../local/errors.js";
import type { Fault, FaultOptions } from "../../local/faults/fault-options.js";
import { Faults } from "../../local/faults/faults.js";
import { InvocationFaults } from "../../local/faults/invocation-faults.js";
import { Lambda } from "../../local/lambda/lambda.js";
import { startLocal } from "../../local/start.js";
import type { StackModel } from "../../local/template/template.js";
import { Recorder } from "../support/recorder.js";
import { CDK_APP } from "./fixture/folder.js";

/**
 * Appends its event to a file, when it begins and when it ends, and answers with how many
 * events this environment had.
 */
const CODE = `
import { appendFileSync } from "node:fs";
let eventCount = 0;
export async function handler({ file, name = "", ms = 0 }) {
  eventCount += 1;
  if (file) appendFileSync(file, name + " begins\\n");
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (file) appendFileSync(file, name + " ends\\n");
  return eventCount;
}`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function lambdaWith(options: FaultOptions) {
  const struck: Fault[] = [];
  const faults = new Faults(options, (fault) => struck.push(fault));
  const codeFolder = mkdtempSync(join(tmpdir(), "faults-"));
  cleanups.push(() => rmSync(codeFolder, { recursive: true }));
  writeFileSync(join(codeFolder, "index.mjs"), CODE);
  const errors: unknown[] = [];
  const lambda = new Lambda({
    environments: 1,
    faults: new InvocationFaults(faults),
    onOutput: () => {},
    onAsyncError: (_name, error) => errors.push(error),
  });
  cleanups.push(() => lambda.close());
  const fn = {
    functionName: "fn",
    displayName: "Fn",
    handler: "index.handler",
    codeFolder,
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
  };
  const stack = {
    region: "eu-west-1",
    accountId: "1",
    apis: [] as unknown as StackModel["apis"],
    eventSources: [],
    functions: new Map([["fn", fn]]),
    asyncRetries: new Map(),
    failureDestinations: new Map(),
  };
  await lambda.deploy(stack as Partial<StackModel> as StackModel, {});
  return { lambda, faults, struck, errors, file: join(codeFolder, "log") };
}

describe("a function with faults", () => {
  it("loses the answer of a handler whose environment is killed, and serves the next event in a new one", async () => {
    const { lambda, faults, struck } = await lambdaWith({ seed: 1 });
    expect(await lambda.invoke("fn", {})).toBe(1);
    faults.set({ kill: 1, killWithinMs: 1 });
    const event = { ms: 60_000, connectionId: "c" };
    await expect(lambda.invoke("fn", event)).rejects.toThrow(FunctionError);
    expect(struck).toEqual([{ kind: "kill", functionName: "fn", connectionId: "c", event }]);
    faults.stop();
    expect(await lambda.invoke("fn", {})).toBe(1);
  });

  it("loses the answer also where the handler had ended before its moment came", async () => {
    const { lambda, struck } = await lambdaWith({ seed: 1, kill: 1, killWithinMs: 60_000 });
    await expect(lambda.invoke("fn", {})).rejects.toMatchObject({ errorType: "Runtime.ExitError" });
    expect(struck).toHaveLength(1);
  });

  it("tries a killed asynchronous event again", async () => {
    const { lambda, faults, errors, file } = await lambdaWith({ seed: 1, kill: 1 });
    lambda.invokeAsync("fn", { file, name: "a" });
    await expect.poll(() => errors).toHaveLength(1);
    faults.stop();
    await expect.poll(() => linesOf(file), { timeout: 5000 }).toContain("a ends");
  });

  it("throttles without running anything; an asynchronous event waits until it may run", async () => {
    const { lambda, faults, struck, file } = await lambdaWith({ seed: 1, throttle: 1 });
    await expect(lambda.invoke("fn", { file, name: "a" })).rejects.toThrow(ThrottledError);
    lambda.invokeAsync("fn", { file, name: "b" });
    await expect.poll(() => struck).toHaveLength(2);
    faults.stop();
    await expect.poll(() => linesOf(file)).toEqual(["b begins", "b ends"]);
  });

  it("runs an asynchronous event twice", async () => {
    const { lambda, struck, file } = await lambdaWith({ seed: 1, repeat: 1 });
    lambda.invokeAsync("fn", { file, name: "a" });
    await expect.poll(() => linesOf(file).filter((line) => line === "a ends")).toHaveLength(2);
    expect(struck).toMatchObject([{ kind: "repeat", functionName: "fn" }]);
  });

  it("delays events, so that quick ones overtake each other, but no $connect", async () => {
    const { lambda, struck, file } = await lambdaWith({ seed: 1, delayMs: 100 });
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => lambda.invoke("fn", { file, name })));
    const begun = linesOf(file).filter((line) => line.endsWith("begins"));
    expect(begun).toHaveLength(4);
    expect(begun).not.toEqual(names.map((name) => `${name} begins`));
    await lambda.invoke("fn", { requestContext: { eventType: "CONNECT" } });
    expect(struck).toHaveLength(4);
  });

  it("gives an event a new environment, and lets each new one take its time", async () => {
    const { lambda, faults, struck } = await lambdaWith({ seed: 1 });
    expect([await lambda.invoke("fn", {}), await lambda.invoke("fn", {})]).toEqual([1, 2]);
    faults.set({ coldStart: 1, coldStartMs: 300 });
    const startedMs = performance.now();
    expect(await lambda.invoke("fn", {})).toBe(1);
    expect(performance.now() - startedMs).toBeGreaterThan(290);
    expect(struck).toMatchObject([{ kind: "coldStart" }]);
  });
});

describe("the local stack with faults", () => {
  it("gives the client of a killed environment API Gateway's error frame, and serves its next message", async () => {
    const seen = new Recorder();
    const local = await startLocal({ cdkApp: CDK_APP, faults: { seed: 1 }, log: seen.log });
    cleanups.push(() => local.close());
    const socket = new WebSocket(local.url);
    cleanups.push(() => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const ask = (text: string) =>
      new Promise<string>((resolve) => {
        socket.once("message", (data) => resolve(String(data)));
        socket.send(text);
      });

    local.faults.set({ kill: 1 });
    expect(JSON.parse(await ask("lost"))).toMatchObject({ message: "Internal server error" });
    const [connectionId] = local.gateway.connectionIds();
    const fault = await seen.find("fault");
    expect(fault).toMatchObject({ kind: "kill", connectionId, event: { body: "lost" } });
    local.faults.stop();
    expect(JSON.parse(await ask("served"))).toMatchObject({ text: "served" });
  });
});

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").trim().split("\n");
  } catch {
    return []; // nothing has run yet
  }
}
