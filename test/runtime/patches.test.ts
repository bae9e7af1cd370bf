/**
 * What differs between an app's socket.io and a stock one is what `runtime/socket-io/patches.ts` declares,
 * and nothing else. And the methods of socket.io that we stand in for, or copy the steps of, are those that
 * somebody has read.
 */
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Namespace, Server, type ServerOptions, Socket } from "socket.io";
import { io as connect } from "socket.io-client";
import { afterAll, describe, expect, it } from "vitest";
import { SOCKET_PROPERTIES } from "../../runtime/socket-io/internals.js";
import { PATCHES } from "../../runtime/socket-io/patches.js";
import { kit } from "../support/kit.js";

type Table = Readonly<Record<string, { readonly at: string; readonly why: string }>>;
type Owner = keyof typeof PATCHES;

/**
 * Hashes of socket.io 4.8.4's methods. Read a method that has changed, and what stands for it, before you
 * change its hash.
 */
const READ: Readonly<Record<string, string>> = {
  "Socket.onevent": "90ef496f",
  "Socket.dispatch": "df0081d0",
  "Socket.run": "38e66c1f",
  "Socket.use": "9b33fd1b",
  "Socket.ack": "0a9a618d",
  "Socket._onerror": "76559de7",
  "Socket.emitReserved": "48cfad55",
  "Socket.emit": "2ce4b0af",
  "Socket.notifyOutgoingListeners": "2e5c4b45",
  "Socket.registerAckCallback": "bc7e9000",
  "Socket.disconnect": "ca0206ad",
  "Socket._onclose": "1956717f",
  "Socket._cleanup": "446a0e28",
  "Socket._onconnect": "c2c0a2bf",
  "Socket.buildHandshake": "0b72fc0a",
  "Socket.on": "04585ccf",
  "Socket.onAny": "8f91e09e",
  "Socket.prependAny": "0325a256",
  "Socket.onAnyOutgoing": "ac55a3bd",
  "Socket.prependAnyOutgoing": "ef521261",
  "Namespace._add": "57b5034b",
  "Namespace._createSocket": "9222df2c",
  "Namespace._doConnect": "176d2fef",
  "Namespace._remove": "ccfa2263",
  "Namespace.run": "390ebf72",
  "Namespace.emitReserved": "48cfad55",
  "Namespace.on": "04585ccf",
  "Namespace.use": "e976fd40",
  "ParentNamespace.emit": "6f2f936c",
  "ParentNamespace.createChild": "35542c5b",
  "ParentAdapter.broadcast": "4da4e5e3",
  "Server.listen": "a535f58e",
  "Server.attach": "1461fdf4",
  "Server.attachApp": "fe1f9197",
  "Server.adapter": "5b7a1dd4",
  "Server.close": "6fba54ae",
  "Server.of": "44ad5313",
  "BroadcastOperator.emit": "b56983ba",
  "Client.connect": "b532c3e8",
  "Client.doConnect": "2bdb4774",
  "Client.ondecoded": "f3533c79",
  "Client._remove": "1b6cc93e",
};

const requireHere = createRequire(import.meta.url);
const dist = dirname(requireHere.resolve("socket.io"));
const { Client } = requireHere(join(dist, "client.js")) as { Client: { prototype: object } };

const stock = await stockServer();
afterAll(() => {
  stock.client.close();
  return stock.io.close();
});
const PROTOTYPES: Readonly<Record<Owner | "Client", object>> = {
  Socket: Socket.prototype,
  Namespace: Namespace.prototype,
  LateNamespace: Namespace.prototype,
  ParentNamespace: prototypeOf(stock.parent),
  ParentAdapter: prototypeOf(stock.parent.adapter),
  Server: Server.prototype,
  LateServer: Server.prototype,
  BroadcastOperator: prototypeOf(stock.io.to("a room")),
  Client: Client.prototype,
};
const untouched = new Map(Object.values(PROTOTYPES).map((prototype) => [prototype, methodsOf(prototype)]));

describe("of socket.io we change", () => {
  it("nothing but what is declared: of a socket", async () => {
    const { socket } = await ours();
    const between = prototypeOf(socket);
    expect(Object.getOwnPropertyNames(between).sort()).toEqual(declared("Socket"));
    expect(prototypeOf(between)).toBe(Socket.prototype);
    expect(socket).toBeInstanceOf(Socket);
    expect(ownNames(socket)).toEqual(ownNames(stock.socket));
    expect(functionsOn(socket)).toEqual([]);
  });

  it("nothing but what is declared: of a namespace, before the first event and from then on", async () => {
    const { before, namespace } = await ours();
    const { _ids, ...early } = PATCHES.Namespace;
    expect(Object.getOwnPropertyDescriptor(namespace, "_ids")?.get).toBeDefined();
    expect(before.namespace).toEqual(Object.keys(early).sort());
    expect(functionsOn(namespace)).toEqual([...Object.keys(early), ...declared("LateNamespace")].sort());
    expect(ownNames(namespace).filter((name) => !functionsOn(namespace).includes(name))).toEqual(
      ownNames(stock.io.of("/")),
    );
  });

  it("nothing but what is declared: of a server and a parent namespace", async () => {
    const { before, io, parent } = await ours();
    const { opts, ...early } = PATCHES.Server;
    const stockFunctions = functionsOn(stock.io);
    const own = (names: readonly string[]) => names.filter((name) => !stockFunctions.includes(name));
    expect(own(before.io)).toEqual(Object.keys(early).sort());
    expect(own(functionsOn(io))).toEqual([...Object.keys(early), ...declared("LateServer")].sort());
    expect(functionsOn(parent)).toEqual(
      [...declared("ParentNamespace"), ...declared("LateNamespace")].sort(),
    );
    expect(functionsOn(parent.adapter)).toEqual(declared("ParentAdapter"));
  });

  it("none of its classes, but for `emit` of broadcast operators", async () => {
    await ours();
    for (const [prototype, methods] of untouched) {
      const changed = [...methodsOf(prototype)].filter(([name, method]) => methods.get(name) !== method);
      const isOperator = prototype === PROTOTYPES.BroadcastOperator;
      expect(changed.map(([name]) => name)).toEqual(isOperator ? declared("BroadcastOperator") : []);
    }
  });

  it("what has been read: its methods are those of the hashes", () => {
    const now = Object.fromEntries(Object.keys(READ).map((name) => [name, hashOf(name)]));
    expect(
      now,
      "socket.io has changed: read the method again, and what stands for it in runtime/socket-io",
    ).toEqual(READ);
    const named = Object.keys(READ);
    const upstream = (Object.keys(PATCHES) as Owner[]).flatMap((owner) =>
      Object.entries(PATCHES[owner] as Table).flatMap(([name, { at }]) =>
        at.startsWith("node:") || name === "_ids" || name === "opts"
          ? []
          : `${owner.replace("Late", "")}.${name}`,
      ),
    );
    expect(named).toEqual(expect.arrayContaining(upstream));
  });

  it("each at the line of socket.io/dist that the table names", () => {
    for (const [owner, table] of Object.entries(PATCHES)) {
      for (const [name, { at }] of Object.entries(table as Table)) {
        if (at.startsWith("node:")) {
          expect(EventEmitter.prototype).toHaveProperty(name);
          continue;
        }
        const [file = "", line] = at.split(":");
        const text = readFileSync(join(dist, file), "utf8").split("\n")[Number(line) - 1];
        expect(text, `${owner}.${name} at ${at}`).toMatch(new RegExp(`\\b${name}( =|\\()`));
      }
    }
  });

  it("each of them named in docs/decisions/patches.md", () => {
    const text = readFileSync(new URL("../../docs/decisions/patches.md", import.meta.url), "utf8");
    for (const owner of Object.keys(PATCHES) as Owner[]) {
      for (const name of declared(owner)) expect(text).toContain(`\`${name}\``);
    }
  });
});

it("what a stock server's socket has from its first to its last moment is what counts as socket.io's, and nothing else", async () => {
  const { io, socket } = await stockServer({ connectionStateRecovery: {} });
  socket.onAny(() => {});
  socket.onAnyOutgoing(() => {});
  socket.disconnect();
  expect(new Set(Object.keys(socket))).toEqual(SOCKET_PROPERTIES);
  await io.close();
});

async function ours() {
  let io!: Server;
  let socket!: Socket;
  const { clients } = await kit((server) => {
    io = server;
    server.of(/^\/family/);
    server.on("connection", (connected) => {
      socket = connected;
    });
  });
  const before = { namespace: functionsOn(io.of("/")), io: functionsOn(io) };
  await clients.join();
  return { io, socket, before, namespace: io.of("/"), parent: parentOf(io) };
}

/** With one client, by stock socket.io on a port. */
async function stockServer(options: Partial<ServerOptions> = {}) {
  const io = new Server(options);
  io.of(/^\/family/);
  const connected = new Promise<Socket>((resolve) => io.on("connection", resolve));
  io.listen(0);
  const { port } = (io as unknown as { httpServer: { address(): { port: number } } }).httpServer.address();
  const client = connect(`http://127.0.0.1:${port}`, { transports: ["websocket"] });
  return { io, client, socket: await connected, parent: parentOf(io) };
}

function parentOf(io: Server): Namespace {
  const [parent] = (io as unknown as { parentNsps: Map<unknown, Namespace> }).parentNsps.values();
  return parent as Namespace;
}

function prototypeOf(object: object): object {
  return Object.getPrototypeOf(object);
}

function declared(owner: Owner): string[] {
  return Object.keys(PATCHES[owner]).sort();
}

function ownNames(object: object): string[] {
  return Object.getOwnPropertyNames(object).sort();
}

function functionsOn(object: object): string[] {
  return ownNames(object).filter((name) => typeof object[name as keyof object] === "function");
}

function methodsOf(prototype: object): ReadonlyMap<string, unknown> {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return new Map(descriptors.map(([name, { value, get }]) => [name, value ?? get]));
}

/** @param name `Socket.onevent` */
function hashOf(name: string): string {
  const [owner = "", method = ""] = name.split(".");
  // `untouched`, for a broadcast operator's own is ours once an app has been served.
  const prototype = PROTOTYPES[owner as Owner];
  const source = untouched.get(prototype)?.get(method) ?? prototype[method as keyof object];
  return createHash("sha256").update(String(source)).digest("hex").slice(0, 8);
}
