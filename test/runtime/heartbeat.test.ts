import { describe, expect, it, vi } from "vitest";
import { heartbeatSettings, slotOf } from "../../runtime/connection/heartbeat-slots.js";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";

const MINUTE_MS = 60_000;

describe("the heartbeat", () => {
  it("pings an Engine.IO client, and leaves one alone that answers", async () => {
    const { clients, server } = await kit(() => {}, { pingInterval: 500_000 });
    const client = await clients.frames("?EIO=4&transport=websocket");
    await client.next();
    await server.heartbeat();
    expect(await client.next()).toBe("2");
    client.send("3");
    client.send("40");
    expect(await client.next()).toMatch(/^40/);
    await server.settled();
    await server.heartbeat();
    expect(await client.next()).toBe("2");
  });

  it("ends a client that was pinged and has not answered, once, with its reason", async () => {
    const { clients, server } = await kit(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("disconnect", (reason) => io.emit("left", reason));
          socket.on("still here", (ack) => ack());
        });
      },
      { pingInterval: 500_000, pingTimeout: 0 },
    );
    const watcher = await clients.join();
    const silent = await clients.frames("?EIO=4&transport=websocket");
    await silent.next();
    silent.send("40");
    await silent.next();
    const left = received(watcher, "left");
    const pinged = new Promise<void>((resolve) => watcher.io.once("ping", resolve));
    await server.heartbeat();
    await pinged;
    await watcher.emitWithAck("still here"); // after its pong
    await server.settled();
    await server.heartbeat();
    expect(await left).toEqual(["ping timeout"]);
    expect((await silent.closed).code).toBe(1000);
    expect(watcher.connected).toBe(true);
  });

  it("gives a client its time to answer, however soon the schedule calls again", async () => {
    const { clients, server } = await kit(() => {}, { pingInterval: 500_000, pingTimeout: 20_000 });
    const slow = await clients.frames("?EIO=4&transport=websocket");
    await slow.next();
    await server.heartbeat();
    await server.heartbeat();
    await server.settled();
    expect([await slow.next(), await slow.next()]).toEqual(["2", "2"]);
    slow.send("40");
    expect(await slow.next()).toMatch(/^40/);
  });

  it("notices a plain client that is lost", async () => {
    const { clients, server } = await kit(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("disconnect", (reason) => io.emit("left", reason));
        });
      },
      { pingInterval: 500_000 },
    );
    const watcher = await clients.join();
    const plain = await clients.frames();
    await plain.next();
    const [connectionId] = server.gateway.connectionIds().slice(-1);
    const left = received(watcher, "left");
    server.gateway.drop(connectionId ?? "");
    await server.heartbeat();
    expect(await left).toEqual(["transport close"]);
  });

  it("does nothing where nobody is connected", async () => {
    const { server } = await kit(() => {});
    await server.heartbeat();
  });
});

describe("heartbeatSettings", () => {
  it("is five minutes where the user says nothing", () => {
    expect(heartbeatSettings({})).toEqual({
      pingInterval: 5 * MINUTE_MS,
      pingTimeout: 20_000,
      tickMs: MINUTE_MS,
    });
  });

  it.each([
    [25_000, MINUTE_MS],
    [0, MINUTE_MS],
    [-1, MINUTE_MS],
    [9 * MINUTE_MS + 1, 9 * MINUTE_MS],
    [Number.POSITIVE_INFINITY, 9 * MINUTE_MS],
    [Number.NaN, 5 * MINUTE_MS],
  ])("takes for %d ms, which AWS cannot keep, %d, and says so", (wanted, used) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    expect(heartbeatSettings({ pingInterval: wanted })).toMatchObject({ pingInterval: used });
    expect(warned).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining(`The option pingInterval is ${wanted} ms, and ${used} ms is used`),
    );
    warned.mockRestore();
  });

  it.each([MINUTE_MS, 5 * MINUTE_MS, 9 * MINUTE_MS])("takes %d ms as it is, in silence", (pingInterval) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    expect(heartbeatSettings({ pingInterval })).toMatchObject({ pingInterval });
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it("takes milliseconds where the schedule does", () => {
    vi.stubEnv("SOCKET_IO_TICK_MS", "50");
    expect(heartbeatSettings({ pingInterval: 200 })).toMatchObject({ pingInterval: 200, tickMs: 50 });
    expect(heartbeatSettings({ pingInterval: 20 })).toMatchObject({ pingInterval: 50, tickMs: 50 });
    vi.unstubAllEnvs();
  });

  it("spreads connections evenly over the slots", () => {
    const settings = heartbeatSettings({});
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 5000; i++) {
      const slot = slotOf(`PJqB3dSkDoE${i}=`, settings);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
