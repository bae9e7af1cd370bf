/** A GET that waits, with a clock of its own. */
import { expect, it } from "vitest";
import { type HoldOptions, hold } from "../../runtime/polling/hold.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import { MemoryDynamo } from "../support/memory-dynamo.js";

const HOUR_MS = 60 * 60 * 1000;
const SID = "s";

async function session({ ageMs = 0 } = {}) {
  const store = dynamoPolling(new MemoryDynamo().client(), "Rooms");
  let now = Date.now();
  await store.begin(SID, { startedAt: now - ageMs, mayUpgrade: true, headers: {} });
  const told: string[] = [];
  let turns = 0;
  const get = async (meanwhile: () => Promise<unknown> = async () => {}, holdMs = 25_000) => {
    const startedAt = now;
    const answer = await hold(store, SID, {
      turn: `t${turns++}`,
      holdMs,
      settle: async () => void told.push("settle"),
      expire: async () => void told.push("expire"),
      pause: async (ms) => {
        now += ms;
        await meanwhile();
      },
      now: () => now,
    } satisfies HoldOptions);
    return { answer, waitedMs: now - startedAt };
  };
  return { store, told, get };
}

it("a session ends after two hours, and the app is told", async () => {
  const { store, told, get } = await session({ ageMs: 2 * HOUR_MS + 1 });
  await store.decide(SID, { mode: "polling", orBegunBefore: 0 });
  await store.put(SID, ["42[]"]);
  expect((await get()).answer).toMatchObject({ frames: ["42[]"] });
  expect(told).toEqual(["expire"]);
  expect((await get()).answer).toMatchObject({ frames: ["1"] });
  expect((await get()).answer).toMatchObject({ kind: "unknown" });
  expect(told).toEqual(["expire"]);
});

it("waits as any other, where a probe was answered and came to nothing", async () => {
  const { store, get } = await session();
  await store.probe(SID, "ws");
  await store.probed(SID, "ws");
  expect((await get()).waitedMs).toBe(5); // the client has to pause
  await store.decide(SID, { mode: "polling", orBegunBefore: Date.now() + 1_000 });
  expect((await get()).waitedMs).toBeGreaterThanOrEqual(25_000);
});

it("a probe that begins while it waits has ten seconds, and one that closes then has none", async () => {
  const { store, told, get } = await session();
  await get(() => store.probe(SID, "ws"), 5_000);
  expect(told).toEqual([]);
  await get(() => store.unprobe(SID, "ws"), 200);
  expect(told).toEqual(["settle"]);
});

it("a body whose answer got lost is kept, though another event has decided before the SDK asks again", async () => {
  const tables = new MemoryDynamo();
  const other = dynamoPolling(tables.client(), "Rooms");
  let isLost = false;
  const store = dynamoPolling(
    tables.client(async (call, name) => {
      if (name === "UpdateItem" && isLost) {
        isLost = false;
        call();
        expect(await other.decide(SID, { mode: "polling", orBegunBefore: 0 })).toEqual(["40"]);
      }
      return call();
    }),
    "Rooms",
  );
  await store.begin(SID, { startedAt: Date.now(), mayUpgrade: true, headers: {} });
  isLost = true;
  expect(await store.keep(SID, "40")).toBe("kept");
});

it("a GET that sleeps while the client is answered a hundred times takes no packet of the next ones", async () => {
  const { store, get } = await session();
  await store.decide(SID, { mode: "polling", orBegunBefore: 0 });
  let isFirst = true;
  const { answer } = await get(async () => {
    if (!isFirst) return;
    isFirst = false;
    for (let number = 0; number < 100; number++) {
      await store.put(SID, [`42[${number}]`]);
      expect((await get()).answer).toMatchObject({ frames: [`42[${number}]`] });
    }
    await store.put(SID, ["42[100]"]);
  });
  expect(answer).toMatchObject({ kind: "overtaken" });
  expect((await get()).answer).toMatchObject({ frames: ["42[100]"] });
});
