import { get } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { FunctionError, LocalError, SynthError } from "../../local/errors.js";
import { PortInUseError } from "../../local/gateway/gateway.js";
import type { LocalEvent } from "../../local/local-event.js";
import { type Local, type StartOptions, startLocal } from "../../local/start.js";
import { answering, CDK_APP, temporaryFolder } from "./fixture/folder.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: StartOptions = {}): Promise<Local> {
  const local = await startLocal({ cdkApp: CDK_APP, ...options });
  cleanups.push(() => local.close());
  return local;
}

function temporary() {
  const folder = temporaryFolder();
  cleanups.push(() => folder.remove());
  return folder;
}

async function connect(url: string): Promise<{ socket: WebSocket; ask(text: string): Promise<string> }> {
  const socket = new WebSocket(url);
  cleanups.push(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const ask = (text: string) =>
    new Promise<string>((resolve) => {
      socket.once("message", (data) => resolve(String(data)));
      socket.send(text);
    });
  return { socket, ask };
}

/** Collects what happens, and waits for what has not happened yet. */
function recorder() {
  const events: LocalEvent[] = [];
  const waiting = new Set<() => void>();
  return {
    events,
    log(event: LocalEvent): void {
      events.push(event);
      for (const look of waiting) look();
    },
    next<T extends LocalEvent["type"]>(type: T, from = 0): Promise<Extract<LocalEvent, { type: T }>> {
      return new Promise((resolve) => {
        const look = () => {
          const found = events.slice(from).find((event) => event.type === type);
          if (!found) return;
          waiting.delete(look);
          resolve(found as Extract<LocalEvent, { type: T }>);
        };
        waiting.add(look);
        look();
      });
    },
  };
}

describe("startLocal", () => {
  it("runs the functions of the template behind its routes, with its variables and Lambda's", async () => {
    const local = await start();
    const { ask } = await connect(local.url);
    const { text, environment } = JSON.parse(await ask("hello"));
    expect(text).toBe("hello");
    expect(environment).toMatchObject({
      TABLE: expect.stringMatching(/^Fixture-Table/),
      ENDPOINT: local.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_LAMBDA_FUNCTION_NAME: expect.stringMatching(/^Fixture-Echo/),
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "192",
      AWS_ENDPOINT_URL_DYNAMODB: local.dynamodbEndpoint,
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: local.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it("gives the outputs with this machine's address", async () => {
    const local = await start({ stage: "test" });
    expect(local.url).toBe(`ws://localhost:${local.port}/test`);
    expect(local.outputs).toEqual({ Url: local.url });
  });

  it("has the tables of the template", async () => {
    const local = await start();
    const response = await fetch(local.dynamodbEndpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.ListTables",
        "x-amz-date": "20260101T000000Z",
        authorization: "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f",
      },
      body: "{}",
    });
    expect(await response.json()).toEqual({ TableNames: [expect.stringMatching(/^Fixture-Table/)] });
  });

  it("runs several stacks at once in one process", async () => {
    const [one, two] = await Promise.all([start(), start({ stage: "test" })]);
    expect(one.port).not.toBe(two.port);
    for (const { url } of [one, two]) {
      const { ask } = await connect(url);
      expect(JSON.parse(await ask("x")).text).toBe("x");
    }
  });

  it("tells of connects, messages, errors with the function's own stack, output and disconnects", async () => {
    const { log, next, events } = recorder();
    const local = await start({ log });
    const { socket, ask } = await connect(local.url);
    await ask("log");
    await next("output");
    await ask("throw");
    const { error } = await next("error");
    expect(error).toBeInstanceOf(FunctionError);
    expect((error as Error).stack).toMatch(
      /^TypeError: The echo function was told to throw\.\n.*echo-function\.ts:15/,
    );
    socket.close();
    await next("disconnect");
    const kinds = events.map(({ type }) => type);
    expect(kinds.filter((type) => type === "message")).toHaveLength(2);
    expect(kinds.at(0)).toBe("connect");
    expect(kinds.at(-1)).toBe("disconnect");
  });

  it("reloads changed code under open connections, and keeps the old code while the new does not compile", async () => {
    const { log, next, events } = recorder();
    const folder = temporary();
    const app = folder.write("app.ts", answering("old"));
    const local = await start({ app, watch: true, log });
    const { ask } = await connect(local.url);
    expect(await ask("x")).toBe("old");

    folder.write("app.ts", "export const handler = async () => {{\n");
    const { error } = await next("reload-failed");
    expect(error).toBeInstanceOf(SynthError);
    expect(await ask("x")).toBe("old");

    const seen = events.length;
    folder.write("app.ts", answering("new"));
    await next("reloaded", seen);
    expect(await ask("x")).toBe("new");
  });

  it("keeps the old code where the new one throws while it loads", async () => {
    const folder = temporary();
    const app = folder.write("app.ts", answering("old"));
    const local = await start({ app });
    const { ask } = await connect(local.url);
    folder.write("app.ts", `throw new Error("at the top");\n${answering("new")}`);
    await expect(local.reload()).rejects.toThrow("at the top");
    expect(await ask("x")).toBe("old");
  });

  it("leaves nothing behind when it is closed: ports, threads, processes, timers", async () => {
    const before = process.getActiveResourcesInfo();
    const local = await startLocal({ cdkApp: CDK_APP, watch: true });
    const { ask, socket } = await connect(local.url);
    await ask("x");
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await local.close();
    expect(await closed).toBe(1001);
    await new Promise((resolve) => setImmediate(resolve));
    // Fewer are fine: the test runner's own come and go.
    const after = process.getActiveResourcesInfo();
    const count = (resources: string[], kind: string) =>
      resources.filter((resource) => resource === kind).length;
    expect(after.filter((kind) => count(after, kind) > count(before, kind))).toEqual([]);
    for (const url of [local.pageUrl, local.dynamodbEndpoint]) {
      const failure = await new Promise((resolve) => get(url, { agent: false }).on("error", resolve));
      expect(failure).toMatchObject({ code: "ECONNREFUSED" });
    }
  });

  it("refuses a port in use", async () => {
    const { port } = await start();
    await expect(startLocal({ cdkApp: CDK_APP, port })).rejects.toBeInstanceOf(PortInUseError);
  });

  it("refuses an app that does not exist", async () => {
    const app = join("nowhere", "app.ts");
    await expect(startLocal({ cdkApp: CDK_APP, app })).rejects.toThrow(LocalError);
  });

  it("refuses a function that throws while it loads, with its name", async () => {
    const app = temporary().write("app.ts", `throw new RangeError("at the top");\n${answering("x")}`);
    await expect(startLocal({ cdkApp: CDK_APP, app })).rejects.toMatchObject({ errorType: "RangeError" });
  });
});
