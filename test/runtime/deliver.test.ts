/** The `deliver` function's work on one chunk. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { deliver } from "../../runtime/delivery/deliver-chunk.js";
import type { DeliverEvent } from "../../runtime/delivery/deliver-event.js";
import type { Delivery } from "../../runtime/delivery/delivery.js";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import type { Member } from "../../runtime/store/store.js";
import { RecordingDelivery } from "../support/recording-delivery.js";

const memberOf = (n: number): Member => ({
  sid: `s${n}`,
  connectionId: `c${n}`,
  endpoint: "http://127.0.0.1:9/prod",
  protocol: "engine.io",
});

const EVENT: DeliverEvent = {
  namespace: "/",
  rooms: ["r"],
  volatile: false,
  frames: { "engine.io": ["42[1]"], plain: [] },
  members: [memberOf(1), memberOf(2), memberOf(3)],
  appFunction: "app",
  attempt: 1,
};
const refused = () => new AwsCallError(429, "Posting");

/** Delivers one event, and tells which functions it invoked with what. */
function start(event: Partial<DeliverEvent> = {}, remainingMs?: () => number) {
  const delivery = new RecordingDelivery();
  const invoked: [functionName: string, event: object][] = [];
  const invoke = async (name: string, next: object) => void invoked.push([name, next]);
  const run = () => deliver({ ...EVENT, ...event }, delivery, invoke, "deliver", remainingMs);
  return { delivery, invoked, run };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("deliver", () => {
  it("posts to every member, reaps who is gone, and hands on only who was not reached", async () => {
    const { delivery, invoked, run } = start({ offset: "o1" });
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    delivery.before = ({ connectionId }) => {
      if (connectionId === "c1") throw new GoneError("c1");
      if (connectionId === "c2") throw refused();
    };
    await run();
    expect(delivery.sent).toEqual([["c3", "42[1]"]]);
    const stale = { namespace: "/", rooms: ["r"], offset: "o1", member: memberOf(1) };
    expect(invoked).toEqual([
      ["app", { selfEvent: "gone", connectionId: "c1", stale }],
      ["deliver", { ...EVENT, offset: "o1", members: [memberOf(2)], attempt: 1 }],
    ]);
    expect(report).toHaveBeenCalledOnce();
  });

  it("posts binary to clients of Socket.IO 2 as they read it", async () => {
    const members: Member[] = [memberOf(1), { ...memberOf(2), protocol: "engine.io-3" }];
    const { delivery, run } = start({ members, frames: { "engine.io": ["42[1]", "bAAAA"], plain: [] } });
    await run();
    expect(delivery.sent.filter(([id]) => id === "c1")).toEqual([
      ["c1", "42[1]"],
      ["c1", "bAAAA"],
    ]);
    expect(delivery.sent.filter(([id]) => id === "c2")).toEqual([
      ["c2", "42[1]"],
      ["c2", "b4AAAA"],
    ]);
  });

  it("who was refused is tried again for as long as others are reached", async () => {
    const { delivery, invoked, run } = start();
    // One more is let through each time: c1 at the first try, c2 at its second, c3 at its third.
    const tries = new Map<string, number>();
    delivery.before = ({ connectionId }) => {
      const count = (tries.get(connectionId) ?? 0) + 1;
      tries.set(connectionId, count);
      if (count < Number(connectionId.slice(1))) throw refused();
    };
    await run();
    expect(delivery.sent.map(([id]) => id)).toEqual(["c1", "c2", "c3"]);
    expect(invoked).toEqual([]);
  });

  it("when the time is over, the rest goes into an event of its own", async () => {
    let nowMs = 0;
    vi.spyOn(Date, "now").mockImplementation(() => nowMs);
    const { delivery, invoked, run } = start({ attempt: 2 }, () => 60_000);
    delivery.before = () => {
      nowMs = 60_000; // the first post takes the whole minute
    };
    await run();
    expect(delivery.sent).toEqual([["c1", "42[1]"]]);
    expect(invoked).toEqual([["deliver", { ...EVENT, members: [memberOf(2), memberOf(3)], attempt: 1 }]]);
  });

  it("no try begins in the last seconds of the invocation", async () => {
    const { delivery, run } = start({}, () => 60_000);
    const post = vi.spyOn<Delivery, "post">(delivery, "post");
    const startMs = Date.now();
    await run();
    const { until = 0 } = post.mock.calls[0]?.[2] ?? {};
    expect(until).toBeGreaterThan(startMs);
    // So long may a post that is under way go without a byte.
    expect(until).toBeLessThan(startMs + 60_000 - 5_000);
  });

  it("an event that reaches nobody is handed on once, and then fails with those members alone", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const first = start();
    first.delivery.before = () => Promise.reject(refused());
    await first.run();
    expect(first.invoked).toEqual([["deliver", { ...EVENT, attempt: 2 }]]);

    const last = start({ attempt: 2 });
    last.delivery.before = () => Promise.reject(refused());
    await expect(last.run()).rejects.toThrow("3 of 3 members were not reached.");
    expect(last.invoked).toEqual([]);
  });

  it("hands the frames of a packet over together", async () => {
    const frames = { "engine.io": ["451-[]", "attachment"], plain: [] };
    const { delivery, run } = start({ frames, members: [memberOf(1)] });
    const post = vi.spyOn<Delivery, "post">(delivery, "post");
    await run();
    expect(post.mock.calls.map(([, sent]) => sent)).toEqual([["451-[]", "attachment"]]);
  });

  it("a reaping that Lambda does not take is reported, and keeps nobody from the packet", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const delivery = new RecordingDelivery();
    delivery.before = ({ connectionId }) => {
      if (connectionId === "c1") throw new GoneError("c1");
    };
    await deliver(EVENT, delivery, () => Promise.reject(refused()), "deliver");
    expect(delivery.sent.map(([id]) => id)).toEqual(["c2", "c3"]);
    expect(report).toHaveBeenCalledOnce();
  });

  it("lets volatile packets go, and reports it", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const { delivery, invoked, run } = start({ volatile: true });
    delivery.before = () => Promise.reject(refused());
    await run();
    expect(invoked).toEqual([]);
    expect(report).toHaveBeenCalledExactlyOnceWith(
      "[delivery] 3 of 3 members were not reached by a volatile packet:",
      expect.any(AwsCallError),
    );
  });

  it("has a bounded number of members under way, however many the chunk has", async () => {
    const { delivery, run } = start({ members: Array.from({ length: 500 }, (_, n) => memberOf(n)) });
    let underWay = 0;
    let most = 0;
    delivery.before = async () => {
      most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      underWay--;
    };
    await run();
    expect(delivery.sent).toHaveLength(500);
    expect(most).toBe(64);
  });
});
