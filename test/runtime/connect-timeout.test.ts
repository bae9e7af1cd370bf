import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { describe, expect, it, vi } from "vitest";
import { kit } from "../support/kit.js";
import { sdkOf } from "../support/sdk-of.js";

const ENGINE_IO = "?EIO=4&transport=websocket";
const CONNECT_TIMEOUT_MS = 400;

/** One slot, so that each heartbeat comes to everybody; pings have all the time in the world. */
const OPTIONS = { pingInterval: 500_000, io: { connectTimeout: CONNECT_TIMEOUT_MS } };
const later = () => delay(CONNECT_TIMEOUT_MS);

const refusing = (io: Server) => {
  io.use((_socket, next) => next(new Error("Who are you?")));
  io.of("/public").on("connection", (socket) => {
    socket.on("leave", () => socket.disconnect());
    socket.on("hi", (ack) => ack());
  });
};

describe("connectTimeout", () => {
  it("closes an Engine.IO client that sends no CONNECT, and not before its time", async () => {
    const { clients, server } = await kit(() => {}, OPTIONS);
    const silent = await clients.frames(ENGINE_IO);
    await silent.next();
    await server.heartbeat();
    expect(await silent.next()).toBe("2");
    await later();
    await server.heartbeat();
    expect((await silent.closed).code).toBe(1000);
  });

  it("closes a client whose every CONNECT was refused", async () => {
    const { clients, server } = await kit(refusing, OPTIONS);
    const engineIo = await clients.frames(ENGINE_IO);
    await engineIo.next();
    engineIo.send("40");
    expect(await engineIo.next()).toMatch(/^44/);
    const plain = await clients.frames();
    expect(await plain.nextJson()).toMatchObject({ error: { code: "connect_error" } });
    await later();
    await server.heartbeat();
    expect([(await engineIo.closed).code, (await plain.closed).code]).toEqual([1000, 1000]);
  });

  it("removes what was stored of a client that it closes", async () => {
    const { clients, server } = await kit(() => {}, OPTIONS);
    const silent = await clients.frames(ENGINE_IO);
    await later();
    await server.heartbeat();
    await silent.closed;
    const { connections } = server.tables;
    const { ScanCommand } = await import("@aws-sdk/client-dynamodb");
    await expect
      .poll(async () => (await sdkOf(server.tables).send(new ScanCommand({ TableName: connections }))).Items)
      .toEqual([]);
  });

  it("keeps a client that is in another namespace than the one that refused it, or was in one and left", async () => {
    const { clients, server } = await kit(refusing, OPTIONS);
    const plain = await clients.frames();
    await plain.nextJson();
    plain.send({ action: "connect", nsp: "/public" });
    expect(await plain.nextJson()).toMatchObject({ event: "connect" });
    const leaver = await clients.frames(ENGINE_IO);
    await leaver.next();
    leaver.send("40/public,");
    await leaver.next();
    leaver.send('42/public,["leave"]');
    expect(await leaver.next()).toBe("41/public,");
    await later();
    await server.heartbeat();
    expect(await leaver.next()).toBe("2");
    await server.settled();
    plain.send({ action: "hi", nsp: "/public", id: 1 });
    expect(await plain.nextJson()).toEqual({ ack: 1, data: [], nsp: "/public" });
    leaver.send("40/public,");
    expect(await leaver.next()).toMatch(/^40\/public,/);
  });

  it("ends at its next message for a client that talks without a session, heartbeat or not", async () => {
    const { clients } = await kit(refusing, OPTIONS);
    const plain = await clients.frames();
    await plain.nextJson();
    await later();
    plain.send({ action: "hi", nsp: "/public", id: 1 });
    expect(await plain.nextJson()).toMatchObject({ error: { code: "not_connected" }, id: 1 });
    expect((await plain.closed).code).toBe(1000);
    const engineIo = await clients.frames(ENGINE_IO);
    await engineIo.next();
    await later();
    engineIo.send("40");
    expect(await engineIo.next()).toMatch(/^44/);
    expect((await engineIo.closed).code).toBe(1000);
  });

  it("lets a late CONNECT in that comes before it is noticed", async () => {
    const { clients, server } = await kit(refusing, OPTIONS);
    const late = await clients.frames(ENGINE_IO);
    await late.next();
    await later();
    late.send("40/public,");
    expect(await late.next()).toMatch(/^40\/public,/);
    await server.settled();
    await server.heartbeat();
    expect(await late.next()).toBe("2");
    await server.settled();
    expect(late.socket.readyState).toBe(late.socket.OPEN);
  });

  it("takes one read for each connection in its life, and no write", async () => {
    const { clients, server } = await kit(() => {}, OPTIONS);
    await Promise.all([1, 2, 3].map(() => clients.join()));
    await later();
    await server.settled();
    const sent = vi.spyOn(server.tables.client, "call");
    const commands = (kind: string) =>
      sent.mock.calls.map(([name]) => name).filter((name) => name.startsWith(kind));
    const beat = async () => {
      sent.mockClear();
      await server.heartbeat();
      await expect.poll(() => commands("Update")).toHaveLength(3); // the pongs
      await server.settled();
    };
    await beat();
    expect(commands("GetItem")).toHaveLength(3);
    await later();
    await beat();
    expect(commands("GetItem")).toEqual([]);
    // That a shard was pinged is a row of each one that is not empty.
    expect(commands("Put").length).toBeLessThanOrEqual(3);
    expect(commands("Delete")).toEqual([]);
  });

  it("reads a slot once to ping it and once to end the silent, in each of 8 shards", async () => {
    const { server } = await kit(() => {}, OPTIONS);
    const sent = vi.spyOn(server.tables.client, "call");
    await server.heartbeat();
    await server.settled();
    expect(sent.mock.calls.map(([name]) => name)).toEqual(Array.from({ length: 16 }, () => "Query"));
  });
});
