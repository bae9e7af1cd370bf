/** Offsets that a client makes up: what was said before it was there is not its to hear. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LocalServer } from "../../local/testing.js";
import { nextOffset, startOf } from "../../runtime/recovery/offset.js";
import { queryRows } from "../../runtime/store/query.js";
import { roomKey } from "../../runtime/store/room-key.js";
import { type Clients, type Frames, received } from "../support/clients.js";
import { kit } from "../support/kit.js";

afterEach(() => vi.restoreAllMocks());

async function tea() {
  const served = await kit(
    (io) => {
      io.on("connection", (socket) => {
        if (!socket.recovered) socket.emit("welcome");
        socket.on("join", async (room, ack) => {
          await socket.join(room);
          ack();
        });
        socket.on("say", (room, text, ack) => {
          io.to(room).emit("said", text);
          ack();
        });
        socket.on("say to all", (text, ack) => {
          io.emit("said", text);
          ack();
        });
        socket.on("rooms", (ack) => ack([...socket.rooms]));
      });
    },
    { io: { connectionStateRecovery: {} } },
  );
  const alice = await served.clients.join();
  await alice.emitWithAck("join", "tea");
  return { ...served, alice };
}

/** A bare WebSocket that is connected; its frames up to the welcome are read. */
async function connect(clients: Clients) {
  const frames = await clients.frames("?EIO=4&transport=websocket");
  await frames.next();
  frames.send("40");
  const { sid, pid } = JSON.parse((await frames.next()).slice(2));
  const offset: string = JSON.parse((await frames.next()).slice(2))[1];
  return { frames, sid, pid, offset };
}

async function ask(frames: Frames, ...event: unknown[]): Promise<string[]> {
  const before: string[] = [];
  frames.send(`4299${JSON.stringify(event)}`);
  for (;;) {
    const frame = await frames.next();
    if (frame.startsWith("4399")) return before;
    before.push(frame);
  }
}

async function lose(server: LocalServer, frames: Frames): Promise<void> {
  server.gateway.drop(server.gateway.connectionIds().at(-1) ?? "");
  await frames.closed;
  await server.settled();
}

/** Comes back with an offset; returns the new id, and what was replayed before the answer. */
async function comeBack(clients: Clients, pid: string, offset: unknown) {
  const frames = await clients.frames("?EIO=4&transport=websocket");
  await frames.next();
  frames.send(`40${JSON.stringify({ pid, offset })}`);
  const replayed: string[] = [];
  for (;;) {
    const frame = await frames.next();
    if (frame.startsWith("40")) return { frames, sid: JSON.parse(frame.slice(2)).sid, replayed };
    replayed.push(JSON.parse(frame.slice(2))[1]);
  }
}

const TEXTS = ["one", "two", "three", "four", "five"];

describe("a client that joins after something was said", () => {
  it.each<[what: string, offset: (own: string, since: number) => unknown, isRecovered: boolean]>([
    ["an empty offset", () => "", false],
    ["a short one", () => "0", false],
    ["one of zeros", () => "0".repeat(17), false],
    ["a long one", () => "1".repeat(28_000), false],
    ["one that is no base 36", () => "ABCDEFGHIJKLMNOPQ", false],
    ["one of the far future", () => "z".repeat(17), false],
    ["one from before the session", (_, since) => `${startOf(since - 60_000)}00000000`, false],
    ["a list", () => ["", ""], false],
    ["one right behind its session's beginning", (_, since) => `${startOf(since)}00000000`, true],
    ["its own", (own) => own, true],
  ])("does not hear it with %s", async (_, offsetOf, isRecovered) => {
    const { server, clients, alice } = await tea();
    const since = Date.now();
    const mallory = await connect(clients);
    for (const text of TEXTS) await alice.emitWithAck("say", "tea", text);
    await ask(mallory.frames, "join", "tea");
    await lose(server, mallory.frames);
    await alice.emitWithAck("say", "tea", "while away");
    const back = await comeBack(clients, mallory.pid, offsetOf(mallory.offset, since));
    expect(back.sid === mallory.sid).toBe(isRecovered);
    expect(back.replayed).toEqual(isRecovered ? ["while away"] : []);
  });

  it("hears all that was said since it joined first, though it has joined again, and been lost twice", async () => {
    const { server, clients, alice } = await tea();
    const bob = await connect(clients);
    await ask(bob.frames, "join", "tea");
    await alice.emitWithAck("say", "tea", "since he is in");
    await ask(bob.frames, "join", "tea");
    await lose(server, bob.frames);
    await alice.emitWithAck("say", "tea", "while away");
    const back = await comeBack(clients, bob.pid, bob.offset);
    expect(back.replayed).toEqual(["since he is in", "while away"]);
    await ask(back.frames, "join", "tea");
    await lose(server, back.frames);
    // With his first offset, as if nothing had reached him.
    const again = await comeBack(clients, bob.pid, bob.offset);
    expect(again.sid).toBe(bob.sid);
    expect(again.replayed).toEqual(["since he is in", "while away"]);
  });

  it("hears nothing of what was said while it had left the room", async () => {
    const { server, clients, alice } = await tea();
    const { frames, pid, offset } = await connect(clients);
    await alice.emitWithAck("say to all", "for everybody");
    await lose(server, frames);
    expect((await comeBack(clients, pid, offset)).replayed).toEqual(["for everybody"]);
  });

  it("has a join time for each room also where the app listens to room events", async () => {
    const { clients, server } = await kit(
      (io) => {
        io.of("/").adapter.on("join-room", () => {});
        io.on("connection", (socket) => {
          if (!socket.recovered) socket.emit("welcome");
          socket.on("join", async (room, ack) => ack(await socket.join(room)));
          socket.on("say", (room, text, ack) => ack(io.to(room).emit("said", text)));
        });
      },
      { io: { connectionStateRecovery: {} } },
    );
    const alice = await clients.join();
    const mallory = await connect(clients);
    for (const text of TEXTS) await alice.emitWithAck("say", "tea", text);
    await ask(mallory.frames, "join", "tea");
    await lose(server, mallory.frames);
    await alice.emitWithAck("say", "tea", "while away");
    expect((await comeBack(clients, mallory.pid, mallory.offset)).replayed).toEqual(["while away"]);
  });
});

describe("the rows of a recovered socket", () => {
  it("stay small", async () => {
    const { server, clients } = await tea();
    const bob = await connect(clients);
    await ask(bob.frames, "join", "tea");
    await lose(server, bob.frames);
    await comeBack(clients, bob.pid, bob.offset);
    const { client, rooms } = server.tables;
    for await (const rows of queryRows(client, rooms, roomKey("/", "tea"))) {
      for (const row of rows) expect(JSON.stringify(row).length).toBeLessThan(500);
    }
  });

  it("have no join time where clients cannot recover, for it would make each broadcast dearer", async () => {
    const { server, clients } = await kit((io) => {
      io.on("connection", (socket) => {
        socket.on("join", async (room, ack) => ack(await socket.join(room)));
      });
    });
    const ann = await clients.join();
    await ann.emitWithAck("join", "tea");
    const { client, rooms } = server.tables;
    for await (const rows of queryRows(client, rooms, roomKey("/", "tea"))) {
      expect(rows.map((row) => Object.keys(row).sort())).toEqual([
        ["connectionId", "endpoint", "expiresAt", "protocol", "room", "sid"],
      ]);
    }
  });
});

describe("what a recovery brings back", () => {
  it("is socket.data of any kind, and keys that every object inherits", async () => {
    const { clients, server } = await kit(
      (io) => {
        io.use((socket, next) => {
          const { kind } = socket.handshake.auth;
          if (kind === "whole") socket.data = new Map([["user", new Date(5)]]);
          else socket.data = JSON.parse('{"nick":"m","__proto__":{"isAdmin":true}}');
          Object.assign(socket.handshake, { session: { cart: 3 } });
          next();
        });
        io.on("connection", (socket) => {
          socket.emit("welcome");
          socket.on("look", (ack) => {
            const { session } = socket.handshake as unknown as { session?: object };
            const { data } = socket;
            const admin = [data.isAdmin ?? null, Object.hasOwn(data, "__proto__")];
            ack(data instanceof Map ? [...data] : admin, session, socket.recovered);
          });
        });
      },
      { io: { connectionStateRecovery: {} } },
    );
    for (const [kind, expected] of [
      ["whole", [["user", new Date(5).toJSON()]]],
      ["keys", [null, true]],
    ] as const) {
      const client = clients.make("/", { auth: { kind } });
      const welcome = received(client, "welcome");
      client.connect();
      await welcome;
      const lost = received(client, "disconnect");
      server.gateway.drop(server.gateway.connectionIds().at(-1) ?? "");
      await lost;
      const back = received(client, "connect");
      client.connect();
      await back;
      for (const _ of [1, 2]) {
        const answer = await new Promise((resolve) =>
          client.emit("look", (...all: unknown[]) => resolve(all)),
        );
        expect(answer).toEqual([expected, { cart: 3 }, true]);
      }
    }
  });
});

describe("an offset", () => {
  it("of ours has the form and the time of one", async () => {
    const { isOffset, isSince } = await import("../../runtime/recovery/offset.js");
    const offset = nextOffset();
    expect([isOffset(offset), isSince(offset, Date.now()), isSince(offset, Date.now() + 60_000)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
