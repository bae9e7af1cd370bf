import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../../runtime/backend.js";
import { CHUNK_RECIPIENTS, HANDOVERS_AT_ONCE } from "../../runtime/delivery/chunks.js";
import type { Chunk } from "../../runtime/delivery/deliver-event.js";
import { PostQueues } from "../../runtime/delivery/post-queues.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import type { Frames } from "../../runtime/protocol/broadcast-frames.js";
import { DIRECT_RECIPIENTS, FanOut } from "../../runtime/rooms/fan-out.js";
import { pollingConnectionId } from "../../runtime/store/polling-store.js";
import type { Address, Member } from "../../runtime/store/store.js";
import { RecordingDelivery } from "../support/recording-delivery.js";

const endpoint = "http://127.0.0.1:9/prod";
const memberOf = (n: number): Member => ({
  sid: `s${n}`,
  connectionId: `c${n}`,
  endpoint,
  protocol: "engine.io",
});

let reported: unknown[];
beforeEach(() => {
  reported = [];
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

async function fanOutTo(
  count: number,
  invokeDeliver: ((chunk: Chunk) => Promise<void>) | undefined,
  frame = "42[1]",
  before: RecordingDelivery["before"] = () => {},
  volatile = false,
  more: Partial<Member> = {},
): Promise<RecordingDelivery> {
  const delivery = new RecordingDelivery();
  delivery.before = before;
  const posts = new PostQueues(delivery, (error) => {
    throw error;
  });
  const frames = { of: () => [frame] } as unknown as Frames; // all that a fan-out asks of it
  const broadcast = { namespace: "/", rooms: ["r"], frames, volatile };
  const fanOut = new FanOut(
    { invokeDeliver } as Backend, // no ranges here: see deliver-range.test.ts
    posts,
    broadcast,
    (error) => void reported.push(error),
  );
  for (let n = 0; n < count; n++) await fanOut.send({ ...memberOf(n), ...more });
  await fanOut.flush();
  await posts.drain();
  return delivery;
}

describe("a broadcast to many", () => {
  it("goes to the first few hundred from here, and to all others in chunks, each member once", async () => {
    const chunks: Chunk[] = [];
    const count = DIRECT_RECIPIENTS + 2 * CHUNK_RECIPIENTS + 1;
    const delivery = await fanOutTo(count, async (chunk) => void chunks.push(chunk));
    expect(delivery.sent).toHaveLength(DIRECT_RECIPIENTS);
    expect(chunks.map(({ members }) => members.length)).toEqual([CHUNK_RECIPIENTS, CHUNK_RECIPIENTS, 1]);
    const reached = [
      ...delivery.sent.map(([id]) => id),
      ...chunks.flatMap(({ members }) => members.map((m) => m.connectionId)),
    ];
    expect(new Set(reached).size).toBe(count);
  });

  it("goes in chunks of the app function to members that take a lease, which deliver knows nothing of", async () => {
    const [toDeliver, toApp]: [Chunk[], SelfEvent[]] = [[], []];
    const posts = new PostQueues(new RecordingDelivery(), () => {});
    const backend = {
      invokeDeliver: async (chunk: Chunk) => void toDeliver.push(chunk),
      invokeSelf: async (event: SelfEvent) => void toApp.push(event),
    } as unknown as Backend;
    const frames = { of: () => ["42[1]"] } as unknown as Frames;
    const fanOut = new FanOut(
      backend,
      posts,
      { namespace: "/", rooms: ["r"], frames, volatile: false },
      () => {},
    );
    const leased = { ...memberOf(DIRECT_RECIPIENTS), leased: true } as const;
    for (let n = 0; n < DIRECT_RECIPIENTS; n++) await fanOut.send(memberOf(n));
    await fanOut.send(leased);
    await fanOut.send(memberOf(DIRECT_RECIPIENTS + 1));
    await fanOut.flush();
    expect(toDeliver).toMatchObject([{ members: [memberOf(DIRECT_RECIPIENTS + 1)] }]);
    expect(toApp).toMatchObject([{ selfEvent: "deliver", chunk: { members: [leased] } }]);
  });

  it("goes in chunks of the app function to members that poll, for deliver has no tables", async () => {
    const [toDeliver, toApp]: [Chunk[], SelfEvent[]] = [[], []];
    const posts = new PostQueues(new RecordingDelivery(), () => {});
    const backend = {
      invokeDeliver: async (chunk: Chunk) => void toDeliver.push(chunk),
      invokeSelf: async (event: SelfEvent) => void toApp.push(event),
    } as unknown as Backend;
    const frames = { of: () => ["42[1]"] } as unknown as Frames;
    const fanOut = new FanOut(
      backend,
      posts,
      { namespace: "/", rooms: ["r"], frames, volatile: false },
      () => {},
    );
    const polls = { ...memberOf(DIRECT_RECIPIENTS), connectionId: pollingConnectionId("s") };
    for (let n = 0; n < DIRECT_RECIPIENTS; n++) await fanOut.send(memberOf(n));
    await fanOut.send(polls);
    await fanOut.send(memberOf(DIRECT_RECIPIENTS + 1));
    await fanOut.flush();
    expect(toDeliver).toMatchObject([{ members: [memberOf(DIRECT_RECIPIENTS + 1)] }]);
    expect(toApp).toMatchObject([{ selfEvent: "deliver", chunk: { members: [polls] } }]);
  });

  it("goes to all from here where there is no deliver function", async () => {
    const delivery = await fanOutTo(DIRECT_RECIPIENTS + 10, undefined);
    expect(delivery.sent).toHaveLength(DIRECT_RECIPIENTS + 10);
  });

  it("with a large packet goes in smaller chunks, each within the 1 MB that Lambda takes", async () => {
    const chunks: Chunk[] = [];
    // 128 KB as API Gateway takes it, 256 KB in an event.
    const frame = `42${JSON.stringify(['"'.repeat(64 * 1024)])}`;
    const count = DIRECT_RECIPIENTS + CHUNK_RECIPIENTS;
    const delivery = await fanOutTo(count, async (chunk) => void chunks.push(chunk), frame);
    expect(delivery.sent).toHaveLength(DIRECT_RECIPIENTS);
    expect(chunks.reduce((sum, { members }) => sum + members.length, 0)).toBe(CHUNK_RECIPIENTS);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(1_000_000);
  });

  it("to members whose addresses are long goes in smaller chunks, without what their rows say of a recovery", async () => {
    const chunks: Chunk[] = [];
    const long = {
      endpoint: `https://${"e".repeat(1_500)}/prod`,
      recoveredFrom: "x".repeat(28_000),
      recoveredAt: 1,
    };
    const count = DIRECT_RECIPIENTS + CHUNK_RECIPIENTS;
    await fanOutTo(
      count,
      async (chunk) => void chunks.push(chunk),
      "42[1]",
      () => {},
      false,
      long,
    );
    expect(chunks.reduce((sum, { members }) => sum + members.length, 0)).toBe(CHUNK_RECIPIENTS);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) {
      expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(1_000_000);
      expect(JSON.stringify(chunk)).not.toContain("recovered");
    }
  });

  it("goes to all from here where a packet leaves an event no room for members", async () => {
    const delivery = await fanOutTo(
      DIRECT_RECIPIENTS + 10,
      () => Promise.reject(new Error("nothing fits")),
      "x".repeat(450_000),
    );
    expect(delivery.sent).toHaveLength(DIRECT_RECIPIENTS + 10);
  });

  describe("of which some refuse all tries of their post", () => {
    const refuse = (error: Error) => (to: Address) => {
      if (to.connectionId === "c1" || to.connectionId === "c2") throw error;
    };
    const throttled = new AwsCallError(429, "Posting");

    it("leaves those to the deliver function, in one chunk, once", async () => {
      const chunks: Chunk[] = [];
      const delivery = await fanOutTo(
        4,
        async (chunk) => void chunks.push(chunk),
        "42[1]",
        refuse(throttled),
      );
      expect(delivery.sent.map(([id]) => id)).toEqual(["c0", "c3"]);
      expect(chunks.map(({ members }) => members.map((m) => m.connectionId))).toEqual([["c1", "c2"]]);
      expect(reported).toEqual([]);
    });

    it.each<
      [
        why: string,
        error: Error,
        invokeDeliver: ((chunk: Chunk) => Promise<void>) | undefined,
        volatile: boolean,
      ]
    >([
      ["they are gone", new GoneError("c1"), async () => {}, false],
      ["they will never be taken", new AwsCallError(413, "Posting"), async () => {}, false],
      ["the packet is volatile", throttled, async () => {}, true],
      ["there is no deliver function", throttled, undefined, false],
    ])("reports them where %s", async (_, error, invokeDeliver, volatile) => {
      await fanOutTo(4, invokeDeliver, "42[1]", refuse(error), volatile);
      expect(reported).toEqual([error, error]);
    });
  });

  it("hands over the chunks behind one that Lambda does not take, however many, and fails in the end", async () => {
    let tries = 0;
    const taken = new Set<string>();
    const count = DIRECT_RECIPIENTS + 2 * HANDOVERS_AT_ONCE * CHUNK_RECIPIENTS;
    const sent = fanOutTo(count, async ({ members }) => {
      const isFirst = tries++ === 0;
      await new Promise(setImmediate); // more are under way by now
      if (isFirst) throw new AwsCallError(413, "Invoking deliver");
      for (const { connectionId } of members) taken.add(connectionId);
    });
    await expect(sent).rejects.toThrow(AwsCallError);
    expect(taken.size).toBe(count - DIRECT_RECIPIENTS - CHUNK_RECIPIENTS);
  });

  it("fails where Lambda does not take a chunk", async () => {
    const refuse = async () => {
      throw new AwsCallError(413, "Invoking deliver");
    };
    await expect(fanOutTo(DIRECT_RECIPIENTS + 1, refuse)).rejects.toThrow(AwsCallError);
  });
});
