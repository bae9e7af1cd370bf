/** The `deliver` function's work on a range of a large broadcast. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { CHUNK_RECIPIENTS, MAX_EVENT_BYTES } from "../../runtime/delivery/chunks.js";
import { deliver, type Invoke } from "../../runtime/delivery/deliver-chunk.js";
import { type DeliverEvent, isRange, type RangeEvent } from "../../runtime/delivery/deliver-event.js";
import { deliverRange, PAGE_RECIPIENTS } from "../../runtime/delivery/deliver-range.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import { AwsCallError, GoneError } from "../../runtime/errors.js";
import { pollingConnectionId } from "../../runtime/store/polling-store.js";
import type { Member } from "../../runtime/store/store.js";
import {
  type MemberTable,
  memberCalled,
  memberTable,
  randomSids,
  wholeRangeOf,
} from "../support/member-table.js";
import { RecordingDelivery } from "../support/recording-delivery.js";

const SMALL = 100;
const LARGE = 10_000;

const EVENT: RangeEvent = {
  namespace: "/",
  rooms: ["r"],
  volatile: false,
  frames: { "engine.io": ["42[1]"], plain: ['["1"]'] },
  range: wholeRangeOf(["r"]),
  appFunction: "app",
};

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lambda with the function `deliver`: each event that it is asked for runs when the one before has ended. */
class Functions {
  readonly delivery = new RecordingDelivery();
  readonly toApp: SelfEvent[] = [];
  readonly deliverEvents: (DeliverEvent | RangeEvent)[] = [];
  /** Fails an invocation where it throws. */
  beforeInvoke: (event: object) => void = () => {};

  constructor(
    private readonly table: MemberTable,
    private readonly remainingMs?: () => number,
  ) {}

  readonly invoke: Invoke = async (name, event) => {
    this.beforeInvoke(event);
    if (name === "app") this.toApp.push(event as SelfEvent);
    else this.deliverEvents.push(event as DeliverEvent | RangeEvent);
  };

  run(event: DeliverEvent | RangeEvent): Promise<void> {
    const { delivery, invoke, remainingMs } = this;
    return isRange(event)
      ? deliverRange(event, this.table.pages, delivery, invoke, "deliver", remainingMs)
      : deliver(event, delivery, invoke, "deliver", remainingMs);
  }

  /** Runs it, and all that comes of it. */
  async runAll(event: DeliverEvent | RangeEvent): Promise<void> {
    await this.run(event);
    for (let next = this.deliverEvents.shift(); next; next = this.deliverEvents.shift()) await this.run(next);
  }

  get reached(): string[] {
    return this.delivery.sent.map(([connectionId]) => connectionId.slice("c-".length));
  }
}

describe("a range in deliver", () => {
  it("that has one page is read and posted, and nothing is handed on", async () => {
    const sids = randomSids(SMALL);
    const table = memberTable({ r: sids });
    const functions = new Functions(table);
    await functions.run(EVENT);
    expect(functions.reached.sort()).toEqual(sids.sort());
    expect(functions.deliverEvents).toEqual([]);
    expect(table.reads).toHaveLength(1);
  });

  it("that is larger than a page is handed on before its own page is posted, and each member gets it once", async () => {
    const sids = randomSids(LARGE);
    const functions = new Functions(memberTable({ r: sids }));
    let handedOn = 0;
    functions.delivery.before = () => {
      handedOn ||= functions.deliverEvents.length;
    };
    await functions.run(EVENT);
    expect(functions.reached).toHaveLength(PAGE_RECIPIENTS);
    expect(handedOn).toBeGreaterThanOrEqual((LARGE - PAGE_RECIPIENTS) / PAGE_RECIPIENTS);
    expect(functions.deliverEvents).toHaveLength(handedOn);
    for (let next = functions.deliverEvents.shift(); next; next = functions.deliverEvents.shift())
      await functions.run(next);
    expect(functions.reached.sort()).toEqual(sids.sort());
  });

  it("whose invocation dies in the middle runs again: nobody misses the packet", async () => {
    const sids = randomSids(LARGE);
    const functions = new Functions(memberTable({ r: sids }));
    // All that it has handed on goes on, and Lambda repeats the event itself.
    let posts = 0;
    functions.delivery.before = () => (++posts < 1_000 ? undefined : new Promise(() => {}));
    void functions.run(EVENT);
    await vi.waitFor(() => expect(posts).toBeGreaterThan(1_000));
    functions.delivery.before = () => {};
    await functions.runAll(EVENT);
    expect(new Set(functions.reached)).toEqual(new Set(sids));
  });

  it("leaves those that it has not reached in time to a chunk of their own, with their names", async () => {
    const sids = randomSids(SMALL);
    const table = memberTable({ r: sids });
    let nowMs = 0;
    vi.spyOn(Date, "now").mockImplementation(() => nowMs);
    const functions = new Functions(table, () => 60_000);
    functions.delivery.before = () => {
      if (functions.delivery.sent.length >= 10) nowMs = 60_000;
    };
    await functions.run(EVENT);
    const [left, ...more] = functions.deliverEvents;
    expect(more).toEqual([]);
    const members = left && !isRange(left) ? left.members.map(({ sid }) => sid) : [];
    expect([...functions.reached, ...members].sort()).toEqual(sids.sort());
    expect(members.length).toBeGreaterThan(10);
  });

  it("leaves more members than an event takes to several", async () => {
    const endpoint = `https://${"e".repeat(1_500)}/prod`;
    const toMember = (sid: string): Member => ({ ...memberCalled(sid), endpoint });
    const functions = new Functions(
      memberTable({ r: randomSids(CHUNK_RECIPIENTS) }, undefined, toMember),
      () => 0,
    );
    await functions.run(EVENT);
    expect(functions.deliverEvents.length).toBeGreaterThan(2);
    for (const event of functions.deliverEvents)
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(MAX_EVENT_BYTES);
    const members = functions.deliverEvents.flatMap((event) => (isRange(event) ? [] : event.members));
    expect(new Set(members.map(({ sid }) => sid)).size).toBe(CHUNK_RECIPIENTS);
  });

  it("leaves those to the app function that take leases or poll, and all where the packet has several frames", async () => {
    const rows: Record<string, Partial<Member>> = {
      leased: { leased: true },
      polls: { connectionId: pollingConnectionId("s") },
      plain: { protocol: "plain" },
    };
    const toMember = (sid: string): Member => ({ ...memberCalled(sid), ...rows[sid] });
    const table = memberTable({ r: ["leased", "polls", "plain", "other"] }, undefined, toMember);
    const functions = new Functions(table);
    await functions.run(EVENT);
    expect(functions.reached.sort()).toEqual(["other", "plain"]);
    expect(functions.toApp).toEqual([
      {
        selfEvent: "deliver",
        chunk: {
          namespace: "/",
          rooms: ["r"],
          volatile: false,
          frames: EVENT.frames,
          members: [toMember("leased"), toMember("polls")],
          attempt: 1,
        },
      },
    ]);

    const several = new Functions(table);
    await several.run({ ...EVENT, frames: { "engine.io": ["451-[]", "bAAAA"], plain: [] } });
    // For a plain client the packet could not be encoded.
    expect(several.reached).toEqual([]);
    expect(several.toApp).toMatchObject([
      { chunk: { members: [{ sid: "leased" }, { sid: "other" }, { sid: "polls" }] } },
    ]);
  });

  it("has those reaped that are gone", async () => {
    const functions = new Functions(memberTable({ r: ["gone", "there"] }));
    functions.delivery.before = ({ connectionId }) => {
      if (connectionId === "c-gone") throw new GoneError(connectionId);
    };
    await functions.run(EVENT);
    expect(functions.reached).toEqual(["there"]);
    expect(functions.toApp).toMatchObject([
      { selfEvent: "gone", connectionId: "c-gone", stale: { namespace: "/", rooms: ["r"] } },
    ]);
  });

  it("fails with its range, for Lambda to repeat it, where the table or Lambda does not answer", async () => {
    const table = memberTable({ r: randomSids(LARGE) });
    const functions = new Functions(table);
    functions.beforeInvoke = () => {
      throw new AwsCallError(429, "Invoking deliver");
    };
    await expect(functions.run(EVENT)).rejects.toThrow(AwsCallError);
    expect(functions.reached).toEqual([]);

    const silent = { ...table, pages: { ...table.pages, page: () => Promise.reject(new Error("no table")) } };
    await expect(new Functions(silent).run(EVENT)).rejects.toThrow("no table");
  });

  it("reads nothing of excepted rooms but its own range", async () => {
    const sids = randomSids(LARGE);
    const table = memberTable({ r: sids, not: sids.slice(0, 5_000) });
    const functions = new Functions(table);
    await functions.runAll({ ...EVENT, range: wholeRangeOf(["r"], ["not"]) });
    expect(functions.reached.sort()).toEqual(sids.slice(5_000).sort());
    const rows = table.reads.reduce((sum, read) => sum + read.rows, 0);
    expect(rows).toBeLessThan(1.2 * 15_000);
  });
});
