/** What an event may meet that serves a client of Socket.IO 2: slow neighbours, limits, the heartbeat. */
import { setTimeout as delay } from "node:timers/promises";
import type { Server, ServerOptions } from "socket.io";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ServeOptions } from "../../local/testing.js";
import { asked, Clients2, heard } from "../support/client-2.js";
import { hold } from "../support/hold.js";
import { kit as kitOf } from "../support/kit.js";

const EIO3 = "?EIO=3&transport=websocket";
/** In a call to DynamoDB, as JSON: a namespace's broadcasts go by these rows. */
const ROW_OF_EVERYONE = JSON.stringify('"/room",{').slice(1, -1);
const CONNECT_TIMEOUT_MS = 400;

const kit = (served: (io: Server) => void, options: ServeOptions = {}, io: Partial<ServerOptions> = {}) =>
  kitOf(served, { pingInterval: 500_000, ...options, io: { allowEIO3: true, ...io } });

const app = (io: Server) => {
  io.on("connection", (socket) => {
    socket.on("hi", (ack) => ack("hi"));
  });
  io.of("/room").on("connection", (socket) => {
    socket.on("shout", (...args) => {
      socket.nsp.emit("shouted", ...args);
    });
  });
};

const open2: Clients2[] = [];

async function kit2() {
  const { server } = await kit(app);
  const clients2 = new Clients2(() => server);
  open2.push(clients2);
  return { server, clients2 };
}

afterEach(() => {
  for (const clients2 of open2.splice(0)) clients2.close();
  vi.unstubAllEnvs();
});

describe("the greeting", () => {
  it("is waited for by a message that overtakes it", async () => {
    const { server, clients } = await kit(app);
    const greeting = hold(server.tables.client, "UpdateItem", "greeted");
    const frames = await clients.frames(EIO3);
    const goOn = await greeting;
    frames.send('420["hi"]');
    goOn();
    expect(await frames.next()).toMatch(/^0\{/);
    // Two events post these two.
    expect(new Set([await frames.next(), await frames.next()])).toEqual(new Set(["40", '430["hi"]']));
  });

  it("comes once, and names the connection, whatever id the app would give", async () => {
    let io: Server | undefined;
    const { server, clients } = await kit((served) => {
      io = served;
      served.on("connection", (socket) => void socket.emit("you", socket.id));
    });
    Object.assign(io?.engine ?? {}, { generateId: () => "mine" });
    const frames = await clients.frames(EIO3);
    const { sid } = JSON.parse((await frames.next()).slice(1));
    expect(await frames.next()).toBe("40");
    expect(await frames.next()).toBe(`42["you","${sid}"]`);
    expect(sid).not.toBe("mine");
    await server.heartbeat();
    await server.settled();
    expect(frames.unread).toEqual([]);
  });
});

describe("the heartbeat", () => {
  it("does not ping a client that pings itself, and does not end it for its silence, as one of version 4", async () => {
    const { server, clients } = await kit(app, { pingTimeout: 10 });
    const [two, four] = [await clients.frames(EIO3), await clients.frames("?EIO=4&transport=websocket")];
    await Promise.all([two.next(), four.next()]);
    expect(await two.next()).toBe("40");
    four.send("40");
    await four.next();
    await server.settled();
    await server.heartbeat();
    expect(await four.next()).toBe("2");
    await delay(50);
    await server.heartbeat();
    await four.closed;
    await server.settled();
    two.send('420["hi"]');
    expect(await two.next()).toBe('430["hi"]');
  });

  it("closes a client that the app has refused, after connectTimeout", async () => {
    const refusing = (io: Server) => void io.use((_socket, next) => next(new Error("no")));
    const { server, clients } = await kit(refusing, {}, { connectTimeout: CONNECT_TIMEOUT_MS });
    const frames = await clients.frames(EIO3);
    expect([await frames.next(), await frames.next()]).toEqual([expect.stringMatching(/^0\{/), '44"no"']);
    await delay(CONNECT_TIMEOUT_MS);
    await server.heartbeat();
    expect((await frames.closed).code).toBe(1000);
  });
});

describe("a client that comes back to a namespace with the same id", () => {
  it("keeps its rooms where the rows of its former socket are removed late", async () => {
    const { server, clients2 } = await kit2();
    await clients2.join("/", { forceNew: false });
    const room = await clients2.join("/room", { forceNew: false });
    const removal = hold(server.tables.client, "DeleteItem", ROW_OF_EVERYONE);
    const again = heard(room, "connect");
    room.disconnect().connect();
    const goOn = await removal;
    await delay(200);
    goOn();
    await again;
    await server.settled();
    const shouted = heard(room, "shouted");
    room.emit("shout", "here");
    expect(await shouted).toEqual(["here"]);
  });
});

describe.each<[string, ServeOptions, Partial<ServerOptions>]>([
  ["sockets are kept between events", { cold: false }, {}],
  ["lost clients may recover", {}, { connectionStateRecovery: {} }],
])("where %s", (_where, options, io) => {
  it("a client asks, leaves, comes back and asks again; the server hears each end once", async () => {
    const ends: string[] = [];
    const { server } = await kit(
      (served) => {
        app(served);
        served.of("/room").on("connection", (socket) => {
          socket.on("disconnect", (reason) => ends.push(`${socket.id} ${reason}`));
        });
      },
      options,
      io,
    );
    const clients2 = new Clients2(() => server);
    open2.push(clients2);
    const root = await clients2.join("/", { forceNew: false });
    const room = await clients2.join("/room", { forceNew: false });
    const { id } = room;
    expect(await asked(root, "hi")).toEqual(["hi"]);
    const again = heard(room, "connect");
    room.disconnect();
    await server.settled();
    room.connect();
    await again;
    const shouted = heard(room, "shouted");
    room.emit("shout", "here");
    expect((await shouted)[0]).toBe("here"); // behind it may be an offset, as for any client
    await server.settled();
    root.io.engine.close();
    await expect.poll(() => ends).toEqual([`${id} client namespace disconnect`, `${id} transport close`]);
  });
});

describe("limits.authBytes", () => {
  it("counts the query of a namespace, and the error has the code", async () => {
    vi.stubEnv("SOCKET_IO_LIMITS", JSON.stringify({ authBytes: 1_000 }));
    const { clients2 } = await kit2();
    await clients2.join(`/room?token=${"x".repeat(900)}`);
    const [error] = await heard(clients2.make(`/room?token=${"x".repeat(1_001)}`), "error");
    expect(error).toMatchObject({ data: { code: "auth_too_large" } });
  });
});
