/** Apps and clients that do more at once than one call to DynamoDB or Lambda may carry. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ENV } from "../../runtime/contract.js";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";

/** More than one expression of 4 KB can name. */
const MANY = 300;

let reported: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  reported = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const key = (index: number) => `a key with some length, number ${index}`;
const numbers = Array.from({ length: MANY }, (_, index) => index);

describe("an event", () => {
  it("sets hundreds of values of socket.data, and removes them again", async () => {
    const { clients } = await kit((io) =>
      io.on("connection", (socket) => {
        socket.on("fill", (ack) => {
          for (const index of numbers) socket.data[key(index)] = index;
          ack();
        });
        socket.on("empty", (ack) => {
          for (const index of numbers.slice(1)) delete socket.data[key(index)];
          ack();
        });
        socket.on("look", (ack) => ack(socket.data));
      }),
    );
    const client = await clients.join();
    await client.emitWithAck("fill");
    expect(await client.emitWithAck("look")).toEqual(
      Object.fromEntries(numbers.map((index) => [key(index), index])),
    );
    await client.emitWithAck("empty");
    expect(await client.emitWithAck("look")).toEqual({ [key(0)]: 0 });
    expect(reported).not.toHaveBeenCalled();
  });

  it("sets hundreds of properties of the socket, beside values and rooms", async () => {
    const { clients } = await kit((io) =>
      io.on("connection", (socket) => {
        const own = socket as unknown as Record<string, unknown>;
        socket.on("fill", async (ack) => {
          await socket.join("room");
          for (const index of numbers) own[key(index)] = index;
          for (const index of numbers) socket.data[key(index)] = index;
          ack();
        });
        socket.on("look", (ack) => {
          ack(
            numbers.map((index) => own[key(index)]),
            numbers.map((index) => socket.data[key(index)]),
            [...socket.rooms],
          );
        });
      }),
    );
    const client = await clients.join();
    await client.emitWithAck("fill");
    const looked = new Promise((resolve) => client.emit("look", (...answer: unknown[]) => resolve(answer)));
    expect(await looked).toEqual([numbers, numbers, [client.id, "room"]]);
    expect(reported).not.toHaveBeenCalled();
  });

  it("joins and leaves hundreds of rooms, and has them in its `connection` handler", async () => {
    vi.stubEnv(ENV.limits, JSON.stringify({ rooms: 2 * MANY + 1 }));
    const { clients } = await kit((io) =>
      io.on("connection", (socket) => {
        socket.join(numbers.map(key));
        socket.on("join", async (ack) => {
          await socket.join(numbers.map((index) => `more ${key(index)}`));
          ack();
        });
        socket.on("leave", async (ack) => {
          await Promise.all(numbers.slice(1).map((index) => socket.leave(key(index))));
          ack();
        });
        socket.on("look", (ack) => ack(socket.rooms.size));
      }),
    );
    const client = await clients.join();
    expect(await client.emitWithAck("look")).toBe(MANY + 1);
    await client.emitWithAck("join");
    expect(await client.emitWithAck("look")).toBe(2 * MANY + 1);
    await client.emitWithAck("leave");
    expect(await client.emitWithAck("look")).toBe(MANY + 2);
    expect(reported).not.toHaveBeenCalled();
  });

  it("spends hundreds of `once` listeners", async () => {
    const { clients } = await kit((io) =>
      io.on("connection", (socket) => {
        for (const index of numbers) socket.once(key(index), () => {});
        socket.on("spend", (ack) => {
          for (const index of numbers) socket.removeAllListeners(key(index));
          ack();
        });
        socket.on("look", (ack) => ack(socket.eventNames().length));
      }),
    );
    const client = await clients.join();
    const before = await client.emitWithAck("look");
    await client.emitWithAck("spend");
    expect(await client.emitWithAck("look")).toBe(before - MANY);
    expect(reported).not.toHaveBeenCalled();
  });
});

describe("a broadcast", () => {
  const LONG = "방".repeat(1_000);

  it.each([undefined, {}])(
    "to a room whose name is too long for a key reaches the other rooms, with recovery %o",
    async (recovery) => {
      const { clients, server } = await kit(
        (io) =>
          io.on("connection", (socket) => {
            socket.on("join", async (room, ack) => ack(await socket.join(room)));
            socket.on("tell", (rooms, ack) => {
              io.to(rooms).emit("told");
              ack();
            });
            socket.on("count", async (room, ack) => ack((await io.in(room).fetchSockets()).length));
          }),
        { io: { ...(recovery && { connectionStateRecovery: recovery }) } },
      );
      const client = await clients.join();
      await client.emitWithAck("join", "tea");
      const told = received(client, "told");
      await client.emitWithAck("tell", [LONG, "tea"]);
      await told;
      expect(await client.emitWithAck("count", LONG)).toBe(0);
      await server.settled();
      expect(reported).not.toHaveBeenCalled();
    },
  );

  it("to thousands of rooms removes what a closed connection has left in them", async () => {
    const { clients, server } = await kit((io) =>
      io.on("connection", (socket) => {
        socket.on("join", async (room, ack) => ack(await socket.join(room)));
        socket.on("tell", (ack) => {
          io.to(["tea", ...Array.from({ length: 1_500 }, (_, index) => `${"x".repeat(800)} ${index}`)]).emit(
            "told",
          );
          ack();
        });
        socket.on("count", async (room, ack) => ack((await io.in(room).fetchSockets()).length));
      }),
    );
    const [client, lost] = [await clients.join(), await clients.join()];
    await lost.emitWithAck("join", "tea");
    server.faults.set({ seed: 1, loseDisconnect: 1 });
    const lostId = server.gateway.connectionIds()[1] ?? "";
    server.gateway.drop(lostId);
    await client.emitWithAck("tell");
    await vi.waitFor(async () => expect(await client.emitWithAck("count", "tea")).toBe(0), 10_000);
    await server.settled();
    expect(reported).not.toHaveBeenCalled();
  });
});

describe("a client", () => {
  it("connects to a dynamic namespace whose name is too long for a key, and is found by it", async () => {
    vi.stubEnv(ENV.limits, JSON.stringify({ namespaceNameBytes: 4_000 }));
    const { clients } = await kit((io) => {
      const family = io.of(/^\/family-/);
      family.on("connection", (socket) => {
        socket.on("tell", () => void family.emit("told"));
      });
    });
    for (const name of [`/family-${"방".repeat(400)}`, `/family-${"x".repeat(3_000)}`]) {
      const client = await clients.join(name);
      const told = received(client, "told");
      client.emit("tell");
      await told;
    }
    expect(reported).not.toHaveBeenCalled();
  });

  it("that comes back with an id too long for a key gets a new session", async () => {
    const { clients } = await kit((io) => io.on("connection", () => {}), {
      io: { connectionStateRecovery: {} },
    });
    for (const pid of ["x".repeat(5_000), "방".repeat(1_000)]) {
      const frames = await clients.frames("?EIO=4&transport=websocket");
      await frames.next();
      frames.send(`40${JSON.stringify({ pid, offset: "0" })}`);
      expect(await Promise.race([frames.next(), delay(5_000, "nothing")])).toMatch(/^40\{"sid"/);
    }
    expect(reported).not.toHaveBeenCalled();
  });
});
