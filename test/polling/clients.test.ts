/** Real clients that begin with HTTP long-polling, on the test kit. */
import { Server, type ServerOptions } from "socket.io";
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { afterEach, describe, expect, it } from "vitest";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { received } from "../support/clients.js";

type ClientOptions = Partial<ManagerOptions & SocketOptions>;

let server: LocalServer | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await server?.close();
  server = undefined;
});

async function serve(options: Partial<ServerOptions> = {}, engine?: (engine: Server["engine"]) => void) {
  const io = new Server(options);
  io.on("connection", (socket) => {
    socket.on("echo", (...args) => args.pop()(...args));
    socket.on("transport", (ack) => ack(socket.conn.transport.name));
    socket.on("headers", (ack) => ack(socket.handshake.headers));
    socket.on("join", async (room, ack) => {
      await socket.join(room);
      ack();
    });
    socket.on("say", (room, ...args) => io.to(room).emit("said", ...args));
    socket.on("leave", () => socket.disconnect(true));
  });
  io.of("/other").on("connection", (socket) => socket.emit("hello", socket.nsp.name));
  server = await serveLocal(io);
  engine?.(io.engine);
}

function client(options: ClientOptions = {}, namespace = ""): Socket {
  const url = `${server?.url.replace("ws:", "http:")}${namespace}`;
  const socket = connect(url, { forceNew: true, ...options });
  sockets.push(socket);
  return socket;
}

async function connected(options: ClientOptions = {}): Promise<Socket> {
  const socket = client(options);
  await received(socket, "connect");
  return socket;
}

const transportOf = (socket: Socket) => socket.io.engine.transport.name;

async function upgraded(socket: Socket): Promise<void> {
  if (transportOf(socket) === "websocket") return;
  await new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
}

// On a busy machine a client may take longer to open its WebSocket than its grace.
// Then it stays with polling.
const RETRIED = { retry: 3, timeout: 20_000 };

describe("a client with no options", RETRIED, () => {
  it("connects, upgrades, and both ends agree on the transport", async () => {
    await serve();
    const socket = await connected();
    await upgraded(socket);
    expect(await socket.emitWithAck("echo", "here", { a: 1 })).toBe("here");
    expect([transportOf(socket), await socket.emitWithAck("transport")]).toEqual(["websocket", "websocket"]);
  });

  it("loses nothing that it emits while it upgrades, and gets the answers in order", async () => {
    await serve();
    const socket = client();
    const answers = Promise.all(Array.from({ length: 30 }, (_, index) => socket.emitWithAck("echo", index)));
    expect(await answers).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  it("joins several namespaces over one connection", async () => {
    await serve();
    const socket = await connected();
    const other = socket.io.socket("/other");
    other.connect();
    expect(await received(other, "hello")).toEqual(["/other"]);
  });

  it("stays with polling where the server offers no upgrade", async () => {
    await serve({ allowUpgrades: false });
    const socket = await connected();
    expect(await socket.emitWithAck("transport")).toBe("polling");
    expect(transportOf(socket)).toBe("polling");
  });

  it("is refused where the server has WebSocket only, with upstream's words", async () => {
    await serve({ transports: ["websocket"] });
    const [error] = await received(client({ reconnection: false }), "connect_error");
    expect(error).toMatchObject({ message: "xhr poll error", context: { status: 400 } });
  });
});

describe("the option transports of a client", RETRIED, () => {
  it.each<[string[], string]>([
    [["polling"], "polling"],
    [["polling", "websocket"], "websocket"],
    [["websocket", "polling"], "websocket"],
    [["websocket"], "websocket"],
  ])("%j: ends with %s", async (transports, last) => {
    await serve();
    const socket = await connected({ transports });
    if (last === "websocket") await upgraded(socket);
    expect(await socket.emitWithAck("echo", "here")).toBe("here");
    expect([transportOf(socket), await socket.emitWithAck("transport")]).toEqual([last, last]);
  });

  it("with rememberUpgrade, the second connection begins with WebSocket", async () => {
    await serve();
    const socket = await connected({ rememberUpgrade: true });
    await upgraded(socket);
    socket.disconnect();
    const back = received(socket, "connect");
    socket.connect();
    const first = await new Promise((resolve) => socket.io.once("open", () => resolve(transportOf(socket))));
    await back;
    expect(first).toBe("websocket");
    expect(await socket.emitWithAck("echo", "here")).toBe("here");
  });

  it.each([
    [["websocket", "polling"], ["polling" as const], "polling"],
    [["polling", "websocket"], ["websocket" as const], "websocket"],
  ])("with tryAllTransports, %j finds what a server of %j has", async (wanted, offered, found) => {
    await serve({ transports: offered });
    const socket = await connected({ transports: wanted, tryAllTransports: true });
    expect(await socket.emitWithAck("transport")).toBe(found);
  });
});

describe("a client that polls", RETRIED, () => {
  const POLLS = { transports: ["polling"] };

  it("sends and gets binary, without forceBase64", async () => {
    await serve();
    const socket = await connected(POLLS);
    const bytes = Buffer.from([0, 1, 2, 250, 255]);
    expect(await socket.emitWithAck("echo", { one: bytes, more: [bytes, "text", bytes] })).toEqual({
      one: bytes,
      more: [bytes, "text", bytes],
    });
  });

  it("sends more than a WebSocket carries", async () => {
    await serve();
    const socket = await connected(POLLS);
    const text = "x".repeat(200_000);
    expect(await socket.emitWithAck("echo", text)).toBe(text);
  });

  it("hears rooms, beside clients that have upgraded", async () => {
    await serve();
    const [polls, upgrades] = [await connected(POLLS), await connected()];
    await upgraded(upgrades);
    await Promise.all([polls, upgrades].map((socket) => socket.emitWithAck("join", "tea")));
    const heard = [polls, upgrades].map((socket) => received(socket, "said"));
    polls.emit("say", "tea", "hello");
    expect(await Promise.all(heard)).toEqual([["hello"], ["hello"]]);
  });

  it("needs no timestamps in its requests", async () => {
    await serve();
    const socket = await connected({ ...POLLS, timestampRequests: false });
    for (const value of [1, 2, 3]) expect(await socket.emitWithAck("echo", value)).toBe(value);
  });

  it("hears that the server disconnects it", async () => {
    await serve();
    const socket = await connected(POLLS);
    const gone = received(socket, "disconnect");
    socket.emit("leave");
    expect((await gone)[0]).toBe("io server disconnect");
  });

  it("leaves: the server hears why, and forgets the session", async () => {
    const io = new Server();
    const reasons = new Promise((resolve) => {
      io.on("connection", (socket) => socket.on("disconnect", resolve));
    });
    server = await serveLocal(io);
    const socket = await connected(POLLS);
    socket.disconnect();
    expect(await reasons).toBe("client namespace disconnect");
    await server.settled();
  });
});

describe("what a client sends along", RETRIED, () => {
  it("extraHeaders reach the handshake", async () => {
    await serve();
    const socket = await connected({ extraHeaders: { authorization: "Bearer abc", "x-device": "7" } });
    await upgraded(socket);
    expect(await socket.emitWithAck("headers")).toMatchObject({
      authorization: "Bearer abc",
      "x-device": "7",
    });
  });

  it("a cookie of the handshake comes back with credentials, and not without", async () => {
    for (const withCredentials of [true, false]) {
      const cookies: (string | undefined)[] = [];
      await serve({ cookie: { name: "session" } }, (engine) => {
        engine.on("headers", (_headers: object, request: { headers: { cookie?: string } }) => {
          cookies.push(request.headers.cookie);
        });
      });
      const socket = await connected({ transports: ["polling"], withCredentials });
      await socket.emitWithAck("echo", 1);
      expect(cookies[0]).toBeUndefined();
      const expected = withCredentials ? `session=${socket.io.engine.id}` : undefined;
      expect(new Set(cookies.slice(1))).toEqual(new Set([expected]));
      socket.disconnect();
      await server?.close();
    }
    server = undefined;
  });

  it("query and auth reach the socket once", async () => {
    const io = new Server();
    const seen = new Promise((resolve) => {
      io.on("connection", ({ handshake: { query, auth } }) => resolve({ room: query.room, auth }));
    });
    server = await serveLocal(io);
    client({ query: { room: "tea" }, auth: { token: "t" } });
    expect(await seen).toEqual({ room: "tea", auth: { token: "t" } });
  });
});
