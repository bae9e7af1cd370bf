/**
 * How often a handler runs for an event while invocations die, run late and run twice,
 * posts fail and tables throttle.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kit } from "../support/kit.js";

const EVENTS = 40;
const SEED = Math.floor(Math.random() * 2 ** 32);
const FAULTS = { seed: SEED, kill: 0.15, repeat: 0.3, delayMs: 20, dbFailAfter: 0.03, postFailAfter: 0.1 };

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue()); // what dies is reported
afterEach(() => vi.restoreAllMocks());

async function counted() {
  const handled = new Map<number, number>();
  const { server, clients } = await kit((io) => {
    io.on("connection", (socket) => {
      socket.on("count", (number: number, ack?: () => void) => {
        handled.set(number, (handled.get(number) ?? 0) + 1);
        ack?.();
      });
    });
  });
  return { server, clients, handled };
}

describe(`an event (seed ${SEED})`, () => {
  it("without an ack is handled at most once", async () => {
    const { server, clients, handled } = await counted();
    const some = await Promise.all(Array.from({ length: 10 }, () => clients.join()));
    server.faults.set(FAULTS);
    for (let number = 0; number < EVENTS; number++) some[number % some.length]?.emit("count", number);
    await vi.waitFor(() => expect(handled.size).toBeGreaterThan(EVENTS / 4), 10_000);
    await server.settled();
    expect([...handled.values()].filter((times) => times > 1)).toEqual([]);
  });

  it("of a client with retries is handled at least once, in the order of the client", async () => {
    const { server, clients, handled } = await counted();
    const client = clients.make("/", {
      reconnection: true,
      reconnectionDelay: 10,
      retries: 1_000,
      ackTimeout: 200,
    });
    client.connect();
    await new Promise<void>((resolve) => client.once("connect", resolve));
    server.faults.set(FAULTS);
    const acks = Array.from({ length: EVENTS }, (_, number) => client.emitWithAck("count", number));
    await Promise.all(acks);
    server.faults.stop();
    expect([...handled.keys()]).toEqual(Array.from({ length: EVENTS }, (_, number) => number));
  });
});
