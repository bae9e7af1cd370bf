import { describe, expect, it } from "vitest";
import type { Backend } from "../../runtime/backend.js";
import type { DeliverEvent } from "../../runtime/delivery/deliver.js";
import { deliver } from "../../runtime/delivery/deliver.js";
import { PostQueues } from "../../runtime/delivery/post-queues.js";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import { CHUNK_RECIPIENTS, DIRECT_RECIPIENTS, FanOut } from "../../runtime/fan-out.js";
import type { Frames } from "../../runtime/frames.js";
import type { Member } from "../../runtime/store/store.js";
import { RecordingDelivery } from "../support/recording-delivery.js";

const endpoint = "http://127.0.0.1:9/prod";
const memberOf = (n: number): Member => ({
  sid: `s${n}`,
  connectionId: `c${n}`,
  endpoint,
  protocol: "engine.io",
});
const frames = { of: () => ["42[1]"] } as unknown as Frames; // all that a fan-out asks of it
const broadcast = { namespace: "/", rooms: ["r"], frames, volatile: false };
type Chunk = Omit<DeliverEvent, "appFunction">;

async function fanOutTo(count: number, invokeDeliver: Backend["invokeDeliver"]): Promise<RecordingDelivery> {
  const delivery = new RecordingDelivery();
  const posts = new PostQueues(delivery, (error) => {
    throw error;
  });
  const fanOut = new FanOut({ invokeDeliver } as Backend, posts, broadcast, () => {});
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

  it("fails where Lambda does not take a chunk", async () => {
    const refuse = async () => {
      throw new AwsCallError(413, "Invoking deliver");
    };
    await expect(fanOutTo(DIRECT_RECIPIENTS + 1, refuse)).rejects.toThrow(AwsCallError);
  });
});

describe("deliver", () => {
  const event: DeliverEvent = {
    ...broadcast,
    frames: { "engine.io": ["42[1]"], plain: [] },
    members: [memberOf(1), memberOf(2), memberOf(3)],
    appFunction: "app",
    attempt: 1,
  };

  it("posts to every member, reaps who is gone, and hands on only who was not reached", async () => {
    const delivery = new RecordingDelivery();
    delivery.before = ({ connectionId }) => {
      if (connectionId === "c1") throw new GoneError("c1");
      if (connectionId === "c2") throw new AwsCallError(500, "Posting");
    };
    const invoked: [string, object][] = [];
    await deliver(event, delivery, async (name, next) => void invoked.push([name, next]), "deliver");
    expect(delivery.sent).toEqual([["c3", "42[1]"]]);
    expect(invoked).toEqual([
      [
        "app",
        {
          selfEvent: "gone",
          connectionId: "c1",
          stale: { namespace: "/", rooms: ["r"], member: memberOf(1) },
        },
      ],
      ["deliver", { ...event, members: [memberOf(2)], attempt: 2 }],
    ]);
  });

  it("fails at the last attempt, for the dead-letter queue", async () => {
    const delivery = new RecordingDelivery();
    delivery.before = () => {
      throw new AwsCallError(500, "Posting");
    };
    const lastAttempt = deliver({ ...event, attempt: 3 }, delivery, async () => {}, "deliver");
    await expect(lastAttempt).rejects.toThrow("3 of 3 members were not reached.");
  });

  it("lets volatile packets go", async () => {
    const delivery = new RecordingDelivery();
    delivery.before = () => {
      throw new AwsCallError(500, "Posting");
    };
    const invoked: string[] = [];
    await deliver({ ...event, volatile: true }, delivery, async (name) => void invoked.push(name), "deliver");
    expect(invoked).toEqual([]);
  });
});
