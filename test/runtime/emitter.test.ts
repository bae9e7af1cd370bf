import { Server } from "socket.io";
import type { Socket } from "socket.io-client";
import * as msgpack from "socket.io-msgpack-parser";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Emitter, EmitterError, UnsupportedError } from "../../runtime/emitter/index.js";
import type { EmitterEvent } from "../../runtime/emitter/operation.js";
import { createHandlers } from "../../runtime/handlers.js";
import { testBackends } from "../support/backend.js";
import { Heard } from "../support/heard.js";
import { kit } from "../support/kit.js";

/** Joins the rooms that its client names, and answers with its data. */
function app(io: Server): void {
  for (const namespace of [io.of("/"), io.of("/news"), io.of(/^\/games-/)]) {
    namespace.on("connection", (socket) => {
      socket.data.since = new Date(0);
      socket.on("join", async (rooms: string[], ack: () => void) => {
        await socket.join(rooms);
        ack();
      });
      socket.on("disconnect", (reason) => io.emit("left", socket.id, reason));
    });
  }
}

async function member(
  clients: { join(namespace?: string): Promise<Socket> },
  rooms: string[],
  namespace = "/",
) {
  const client = await clients.join(namespace);
  const heard = new Heard(client);
  await client.emitWithAck("join", rooms);
  return { client, heard };
}

const fresh = testBackends();

/** A room that is never read to its end. */
async function* never(): AsyncGenerator<never[]> {
  await new Promise(() => {});
  yield [];
}

let logged: unknown[][];
beforeEach(() => {
  logged = [];
  vi.spyOn(console, "error").mockImplementation((...args) => void logged.push(args));
  vi.spyOn(console, "warn").mockImplementation((...args) => void logged.push(args));
});
afterEach(() => vi.restoreAllMocks());

describe("an emitter", () => {
  it("reaches a union of rooms, less others, each client once and in its order", async () => {
    const { server, clients } = await kit(app);
    const emitter = new Emitter(server.emitter);
    const both = await member(clients, ["a", "b"]);
    const one = await member(clients, ["b"]);
    const excepted = await member(clients, ["a", "c"]);
    void emitter.to("a").in(["b"]).except("c").emit("said", 1, "two", null);
    for (let n = 0; n < 20; n++) void emitter.emit("count", n);
    await emitter.emit("over");
    const counts = Array.from({ length: 20 }, (_, n) => ["count", n]);
    const said = ["said", 1, "two", null];
    expect(await both.heard.until("over")).toEqual([said, ...counts]);
    expect(await one.heard.until("over")).toEqual([said, ...counts]);
    expect(await excepted.heard.until("over")).toEqual(counts);
  });

  it("asks for all that it is told in one turn by one invocation", async () => {
    const { server } = await kit(app);
    const events: EmitterEvent[] = [];
    const emitter = new Emitter({
      invoke: (event) => {
        events.push(JSON.parse(event));
        return server.emitter.invoke?.(event) as never;
      },
    });
    await Promise.all(Array.from({ length: 50 }, (_, n) => emitter.emit("count", n)));
    await emitter.emit("later");
    expect(events.map(({ operations }) => operations.length)).toEqual([50, 1]);
  });

  it("reaches Socket.IO's clients, plain ones, and those that poll", async () => {
    const { server, clients } = await kit(app);
    const emitter = new Emitter(server.emitter);
    const modern = await member(clients, []);
    const polls = new Heard(await clients.join("/", { transports: ["polling"], path: "/socket.io" }));
    const plain = await clients.frames();
    await plain.greeting();
    await emitter.emit("said", "hi");
    await emitter.emit("over");
    expect(await modern.heard.until("over")).toEqual([["said", "hi"]]);
    expect(await polls.until("over")).toEqual([["said", "hi"]]);
    expect(await plain.nextJson()).toMatchObject({ event: "said" });
  });

  it("sends binary as binary", async () => {
    const { server, clients } = await kit(app);
    const { heard } = await member(clients, []);
    const bytes = Buffer.from([1, 2, 3]);
    await new Emitter(server.emitter).emit("picture", { bytes, more: [new Uint8Array([4])] });
    const [, picture] = await heard.first(([event]) => event === "picture");
    expect(picture).toEqual({ bytes, more: [Buffer.from([4])] });
  });

  it("reaches a namespace, and one that a regular expression has made elsewhere", async () => {
    const { server, clients } = await kit(app);
    const emitter = new Emitter(server.emitter);
    const news = await member(clients, [], "/news");
    const game = await member(clients, ["red"], "/games-7");
    await emitter.of("news").emit("headline");
    await emitter.of("/games-7").to("red").emit("move");
    await news.heard.first(([event]) => event === "headline");
    await game.heard.first(([event]) => event === "move");
    await emitter.of("/games-8").emit("move");
    expect(await emitter.of("/games-8").fetchSockets()).toEqual([]);
  });

  it("makes sockets join and leave rooms, and sees it in what it emits next", async () => {
    const { server, clients } = await kit(app);
    const emitter = new Emitter(server.emitter);
    const { heard } = await member(clients, ["a"]);
    void emitter.in("a").socketsJoin(["b", "c"]);
    void emitter.to("b").emit("in b");
    void emitter.in("c").socketsLeave("b");
    void emitter.to("b").emit("in b no more");
    void emitter.emit("over");
    await emitter.flush();
    expect(await heard.until("over")).toEqual([["in b"]]);
  });

  it("fetches sockets with their data, rooms and handshake, and acts on each", async () => {
    const { server, clients } = await kit(app);
    const emitter = new Emitter(server.emitter);
    const { client, heard } = await member(clients, ["a"]);
    await member(clients, ["b"]);
    const sockets = await emitter.in("a").fetchSockets();
    expect(sockets.map(({ id }) => id)).toEqual([client.id]);
    const [socket] = sockets;
    expect(socket?.data).toEqual({ since: new Date(0) });
    expect(socket?.rooms).toEqual(new Set([client.id, "a"]));
    expect(socket?.handshake.address).toEqual(expect.any(String));
    await socket?.join("d");
    await emitter.to("d").emit("in d");
    await socket?.leave("d");
    await socket?.emit("only you");
    expect(await heard.until("only you")).toEqual([["in d"]]);
  });

  it("disconnects sockets, behind what it has sent them", async () => {
    const { server, clients } = await kit(app);
    const emitter = new Emitter(server.emitter);
    const { client, heard } = await member(clients, ["a"]);
    const other = await member(clients, []);
    const ended = new Promise((resolve) => client.once("disconnect", resolve));
    const { id } = client;
    void emitter.to("a").emit("bye");
    await emitter.in("a").disconnectSockets(true);
    expect(await ended).toMatch(/disconnect|close/);
    expect(heard.events).toEqual([["bye"]]);
    expect(await other.heard.first(([event]) => event === "left")).toContain(id);
  });

  it("is heard by a client that was away, where the app has recovery on", async () => {
    const { server, clients } = await kit(app, { io: { connectionStateRecovery: {} } });
    const emitter = new Emitter(server.emitter);
    const client = await clients.join("/", { reconnection: true, reconnectionDelay: 1 });
    const heard = new Heard(client);
    await emitter.emit("before");
    await heard.first(([event]) => event === "before");
    const [connectionId = ""] = server.gateway.connectionIds();
    const lost = new Promise((resolve) => client.once("disconnect", resolve));
    client.io.reconnection(false);
    server.gateway.drop(connectionId);
    await lost;
    await server.settled();
    await emitter.volatile.emit("volatile");
    await emitter.emit("meanwhile");
    client.connect();
    await heard.first(([event]) => event === "meanwhile");
    expect(client.recovered).toBe(true);
    expect(heard.events.map(([event]) => event)).toEqual(["before", "left", "meanwhile"]);
  });

  it("uses the app's own parser, and says so where the two differ", async () => {
    const { server, clients } = await kit(app, { io: { parser: msgpack } });
    const client = await clients.join("/news", { parser: msgpack, forceBase64: true });
    const heard = new Heard(client);
    const without = new Emitter(server.emitter);
    await expect(without.of("news").emit("said")).rejects.toThrow(
      /The app has a parser of its own\. Give it to the emitter/,
    );
    const emitter = new Emitter({ ...server.emitter, parser: msgpack });
    await emitter.of("news").emit("at", Buffer.from([7]));
    expect(await heard.first(([event]) => event === "at")).toEqual(["at", Buffer.from([7])]);
  });
});

describe("what cannot be done", () => {
  it("is refused at once: server-side emits, acks, reserved events", async () => {
    const { server } = await kit(app);
    const emitter = new Emitter(server.emitter);
    expect(() => emitter.serverSideEmit("x")).toThrow(
      /serverSideEmit\(\) does not work on Lambda: There are no/,
    );
    expect(() => emitter.emit("x", () => {})).toThrow(UnsupportedError);
    expect(() => emitter.emit("disconnect")).toThrow(/reserved/);
  });

  it("names a namespace that the app does not have", async () => {
    const { server } = await kit((io) => void io.of("/news"));
    await new Emitter(server.emitter).of("/nwes").emit("x");
    expect(String(logged)).toContain("/nwes, and the app has no such namespace");
  });

  it("is logged and rejects, and does not hold up what comes behind it", async () => {
    const { server, clients } = await kit(app);
    const { heard } = await member(clients, []);
    const emitter = new Emitter(server.emitter);
    server.faults.set({ dbFail: 1 });
    const failing = emitter.emit("lost");
    await expect(failing).rejects.toThrow(EmitterError);
    await expect(emitter.flush()).rejects.toThrow(/emit\("lost"\) to \//);
    server.faults.stop();
    await emitter.emit("came");
    await emitter.flush();
    expect(await heard.until("came")).toEqual([]);
    expect(logged.flat().map(String).join("\n")).toContain('emit("lost")');
  });

  it("is named with its reason where the app function's time is up", async () => {
    const { backend } = fresh();
    const rooms = { ...backend.rooms, everyone: () => never() };
    const { handler } = createHandlers(new Server(), { backend: () => ({ ...backend, rooms }) });
    const emitter = new Emitter({
      invoke: (event) => handler(JSON.parse(event), { getRemainingTimeInMillis: () => 200 }) as never,
    });
    await expect(emitter.emit("x")).rejects.toThrow(/emit\("x"\) to \/: DeadlineError: Still running/);
  });

  it("fails with the app's own words where the app is no such function", async () => {
    vi.stubEnv("SOCKET_IO_APP_FUNCTION", "");
    await expect(new Emitter().emit("x")).rejects.toThrow(
      /SOCKET_IO_APP_FUNCTION is not set\. api\.grantEmit\(fn\)/,
    );
    vi.stubEnv("SOCKET_IO_APP_FUNCTION", "arn:aws:lambda:eu-west-1:123456789012:function:app:live");
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "app");
    await expect(new Emitter().emit("x")).rejects.toThrow(/It would wait for itself\. Use io/);
    vi.unstubAllEnvs();
  });
});
