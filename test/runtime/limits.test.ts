/** What a client can make grow, and a connection that still gets full. */
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LocalServer } from "../../local/testing.js";
import { DEFAULT_LIMITS } from "../../runtime/client-limits.js";
import { LimitError } from "../../runtime/errors.js";
import { createHandlers } from "../../runtime/handlers.js";
import { itemBytes } from "../../runtime/store/item-bytes.js";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";
import { orderedServers, queued, queueEvent } from "../support/queued.js";

// biome-ignore lint/suspicious/noExplicitAny: what apps put on a socket has no type there
type Loose = any;

let errors: unknown[];
beforeEach(() => {
  errors = [];
  vi.spyOn(console, "error").mockImplementation((_, error) => void errors.push(error));
  vi.spyOn(console, "warn").mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const left = new EventEmitter();

const app = (io: Server) => {
  io.of(/^\/doc-/);
  io.on("connection", (socket) => {
    socket.on("join", async (rooms, ack) => {
      await socket.join(rooms);
      ack([...socket.rooms]);
    });
    socket.on("try to join", async (rooms, ack) => {
      try {
        await socket.join(rooms);
        ack("joined");
      } catch (error) {
        ack({ name: (error as Error).name, limit: (error as LimitError).limit });
      }
    });
    socket.on("bring", (id, rooms, ack) => {
      io.in(id).socketsJoin(rooms);
      ack();
    });
    socket.on("rooms", (ack) => ack([...socket.rooms]));
    socket.on("count", async (ack) => ack((await io.fetchSockets()).length));
    socket.on("disconnect", () => left.emit("left", socket.id));
  });
};

/** Rooms with ever shorter names until nothing fits any more: 28 messages, when there was no limit. */
const NAME_LENGTHS = [30_000, 10_000, 3_000, 1_000, 300, 100, 30, 10];
const MESSAGES_A_LENGTH = 14;

describe("a client that fills its item with rooms", () => {
  it("leaves, its disconnect handlers run once, and nothing of it is left", async () => {
    const { clients, server } = await kit(app);
    const [mallory, witness] = [await clients.join(), await clients.join()];
    for (const length of NAME_LENGTHS) {
      for (let n = 0; n < MESSAGES_A_LENGTH; n++) mallory.emit("join", `${n}${"x".repeat(length)}`, () => {});
    }
    await mallory.emitWithAck("rooms");
    await server.settled();
    const heard: unknown[] = [];
    const count = (id: unknown) => void heard.push(id);
    left.on("left", count);
    const [id] = [mallory.id];
    const gone = received(left as Loose, "left");
    server.gateway.drop(server.gateway.connectionIds()[0] ?? "");
    await gone;
    await server.settled();
    await server.heartbeat();
    await server.settled();
    left.off("left", count);
    expect(heard).toEqual([id]);
    expect(await witness.emitWithAck("count")).toBe(1);
    expect(errors.every((error) => error instanceof LimitError)).toBe(true);
  });

  const serve = orderedServers();
  it("sends nothing back to the queue in ordered mode", async () => {
    let disconnects = 0;
    const { handler, engineIo } = serve((io) => {
      app(io);
      io.on("connection", (socket) => socket.on("disconnect", () => disconnects++));
    });
    const client = await engineIo();
    const send = (frame: string) => handler(queueEvent(queued(client.message(frame))));
    await send("40");
    for (const length of NAME_LENGTHS) {
      for (let n = 0; n < MESSAGES_A_LENGTH; n++) {
        const result = await send(`42${n}${JSON.stringify(["join", `${n}${"x".repeat(length)}`])}`);
        expect(result).toEqual({ batchItemFailures: [] });
      }
    }
    const end = await handler(queueEvent(queued(client.disconnect())));
    expect(end).toEqual({ batchItemFailures: [] });
    expect(disconnects).toBe(1);
  });
});

describe("an item that is full", () => {
  async function fullOf(server: LocalServer) {
    const { client, connections: TableName } = server.tables;
    const [id = ""] = server.gateway.connectionIds();
    const Key = { connectionId: { S: id } };
    const { Item = {} } = await client.call("GetItem", { TableName, Key });
    const bytes = 409_600 - itemBytes(Item) - "padding".length;
    await client.call("UpdateItem", {
      TableName,
      Key,
      UpdateExpression: "SET padding = :padding",
      ExpressionAttributeValues: { ":padding": { S: "x".repeat(bytes) } },
    });
    return { id, Key, TableName };
  }

  it("can be claimed: disconnect handlers run once, with the handshake, and nothing is left", async () => {
    const seen: unknown[] = [];
    const { clients, server } = await kit((io) => {
      app(io);
      io.on("connection", (socket) => {
        socket.on("disconnect", () => seen.push([socket.id, socket.handshake.query.color]));
      });
    });
    const mallory = (await clients.join("/", { query: { color: "red" } })).id;
    const witness = await clients.join();
    const { id, Key, TableName } = await fullOf(server);
    const gone = received(left as Loose, "left");
    server.gateway.drop(id);
    await gone;
    await server.settled();
    expect(seen).toEqual([[mallory, "red"]]);
    expect(await witness.emitWithAck("count")).toBe(1);
    const { Item } = await server.tables.client.call("GetItem", { TableName, Key });
    expect(Item).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it("takes a change of socket.data only in place of what is there, and says so", async () => {
    const { clients, server } = await kit((io) => {
      io.on("connection", (socket) => {
        socket.on("set", (text, ack) => {
          socket.data.text = text;
          ack();
        });
        socket.on("get", (ack) => ack(socket.data.text));
      });
    });
    const client = await clients.join();
    await client.emitWithAck("set", "abcd");
    await fullOf(server);
    await client.emitWithAck("set", "efghijkl");
    expect(errors).toEqual([
      expect.objectContaining({ name: "ValueTooLargeError", key: "socket.data.text" }),
    ]);
    expect(await client.emitWithAck("get")).toBe("abcd");
    await client.emitWithAck("set", "efgh");
    expect(await client.emitWithAck("get")).toBe("efgh");
  });
});

describe("limits.rooms", () => {
  it("refuses a join beyond it, and a rejoin never", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ rooms: 3 }));
    const { clients } = await kit(app);
    const client = await clients.join();
    expect(await client.emitWithAck("try to join", ["a", "b"])).toBe("joined");
    expect(await client.emitWithAck("try to join", ["c", "d"])).toEqual({
      name: "LimitError",
      limit: "rooms",
    });
    expect(await client.emitWithAck("rooms")).toEqual([client.id, "a", "b"]);
    expect(await client.emitWithAck("try to join", "c")).toBe("joined");
    expect(await client.emitWithAck("try to join", ["a", "b", "c"])).toBe("joined");
    expect(await client.emitWithAck("try to join", "d")).toEqual({ name: "LimitError", limit: "rooms" });
  });

  it("holds for events that join at the same time", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ rooms: 5 }));
    const { clients } = await kit(app);
    const client = await clients.join();
    const joins = Array.from({ length: 30 }, (_, n) => client.emitWithAck("try to join", `room ${n}`));
    await Promise.all(joins);
    // Those that were under way when it became full may still come in, one each.
    const rooms: string[] = await client.emitWithAck("rooms");
    expect(rooms.length).toBeLessThanOrEqual(1 + 5 + 1);
  });

  it("holds for a socket that another event brings into rooms", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ rooms: 2, roomNameBytes: 10 }));
    const { clients, server } = await kit(app);
    const [one, other] = [await clients.join(), await clients.join()];
    for (const room of ["a", "b", "c", "d", "e", "much too long a name"]) {
      await one.emitWithAck("bring", other.id, room);
    }
    await server.settled();
    const rooms: string[] = await other.emitWithAck("rooms");
    expect(rooms.length).toBeLessThanOrEqual(1 + 2 + 1);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every((error) => error instanceof LimitError)).toBe(true);
  });
});

describe("limits of names", () => {
  it("refuse a room whose name is too long", async () => {
    const { clients } = await kit(app);
    const client = await clients.join();
    const longest = "가".repeat(Math.floor(DEFAULT_LIMITS.roomNameBytes / 3));
    expect(await client.emitWithAck("try to join", longest)).toBe("joined");
    const refused = { name: "LimitError", limit: "roomNameBytes" };
    expect(await client.emitWithAck("try to join", `${longest}가`)).toEqual(refused);
  });

  it("refuse a namespace whose name is too long, with a code", async () => {
    const { clients } = await kit(app);
    await clients.join(`/doc-${"x".repeat(500)}`);
    await expect(clients.join(`/doc-${"x".repeat(508)}`)).rejects.toMatchObject({
      data: { code: "namespace_name_too_long" },
    });
  });
});

describe("limits.namespaces", () => {
  it("refuses a CONNECT beyond it with a code, and other namespaces go on", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ namespaces: 3 }));
    const { clients } = await kit(app);
    const client = await clients.join();
    const into = async (namespace: string) => {
      const socket = client.io.socket(namespace);
      socket.connect();
      return Promise.race([
        received(socket as Loose, "connect").then(() => "connected"),
        received(socket as Loose, "connect_error").then(([error]) => (error as Loose).data),
      ]);
    };
    expect([await into("/doc-1"), await into("/doc-2")]).toEqual(["connected", "connected"]);
    expect(await into("/doc-3")).toEqual({ code: "too_many_namespaces" });
    expect(await client.emitWithAck("rooms")).toEqual([client.id]);
  });

  it("counts those that the client has left only for a while", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ namespaces: 3 }));
    const { clients, server } = await kit(app);
    const frames = await clients.frames("?EIO=4&transport=websocket");
    await frames.next();
    const visit = async (namespace: string) => {
      frames.send(`40${namespace},`);
      const answer = await frames.next();
      if (!answer.startsWith(`40${namespace},`)) return answer;
      frames.send(`41${namespace},`);
      await delay(20);
      await server.settled();
      return "connected";
    };
    const now = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => now() - 120_000); // they leave two minutes ago
    for (const n of [1, 2, 3]) expect(await visit(`/doc-${n}`)).toBe("connected");
    expect(await visit("/doc-4")).toContain("too_many_namespaces");
    vi.mocked(Date.now).mockRestore();
    expect(await visit("/doc-4")).toBe("connected");
    const [id = ""] = server.gateway.connectionIds();
    const { Item = {} } = await server.tables.client.call("GetItem", {
      TableName: server.tables.connections,
      Key: { connectionId: { S: id } },
    });
    expect(Object.keys(Item).filter((name) => name.startsWith("endedBy"))).toEqual(["endedBy /doc-4"]);
  });
});

describe("limits.authBytes", () => {
  it.each([
    ["large", { token: "x".repeat(20_000) }],
    ["nested without end", { nested: JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`) }],
  ])("refuses an auth that is %s, with a code", async (_, auth) => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ authBytes: 16_384 }));
    const { clients } = await kit(app);
    await clients.join("/", { auth: { token: "x".repeat(10_000) } });
    await expect(clients.join("/", { auth })).rejects.toMatchObject({ data: { code: "auth_too_large" } });
  });

  it("tells a plain client in its own protocol", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ authBytes: 16_384 }));
    const { clients } = await kit(app);
    const plain = await clients.frames();
    await plain.next();
    plain.send({ action: "connect", nsp: "/doc-1", data: { token: "x".repeat(20_000) } });
    expect(await plain.nextJson()).toEqual({
      error: {
        message: "The auth payload is too large",
        code: "connect_error",
        data: { code: "auth_too_large" },
      },
      nsp: "/doc-1",
    });
  });
});

describe("limits.handshakeBytes", () => {
  it("refuses a handshake that is larger with HTTP 431", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ handshakeBytes: 2_000 }));
    const { clients } = await kit(app);
    await clients.join();
    await expect(clients.frames(`?q=${"x".repeat(1_000)}`)).rejects.toThrow("431");
  });
});

describe("the option limits", () => {
  it.each([
    ["a limit that does not exist", { chairs: 3 }, /no limit "chairs"/],
    ["a limit that is no number", { rooms: "many" }, /limits\.rooms is "many"/],
    ["a limit of 0", { rooms: 0 }, /above 0/],
  ])("refuses %s", async (_, limits, message) => {
    const { Server } = await import("socket.io");
    expect(() => createHandlers(new Server(), { limits: limits as object })).toThrow(message);
  });

  it("goes before what the construct says", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ rooms: 3 }));
    const { Server } = await import("socket.io");
    const io = new Server();
    expect(() => createHandlers(io, { limits: { rooms: 4, namespaces: undefined as never } })).not.toThrow();
  });
});
