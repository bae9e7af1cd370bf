/**
 * Real clients of Socket.IO 2 (`allowEIO3`), with nothing kept between events, and with Socket.IO's own
 * server beside it: the same app is asked the same on both.
 */
import { Server } from "socket.io";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serveLocal } from "../../local/testing.js";
import type { Target } from "../contract/contract.js";
import { serveStock } from "../contract/stock.js";
import { asked, Clients2, heard } from "../support/client-2.js";
import { Clients, received } from "../support/clients.js";

interface Refused {
  readonly code: number;
  readonly context: unknown;
}

function appOf(io: Server): void {
  io.use((socket, next) => {
    const { refuse } = socket.handshake.query;
    if (refuse === undefined) return next();
    const data = refuse === "data" ? { data: { reason: "closed" } } : {};
    next(Object.assign(new Error("not now"), data));
  });
  io.on("connection", (socket) => {
    socket.data.visits = 0;
    socket.on("who", (ack) =>
      ack({
        id: socket.id,
        protocol: socket.conn.protocol,
        rooms: [...socket.rooms],
        auth: socket.handshake.auth,
      }),
    );
    socket.on("visit", (ack) => ack(++socket.data.visits));
    socket.on("join", async (room, ack) => {
      await socket.join(room);
      ack();
    });
    socket.on("say", (room, ...args) => {
      io.to(room).emit("said", ...args);
    });
    socket.on("whisper", (...args) => socket.volatile.emit("whispered", ...args));
    socket.on("echo", (value, ack) => ack(value));
    socket.on("ask", (...args) => {
      socket.emit("question", ...args, (answer: unknown) => socket.emit("answered", answer));
    });
    socket.on("kick", () => socket.disconnect());
    socket.on("close", () => socket.disconnect(true));
    socket.on("disconnect", (reason) => io.to("watchers").emit("left", socket.id, reason));
  });
  const rooms = io.of(/^\/room-\w+$/);
  rooms.use((socket, next) => {
    next(socket.handshake.auth.token === "bad" ? new Error("bad token") : undefined);
  });
  rooms.on("connection", (socket) => {
    socket.on("who", (ack) => ack({ id: socket.id, auth: socket.handshake.auth, rooms: [...socket.rooms] }));
    socket.on("shout", (...args) => {
      socket.nsp.emit("shouted", ...args);
    });
  });
}

const SIDES: readonly (readonly [string, (io: Server) => Promise<Target>])[] = [
  ["Socket.IO's own server", serveStock],
  ["ours", (io) => serveLocal(io)],
];

describe.each(SIDES)("a client of Socket.IO 2, and %s", (_name, serve) => {
  let target: Target;
  let io: Server;
  const clients2 = new Clients2(() => target);
  const clients = new Clients(() => target);

  beforeAll(async () => {
    io = new Server({ allowEIO3: true });
    appOf(io);
    target = await serve(io);
  });
  afterEach(() => {
    clients2.close();
    clients.close();
  });
  afterAll(() => target.close());

  it("is connected to / without asking, and both know it by the same id", async () => {
    const client = await clients2.join();
    const [who] = await asked(client, "who");
    expect(client.id).toBe(client.io.engine.id);
    expect(who).toEqual({ id: client.id, protocol: 3, rooms: [client.id], auth: {} });
  });

  it("keeps its data and its listeners from one event to the next", async () => {
    const client = await clients2.join();
    expect(await asked(client, "visit")).toEqual([1]);
    expect(await asked(client, "visit")).toEqual([2]);
  });

  it("is in a namespace, with its query as the auth, in later events too", async () => {
    const client = await clients2.join("/room-a?token=t1&name=Ann%20B");
    expect(client.id).toBe(`/room-a#${client.io.engine.id}`);
    const who = { id: client.id, auth: { token: "t1", name: "Ann B" }, rooms: [client.id] };
    expect(await asked(client, "who")).toEqual([who]);
    expect(await asked(client, "who")).toEqual([who]);
  });

  it("hears of a middleware's error: its data, or else its message", async () => {
    const errorOf = (refuse: string) => heard(clients2.make("/", { query: { refuse } }), "error");
    expect(await errorOf("data")).toEqual([{ reason: "closed" }]);
    expect(await errorOf("yes")).toEqual(["not now"]);
    expect(await heard(clients2.make("/room-b?token=bad"), "error")).toEqual(["bad token"]);
  });

  it("hears that a namespace does not exist", async () => {
    expect(await heard(clients2.make("/nowhere"), "error")).toEqual([{ message: "Invalid namespace" }]);
  });

  it("sends and gets binary, as base64", async () => {
    const client = await clients2.join("/", { forceBase64: true });
    const value = { name: "a", bytes: [Buffer.from([0, 1, 255]), Buffer.from("second")] };
    expect(await asked(client, "echo", value)).toEqual([value]);
  });

  it("answers an ack, and gets what is volatile", async () => {
    const client = await clients2.join();
    client.on("question", (text: string, ack: (answer: string) => void) => ack(`${text}!`));
    const answered = heard(client, "answered");
    client.emit("ask", "well");
    expect(await answered).toEqual(["well!"]);
    const whispered = heard(client, "whispered");
    client.emit("whisper", 1, { a: 2 });
    expect(await whispered).toEqual([1, { a: 2 }]);
  });

  it("gets the answer to its pings", async () => {
    const { path, url } = target;
    const frames = await new Clients(() => ({ path, url })).frames("?EIO=3&transport=websocket");
    const { sid, upgrades } = JSON.parse((await frames.next()).slice(1));
    expect({ sid, upgrades }).toEqual({ sid: expect.any(String), upgrades: [] });
    expect(await frames.next()).toBe("40");
    frames.send("2");
    expect(await frames.next()).toBe("3");
    frames.send("2probe");
    expect(await frames.next()).toBe("3");
    frames.send('420["who"]');
    expect(await frames.next()).toBe(`430[{"id":"${sid}","protocol":3,"rooms":["${sid}"],"auth":{}}]`);
    frames.send("3");
    await frames.closed;
  });

  it("gets broadcasts together with clients of version 4, with text and with binary", async () => {
    const forceBase64 = true;
    const [two, four] = await Promise.all([
      clients2.join("/", { forceBase64 }),
      clients.join("/", { forceBase64 }),
    ]);
    await Promise.all([asked(two, "join", "mixed"), four.emitWithAck("join", "mixed")]);
    for (const sender of [two, four]) {
      for (const args of [
        ["hello", 1],
        [Buffer.from("bytes"), { more: Buffer.from([9]) }],
      ]) {
        const said = Promise.all([heard(two, "said"), received(four, "said")]);
        sender.emit("say", "mixed", ...args);
        expect(await said).toEqual([args, args]);
      }
    }
  });

  it("leaves, and the others hear why", async () => {
    const watching = await clients.join();
    await watching.emitWithAck("join", "watchers");
    const leaves = async (leave: (client: Awaited<ReturnType<typeof clients2.join>>) => void) => {
      const client = await clients2.join();
      const { id } = client;
      const left = received(watching, "left");
      leave(client);
      const [who, reason] = await left;
      expect(who).toBe(id);
      return reason;
    };
    expect(await leaves((client) => client.disconnect())).toBe("client namespace disconnect");
    expect(await leaves((client) => client.emit("kick"))).toBe("server namespace disconnect");
    expect(await leaves((client) => client.emit("close"))).toBe("server namespace disconnect");
  });

  it("has several namespaces on one connection, leaves one, and comes back to it", async () => {
    const root = await clients2.join("/", { forceNew: false });
    const room = await clients2.join("/room-c", { forceNew: false });
    expect(room.io).toBe(root.io);
    room.disconnect();
    await asked(root, "visit"); // upstream closes a client whose CONNECT comes in the same tick
    const again = heard(room, "connect");
    room.connect();
    await again;
    const shouted = heard(room, "shouted");
    room.emit("shout", "back");
    expect(await shouted).toEqual(["back"]);
    expect(await asked(root, "visit")).toEqual([2]);
  });

  it("is closed where it asks for / itself, as upstream", async () => {
    const frames = await clients.frames("?EIO=3&transport=websocket");
    expect(await frames.next()).toMatch(/^0\{/);
    expect(await frames.next()).toBe("40");
    frames.send("40");
    await frames.closed;
  });
});

describe("without allowEIO3", () => {
  it.each(SIDES)("%s refuses a client of Socket.IO 2 with code 5", async (_name, serve) => {
    const io = new Server();
    const target = await serve(io);
    const refused: Refused[] = [];
    io.engine.on("connection_error", ({ code, context }: Refused) => refused.push({ code, context }));
    const clients2 = new Clients2(() => target);
    const [error] = await heard(clients2.make(), "connect_error");
    expect(error).toMatchObject({ message: "websocket error" });
    expect(refused).toMatchObject([{ code: 5 }]);
    clients2.close();
    await target.close();
  });
});

describe("on the test kit", () => {
  const clients2 = new Clients2(() => target);
  const clients = new Clients(() => target);
  let target: Target;

  beforeAll(async () => {
    const io = new Server({ allowEIO3: true });
    appOf(io);
    target = await serveLocal(io);
  });
  afterEach(() => {
    clients2.close();
    clients.close();
  });
  afterAll(() => target.close());

  it("a broadcast reaches clients of version 2 and 4 and plain ones", async () => {
    const [two, four, plain] = await Promise.all([
      clients2.join("/", { forceBase64: true }),
      clients.join(),
      clients.frames(),
    ]);
    await plain.greeting();
    await Promise.all([asked(two, "join", "all"), four.emitWithAck("join", "all")]);
    plain.send({ action: "join", data: ["all"], id: 1 });
    expect(await plain.nextJson()).toEqual({ ack: 1, data: [] });
    const said = Promise.all([heard(two, "said"), received(four, "said"), plain.nextJson()]);
    two.emit("say", "all", Buffer.from("all"));
    expect(await said).toEqual([
      [Buffer.from("all")],
      [Buffer.from("all")],
      { event: "said", data: [{ base64: "YWxs" }] },
    ]);
  });

  it("a client that leaves a namespace and comes back at once, with the same id, is in its rooms", async () => {
    const root = await clients2.join("/", { forceNew: false });
    const room = await clients2.join("/room-d", { forceNew: false });
    expect(room.io).toBe(root.io);
    for (let turn = 0; turn < 5; turn++) {
      const again = heard(room, "connect");
      room.disconnect().connect();
      await again;
      const shouted = heard(room, "shouted");
      room.emit("shout", turn);
      expect(await shouted).toEqual([turn]);
    }
  });
});
