/**
 * Emitters on the whole local stack: in a function that a schedule invokes, and in a script beside it. Their
 * emits reach clients of every transport and protocol, whichever of several environments posts them.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";
import { Heard } from "../support/heard.js";

const file = (name: string) => fileURLToPath(new URL(`./apps/${name}`, import.meta.url));

describe("a stack with a function that emits", () => {
  let local: Local;
  const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

  beforeAll(async () => {
    local = await startLocal({ cdkApp: file("emitting-cdk.ts"), environments: 2, minuteMs: 1_000 });
  });
  afterEach(() => clients.close());
  afterAll(() => local?.close());

  const TRANSPORTS = [
    ["a WebSocket", { transports: ["websocket"] }],
    ["long-polling", { transports: ["polling"], path: "/socket.io" }],
    ["an upgrade", { transports: ["polling", "websocket"], path: "/socket.io" }],
  ] as const;

  it.each(TRANSPORTS)("reaches clients by %s, by its schedule", async (_how, options) => {
    const client = await clients.join("/", { ...options, transports: [...options.transports] });
    const heard = new Heard(client);
    await client.emitWithAck("join", "clock");
    const [, rooms, bytes] = await heard.first(([event]) => event === "tick");
    expect(rooms).toEqual(["clock"]);
    expect(Buffer.from(bytes as Buffer)).toEqual(Buffer.from([1, 2]));
  });

  it("reaches plain clients", async () => {
    const plain = await clients.frames();
    await plain.greeting();
    expect(await plain.nextJson()).toMatchObject({ event: "over" });
  });

  it("is a script's as well, with the variables that the stack names", async () => {
    const polls = await clients.join("/", { transports: ["polling"], path: "/socket.io" });
    const other = await clients.join();
    await polls.emitWithAck("join", "tea");
    await other.emitWithAck("join", "coffee");
    const [heard, heardByOther] = [new Heard(polls), new Heard(other)];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", file("emitting-script.ts"), "coffee", "tea", "coffee"],
      { env: { PATH: process.env.PATH, ...local.emitterEnvironment } },
    );
    expect(Number(stdout)).toBe(2);
    await heard.first(([event]) => event === "notice");
    await heardByOther.first(([, text]) => text === "to another room");
    const notices = (all: Heard) =>
      all.events.filter(([event]) => event === "notice").map(([, text]) => text);
    expect(notices(heard)).toEqual(["from a script"]);
    expect(notices(heardByOther)).toEqual(["from a script", "to another room"]);
  });
});
