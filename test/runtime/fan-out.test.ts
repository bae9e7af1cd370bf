import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../../runtime/backend.js";
import type { DeliverEvent } from "../../runtime/delivery/deliver.js";
import { PostQueues } from "../../runtime/delivery/post-queues.js";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import { CHUNK_RECIPIENTS, DIRECT_RECIPIENTS, FanOut } from "../../runtime/fan-out.js";
import type { Frames } from "../../runtime/frames.js";
import type { Address, Member } from "../../runtime/store/store.js";
import { RecordingDelivery } from "../support/recording-delivery.js";

const endpoint = "http://127.0.0.1:9/prod";
const memberOf = (n: number): Member => ({
  sid: `s${n}`,
  connectionId: `c${n}`,
  endpoint,
  protocol: "engine.io",
});
type Chunk = Omit<DeliverEvent, "appFunction">;

let reported: unknown[];
beforeEach(() => {
  reported = [];
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

async function fanOutTo(
  count: number,
  invokeDeliver: Backend["invokeDeliver"],
  frame = "42[1]",
  before: RecordingDelivery["before"] = () => {},
  volatile = false,
): Promise<RecordingDelivery> {
  const delivery = new RecordingDelivery();
  delivery.before = before;
  const posts = new PostQueues(delivery, (error) => {
    throw error;
  });
  const frames = { of: () => [frame] } as unknown as Frames; // all that a fan-out asks of it
  const broadcast = { namespace: "/", rooms: ["r"], frames, volatile };
  const fanOut = new FanOut(
    { invokeDeliver } as Backend,
    posts,
    broadcast,
    (error) => void reported.push(error),
  );
  for (let n = 0; n < count; n++) await fanOut.send(memberOf(n));
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

  it("goes to all from here where there is no deliver function", async () => {
    const delivery = await fanOutTo(DIRECT_RECIPIENTS + 10, undefined);
    expect(delivery.sent).toHaveLength(DIRECT_RECIPIENTS + 10);
  });

  it("with a large packet goes in smaller chunks, each within the 1 MB that Lambda takes", async () => {
    const chunks: Chunk[] = [];
    const frame = `42${JSON.stringify(['"'.repeat(64 * 1024)])}`; // 128 KB as API Gateway takes it, 256 KB in an event
    const count = DIRECT_RECIPIENTS + CHUNK_RECIPIENTS;
    const delivery = await fanOutTo(count, async (chunk) => void chunks.push(chunk), frame);
    expect(delivery.sent).toHaveLength(DIRECT_RECIPIENTS);
    expect(chunks.reduce((sum, { members }) => sum + members.length, 0)).toBe(CHUNK_RECIPIENTS);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk))).toBeLessThan(1_000_000);
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

    it.each<[why: string, error: Error, invokeDeliver: Backend["invokeDeliver"], volatile: boolean]>([
      ["they are gone", new GoneError("c1"), async () => {}, false],
      ["they will never be taken", new AwsCallError(413, "Posting"), async () => {}, false],
      ["the packet is volatile", throttled, async () => {}, true],
      ["there is no deliver function", throttled, undefined, false],
    ])("reports them where %s", async (_, error, invokeDeliver, volatile) => {
      await fanOutTo(4, invokeDeliver, "42[1]", refuse(error), volatile);
      expect(reported).toEqual([error, error]);
    });
  });

  it("fails where Lambda does not take a chunk", async () => {
    const refuse = async () => {
      throw new AwsCallError(413, "Invoking deliver");
    };
    await expect(fanOutTo(DIRECT_RECIPIENTS + 1, refuse)).rejects.toThrow(AwsCallError);
  });
});
