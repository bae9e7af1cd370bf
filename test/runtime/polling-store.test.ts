/** What `PollingStore` promises, on DynamoDB's API and on the one in memory that `test/races` uses. */

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTables, type Tables } from "../../local/tables/tables.js";
import { ROOMS } from "../../runtime/contract.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import type { PollingStore } from "../../runtime/store/polling-store.js";
import { queueKey } from "../../runtime/store/room-key.js";
import { MemoryDynamo } from "../support/memory-dynamo.js";

const TABLE = {
  TableName: "Rooms",
  KeySchema: [
    { AttributeName: ROOMS.partitionKey, KeyType: "HASH" as const },
    { AttributeName: ROOMS.sortKey, KeyType: "RANGE" as const },
  ],
  AttributeDefinitions: [
    { AttributeName: ROOMS.partitionKey, AttributeType: "S" as const },
    { AttributeName: ROOMS.sortKey, AttributeType: "S" as const },
  ],
};

let tables: Tables;
let wire: DynamoClient;
beforeAll(async () => {
  tables = await startTables((message) => console.error(message));
  await tables.create([TABLE]);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  wire = createDynamoClient({ endpoint: tables.endpoint, identity: { credentials, region: "eu-west-1" } });
});
afterAll(() => tables.close());

const memory = new MemoryDynamo([TABLE]);

describe.each([
  ["DynamoDB's API", () => wire],
  ["memory", () => memory.client()],
])("a session by long-polling, in %s,", (_where, client) => {
  const makeStore = () => dynamoPolling(client(), TABLE.TableName);

  async function rowOf(sid: string): Promise<object | undefined> {
    const Key = { [ROOMS.partitionKey]: { S: queueKey(sid) }, [ROOMS.sortKey]: { S: "!" } };
    return (await client().call("GetItem", { TableName: TABLE.TableName, Key })).Item;
  }

  async function begun(): Promise<{ readonly store: PollingStore; readonly sid: string }> {
    const store = makeStore();
    const sid = randomUUID();
    await store.begin(sid, { startedAt: Date.now(), mayUpgrade: true, headers: {} });
    return { store, sid };
  }
  const polling = { mode: "polling" as const, orBegunBefore: 0 };

  it("is unknown before it has begun, also where packets wait for it", async () => {
    const store = makeStore();
    const sid = randomUUID();
    await store.put(sid, ["42[]"]);
    expect(await store.look(sid)).toBeUndefined();
  });

  it("gives what was kept to the one that decides, in its order", async () => {
    const { store, sid } = await begun();
    for (const body of ["40", "40/a,"]) expect(await store.keep(sid, body)).toBe("kept");
    const decisions = await Promise.all([store.decide(sid, polling), store.decide(sid, polling)]);
    expect(decisions.filter((bodies) => bodies !== undefined)).toEqual([["40", "40/a,"]]);
    expect(await store.keep(sid, "40/b,")).toBe("decided");
  });

  it("forgets what was kept with the first turn that says so", async () => {
    const { store, sid } = await begun();
    await store.keep(sid, "40");
    expect((await store.state(sid))?.decidedAt).toBeUndefined();
    await store.decide(sid, polling);
    expect((await store.state(sid))?.decidedAt).toBeGreaterThan(Date.now() - 10_000);
    const turn = { after: undefined, turn: "one", past: [], batch: [], delivered: [], withoutBodies: true };
    expect(await store.commit(sid, turn)).toBe(true);
    expect(await rowOf(sid)).not.toHaveProperty("bodies");
    expect(await store.keep(sid, "40/late,")).toBe("decided");
  });

  it("keeps no more than a client posts that waits for its transport", async () => {
    const { store, sid } = await begun();
    expect(await store.keep(sid, "x".repeat(17 * 1024))).toBe("full");
    for (let n = 0; n < 16; n++) expect(await store.keep(sid, "40")).toBe("kept");
    expect(await store.keep(sid, "40")).toBe("full");
  });

  it("has one probe at a time, and stays open to it once it has its answer", async () => {
    const { store, sid } = await begun();
    expect(await store.probe(sid, "one")).toBe(true);
    expect(await store.probe(sid, "two")).toBe(false);
    expect(await store.probed(sid, "two")).toBe(false);
    expect(await store.probed(sid, "one")).toBe(true);
    expect(await store.decide(sid, polling)).toBeUndefined();
    expect(await store.decide(sid, { mode: "websocket", probe: "two" })).toBeUndefined();
    expect(await store.decide(sid, { mode: "websocket", probe: "one" })).toEqual([]);
  });

  it("stays with polling when its probe has closed, or has had its time", async () => {
    const [closed, late] = [await begun(), await begun()];
    for (const { store, sid } of [closed, late]) {
      await store.probe(sid, "one");
      await store.probed(sid, "one");
    }
    await closed.store.unprobe(closed.sid, "one");
    expect(await closed.store.decide(closed.sid, polling)).toEqual([]);
    const orBegunBefore = Date.now() + 1_000;
    expect(await late.store.decide(late.sid, { mode: "polling", orBegunBefore })).toEqual([]);
    expect(await late.store.probed(late.sid, "one")).toBe(false);
  });

  it("answers one of two GETs that have found the same", async () => {
    const { store, sid } = await begun();
    const turn = (name: string) => ({ after: undefined, turn: name, past: [], batch: [], delivered: [] });
    const answers = await Promise.all([store.commit(sid, turn("a")), store.commit(sid, turn("b"))]);
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it("holds packets in the order of their sender until they are removed", async () => {
    const { store, sid } = await begun();
    const keys = [];
    for (let n = 0; n < 30; n++) keys.push(await store.put(sid, [`42[${n}]`]));
    expect((await store.look(sid))?.packets.map(({ key }) => key)).toEqual(keys);
    await store.remove(sid, keys.slice(1));
    expect((await store.look(sid, true))?.packets).toEqual([{ key: keys[0], frames: ["42[0]"] }]);
  });

  it("gives what is left of it away once", async () => {
    const { store, sid } = await begun();
    const key = await store.put(sid, ["42[]"]);
    await store.close(sid, "closed");
    expect(await store.left(sid)).toEqual([{ key, frames: ["42[]"] }]);
    expect(await Promise.all([store.take(sid, key), store.take(sid, key)])).toContain(false);
    expect(await store.left(sid)).toEqual([]);
    expect(await store.take(sid, "no such key")).toBe(false);
  });

  it("remembers a client that was cut", async () => {
    const { store } = await begun();
    const pid = randomUUID();
    expect(await store.wasCut(pid)).toBe(false);
    await store.noteCut(pid);
    expect(await store.wasCut(pid)).toBe(true);
  });
});
