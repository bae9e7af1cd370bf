/**
 * The kinds of programs that people publish, driven by one and the same test on plain Node and on the stack.
 * Of those that `check` reports, the report on what people write is shown too, and none on the repaired one.
 */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { check } from "../../local/check/check.js";
import { Clients, received } from "../support/clients.js";
import { missingServers, POSTGRES, type Servers, startServers } from "../support/servers.js";
import { onNode, onStack, type Running, type Start, type StartOptions } from "./servers.js";

const STARTS: readonly (readonly [string, Start])[] = [
  ["plain node", onNode],
  ["the stack", onStack(2)],
];

function drive(start: () => Promise<Running>): Clients {
  let running: Running;
  const clients = new Clients(() => ({ url: running.url, path: "/socket.io", clientOptions: {} }));
  beforeAll(async () => {
    running = await start();
  }, 60_000);
  afterEach(() => clients.close());
  afterAll(() => running?.close());
  return clients;
}

describe.each(STARTS)("a whiteboard on %s", (_, start) => {
  const clients = drive(() => start("whiteboard.js"));

  it("shows each line to the others of its board, and clears it for all", async () => {
    const [ann, bob, stranger] = await Promise.all([clients.join(), clients.join(), clients.join()]);
    const heard: unknown[] = [];
    stranger.onAny((event) => heard.push(event));
    for (const one of [ann, bob]) {
      const opened = received(one, "board opened");
      one.emit("open board", "a");
      await opened;
    }
    const line = { x0: 0.1, y0: 0.2, x1: 0.3, y1: 0.4, color: "teal" };
    const drawn = received(bob, "drawing");
    ann.emit("drawing", line);
    expect(await drawn).toEqual([line]);
    const cleared = Promise.all([received(ann, "clear"), received(bob, "clear")]);
    bob.emit("clear");
    await cleared;
    expect(heard).toEqual([]);
  });
});

describe.each(STARTS)("private messages on %s", (_, start) => {
  const clients = drive(() => start("private-messages.js"));

  it("reach the person they are for, who may be anywhere", async () => {
    await expect(clients.join()).rejects.toThrow("invalid username");
    const ann = await clients.join("/", { auth: { username: "Ann" } });
    const arrived = received(ann, "user connected");
    const bob = await clients.join("/", { auth: { username: "Bob" } });
    expect(await arrived).toEqual(["Bob"]);
    expect(await bob.emitWithAck("list users")).toEqual(["Ann", "Bob"]);
    const message = received(ann, "private message");
    bob.emit("private message", { to: "Ann", content: "hello" });
    expect(await message).toEqual([{ from: "Bob", content: "hello" }]);
    const left = received(ann, "user disconnected");
    bob.disconnect();
    expect(await left).toEqual(["Bob"]);
  });
});

if (!POSTGRES) for (const reason of missingServers()) console.warn(reason);

describe.skipIf(!POSTGRES)("a list of things to do, in PostgreSQL", () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers("create table todos (id text primary key, title text, is_done boolean)");
  });
  afterAll(() => servers?.close());

  describe.each(STARTS)("on %s", (where, start) => {
    const clients = drive(() => start("todos.ts", { env: servers.variables }));

    it("is created, changed and deleted, and others see it", async () => {
      const [ann, bob] = await Promise.all([clients.join(), clients.join()]);
      const created = received(bob, "todo:created");
      const { data } = await ann.emitWithAck("todo:create", { title: where });
      expect(await created).toEqual([data]);
      expect(await ann.emitWithAck("todo:create", {})).toEqual({ error: "a title is missing" });
      const updated = received(ann, "todo:updated");
      const changed = { ...data, isDone: true };
      expect(await bob.emitWithAck("todo:update", changed)).toEqual({});
      expect(await updated).toEqual([changed]);
      expect(await ann.emitWithAck("todo:list")).toEqual({ data: [changed] });
      expect(await ann.emitWithAck("todo:update", { ...data, id: "none" })).toEqual({ error: "not found" });
      const deleted = received(bob, "todo:deleted");
      expect(await ann.emitWithAck("todo:delete", data.id)).toEqual({});
      expect(await deleted).toEqual([data.id]);
      expect(await bob.emitWithAck("todo:list")).toEqual({ data: [] });
    });
  });
});

describe("tweets by the minute on the stack", () => {
  const options: StartOptions = { minuteMs: 1_500 };
  const clients = drive(() => onStack(2)("tweets.js", options));

  it("come without anybody's event", async () => {
    const follower = await clients.join();
    await follower.emitWithAck("follow");
    const [{ at }] = (await received(follower, "tweet")) as [{ at: string }];
    expect(new Date(at).toISOString()).toBe(at);
  });
});

describe("tweets by the minute on plain node", () => {
  const clients = drive(() => onNode("tweets.js"));

  it("are a timer of the process, which serves followers meanwhile", async () => {
    const follower = await clients.join();
    await follower.emitWithAck("follow");
    expect(follower.connected).toBe(true);
  });
});

describe("check", () => {
  const folder = fileURLToPath(new URL("apps", import.meta.url));
  const reportOn = (name: string) =>
    check({ entry: `${folder}/${name}`, folder })
      // In this repository the library is no package: `check` follows its import.
      .findings.filter(({ file }) => !file.startsWith(".."))
      .map(({ rule, line }) => `${rule}:${line}`);

  it.each([
    ["private-messages-as-written.js", ["module-state:7"]],
    ["tweets-as-written.js", ["module-state:7", "timer:8"]],
  ])("reports %s as people write it", (name, expected) => {
    expect(reportOn(name)).toEqual(expected);
  });

  it.each([
    "tutorial/server.js",
    "express-chat.js",
    "koa.js",
    "fastify.js",
    "hono.ts",
    "bare.cjs",
    "nest-app/src/main.ts",
    "whiteboard.js",
    "private-messages.js",
    "todos.ts",
    "tweets.js",
  ])("says nothing about %s", (name) => {
    expect(reportOn(name)).toEqual([]);
  });
});
