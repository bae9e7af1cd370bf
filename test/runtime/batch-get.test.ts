/** Many items of one table, read in batches. */

import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Faults } from "../../local/faults/faults.js";
import { injectTableFaults } from "../../local/faults/table-faults.js";
import { startTables, type Tables } from "../../local/tables/tables.js";
import { batchGet } from "../../runtime/store/batch-get.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { aroundCalls } from "../support/around-calls.js";

const SEED = 5;
const ITEMS = 250;

const ids = Array.from({ length: ITEMS }, () => randomUUID());
const faults = new Faults();
let tables: Tables;
let client: DynamoClient;
let calls = 0;

beforeAll(async () => {
  tables = await startTables((message) => console.error(message));
  await tables.create([
    {
      TableName: "Things",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    },
  ]);
  injectTableFaults(faults, tables);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = createDynamoClient({ endpoint: tables.endpoint, identity: { credentials, region: "eu-west-1" } });
  for (let start = 0; start < ITEMS; start += 25) {
    // 25 items of 100 KB are more than one answer takes.
    const requests = ids.slice(start, start + 25).map((id) => ({
      PutRequest: { Item: { id: { S: id }, text: { S: "x".repeat(start < 50 ? 100_000 : 10) } } },
    }));
    await client.call("BatchWriteItem", { RequestItems: { Things: requests } });
  }
  aroundCalls(client, (call) => {
    calls++;
    return call();
  });
});
afterEach(() => faults.stop());
afterAll(async () => {
  await tables.close();
});

const keysOf = (wanted: readonly string[]) => wanted.map((id) => ({ id: { S: id } }));
const read = async (wanted: readonly string[]) =>
  (await batchGet(client, "Things", keysOf(wanted))).map(({ id }) => id?.S);

describe("items read in batches", () => {
  it("all come, however many and however large they are", async () => {
    expect((await read(ids)).sort()).toEqual([...ids].sort());
  });

  it("are left out where they are not there", async () => {
    expect(await read(["nobody", ids[100] as string])).toEqual([ids[100]]);
  });

  it("take one call for each hundred", async () => {
    calls = 0;
    await read(ids.slice(50));
    expect(calls).toBe(2);
  });

  it("take no call where there are none", async () => {
    calls = 0;
    expect(await read([])).toEqual([]);
    expect(calls).toBe(0);
  });

  it("all come where DynamoDB leaves the half of each batch undone, and throttles", async () => {
    faults.set({ seed: SEED, dbUnprocessed: 1, dbThrottle: 0.3 });
    expect((await read(ids)).sort()).toEqual([...ids].sort());
  });
});
