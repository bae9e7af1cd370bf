/**
 * The private parts of socket.io that `runtime/socket-io/internals.ts` names exist in the installed version.
 */
import { EventEmitter } from "node:events";
import { Server, type Socket } from "socket.io";
import { Encoder, PacketType } from "socket.io-parser";
import { describe, expect, it } from "vitest";
import { internalsOf } from "../../runtime/socket-io/internals.js";

describe("socket.io's internals", () => {
  it("Server", async () => {
    const io = new Server({ pingTimeout: 1, connectionStateRecovery: {} });
    const server = internalsOf(io);
    expect(server.opts).toMatchObject({ pingTimeout: 1 });
    expect(server.opts.connectionStateRecovery).toMatchObject({ maxDisconnectionDuration: 120_000 });
    const [encoded] = server.encoder.encode({ type: PacketType.EVENT, nsp: "/", data: ["hi"] });
    expect(encoded).toBe('2["hi"]');
    const decoder = new server._parser.Decoder();
    const decoded = new Promise((resolve) => decoder.on("decoded", resolve));
    decoder.add(encoded);
    expect(await decoded).toMatchObject({ type: PacketType.EVENT, data: ["hi"] });
    expect([...server._nsps.keys()]).toEqual(["/"]);
    io.of("/a");
    expect([...server._nsps.keys()]).toEqual(["/", "/a"]);
    expect(server.httpServer).toBeUndefined();
  });

  it("ParentNamespace", () => {
    const io = new Server();
    io.of(/^\/x-/);
    const [parent] = internalsOf(io).parentNsps.values();
    const child = parent?.createChild("/x-1");
    expect([...(parent?.children ?? [])]).toEqual([child]);
    expect(parent?.adapter.broadcast).toBeTypeOf("function");
    expect(parent?.emit).toBeTypeOf("function");
  });

  it("Namespace", () => {
    const namespace = internalsOf(new Server().of("/"));
    expect(namespace._ids).toBe(0);
    expect(namespace._fns).toEqual([]);
    expect(namespace._preConnectSockets).toBeInstanceOf(Map);
    for (const method of ["_add", "_createSocket", "_remove", "run", "emitReserved"] as const) {
      expect(namespace[method]).toBeTypeOf("function");
    }
  });

  it("Socket, and the few members of an engine that it wants", async () => {
    const io = new Server();
    const engine = new EventEmitter();
    io.bind(engine as unknown as Parameters<Server["bind"]>[0]);
    const connected = new Promise<Socket>((resolve) => io.on("connection", resolve));
    const connection = Object.assign(new EventEmitter(), {
      id: "id",
      protocol: 4,
      readyState: "open",
      transport: { writable: true },
      request: { headers: {}, connection: {}, url: "/", _query: {} },
      remoteAddress: "192.0.2.1",
      write() {},
    });
    engine.emit("connection", connection);
    const [connect] = new Encoder().encode({ type: PacketType.CONNECT, nsp: "/", data: {} });
    connection.emit("data", connect);
    const socket = await connected;
    const internals = internalsOf(socket);
    expect(internals.acks).toBeInstanceOf(Map);
    expect(internals.notifyOutgoingListeners).toBeTypeOf("function");
    expect(internals.fns).toEqual([]);
    expect(internals.ack(1)).toBeTypeOf("function");
    expect(internals._onerror).toBeTypeOf("function");
    expect(internals.emitReserved).toBeTypeOf("function");
    socket.timeout(7);
    expect(internals.flags).toEqual({ timeout: 7 });
    const registered: unknown[] = [];
    internals.registerAckCallback = (id, ack) => registered.push(id, ack, internals.flags);
    const ack = () => {};
    socket.emit("with an ack", ack);
    expect(registered).toEqual([0, ack, { timeout: 7 }]);
    expect(internals.flags).toEqual({});
    connection.emit("close", "transport close");
  });
});
