/**
 * A debugger attaches to a function's thread by the DevTools protocol, and the handler
 * stands at a breakpoint past its timeout.
 */
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { InspectorError } from "../../local/errors.js";
import { Inspector } from "../../local/lambda/inspector.js";
import { type Local, startLocal } from "../../local/start.js";

const CDK_APP = fileURLToPath(new URL("./fixture/inspected-cdk-app.ts", import.meta.url));
/** Longer than the function's timeout of a second. */
const AT_THE_BREAKPOINT_MS = 1_500;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<Local> {
  const local = await startLocal({ cdkApp: CDK_APP, inspect: 0, environments: 1 });
  cleanups.push(() => local.close());
  return local;
}

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  cleanups.push(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

/** A debugger that stops at the handler's second line. Resolves when it will. */
async function attach(address = "") {
  const response = await fetch(`http://${address}/json/list`);
  const [target] = (await response.json()) as { title: string; webSocketDebuggerUrl: string }[];
  if (!target) throw new Error("The inspector lists no thread.");
  const socket = await open(target.webSocketDebuggerUrl);
  const paused = new Promise<void>((resolve) =>
    socket.on("message", (data) => JSON.parse(String(data)).method === "Debugger.paused" && resolve()),
  );
  let count = 0;
  const call = (method: string, params: object = {}) => {
    const id = ++count;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise<{ result: { locations?: unknown[] } }>((resolve) =>
      socket.on("message", (data) => {
        const message = JSON.parse(String(data));
        if (message.id === id) resolve(message);
      }),
    );
  };
  await call("Debugger.enable");
  const { result } = await call("Debugger.setBreakpointByUrl", { lineNumber: 1, urlRegex: "index\\.mjs$" });
  expect(result.locations).toHaveLength(1);
  return { title: target.title, paused, resume: () => call("Debugger.resume") };
}

describe("a debugger", () => {
  it("holds a handler at a breakpoint for longer than its timeout, and the client gets its answer", async () => {
    const local = await start();
    const { title, paused, resume } = await attach(local.inspectorAddress);
    expect(title).toBe("Fn");
    const client = await open(local.url);
    const answer = once(client, "message");
    client.send("hello");
    await paused;
    await delay(AT_THE_BREAKPOINT_MS);
    await resume();
    expect(String((await answer)[0])).toBe("from the handler");
  });

  it("at a breakpoint does not hold up the end of the stack", async () => {
    const local = await start();
    const { paused } = await attach(local.inspectorAddress);
    const client = await open(local.url);
    client.send("hello");
    await paused;
    await local.close();
    await expect(fetch(`http://${local.inspectorAddress}/json`)).rejects.toThrow("fetch failed");
  });

  it("is refused a port in use, in one sentence", async () => {
    const first = await Inspector.start(0);
    cleanups.push(() => first.close());
    const port = Number(first.address.split(":")[1]);
    await expect(Inspector.start(port)).rejects.toThrow(InspectorError);
  });

  it("is not served to a page of the internet whose name resolves to this machine", async () => {
    const inspector = await Inspector.start(0);
    cleanups.push(() => inspector.close());
    const asked = request(`http://${inspector.address}/json`, { headers: { host: "evil.example" } }).end();
    const [response] = await once(asked, "response");
    response.resume();
    expect(response.statusCode).toBe(400);
  });
});
