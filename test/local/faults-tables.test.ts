/** DynamoDB's faults, as the real SDK sees them. */
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "../../local/faults/fault-options.js";
import { Faults } from "../../local/faults/faults.js";
import { injectTableFaults } from "../../local/faults/table-faults.js";
import { startTables, type Tables } from "../../local/tables/tables.js";

const TABLE = {
  TableName: "Things",
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
} as const;

const struck: Fault[] = [];
const faults = new Faults({}, (fault) => struck.push(fault));
let tables: Tables;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  tables = await startTables((message) => console.error(message));
  await tables.create([TABLE]);
  injectTableFaults(faults, tables);
});
afterEach(() => {
  faults.stop();
  struck.splice(0);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await tables.close();
});

function sdk(maxAttempts: number): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: tables.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts,
  });
  clients.push(client);
  return client;
}

const put = (id: string) => new PutItemCommand({ TableName: "Things", Item: { id: { S: id } } });
const get = (id: string) => new GetItemCommand({ TableName: "Things", Key: { id: { S: id } } });

async function isStored(id: string): Promise<boolean> {
  faults.stop();
  return (await sdk(1).send(get(id))).Item !== undefined;
}

describe("DynamoDB with faults", () => {
  it("throttles with both of AWS's errors, and does nothing then", async () => {
    faults.set({ seed: 1, dbThrottle: 1 });
    const client = sdk(1);
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => client.send(put("throttled")).catch((error: Error) => error)),
    );
    const names = new Set(errors.map((error) => (error as Error).name));
    expect(names).toEqual(new Set(["ProvisionedThroughputExceededException", "ThrottlingException"]));
    expect(errors[0]).toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(struck[0]).toMatchObject({
      kind: "dbThrottle",
      operation: "PutItem",
      request: { TableName: "Things", Item: { id: { S: "throttled" } } },
    });
    expect(await isStored("throttled")).toBe(false);
  });

  it("is tried again by the SDK until a throttled call goes through", async () => {
    faults.set({ seed: 7, dbThrottle: 0.5 });
    const client = sdk(20);
    const answers = await Promise.all([1, 2, 3, 4].map((id) => client.send(put(`again ${id}`))));
    expect(answers.map(({ $metadata }) => $metadata.httpStatusCode)).toEqual([200, 200, 200, 200]);
    expect(struck.length).toBeGreaterThan(0);
  });

  it("fails with 500 before a call has done its work, or after it", async () => {
    for (const [kind, stored] of [
      ["dbFail", false],
      ["dbFailAfter", true],
    ] as const) {
      faults.set({ seed: 1, [kind]: 1 });
      await expect(sdk(1).send(put(kind))).rejects.toMatchObject({
        name: "InternalServerError",
        $metadata: { httpStatusCode: 500 },
      });
      expect(struck.at(-1)?.kind).toBe(kind);
      expect(await isStored(kind)).toBe(stored);
    }
  });

  it("leaves some items of a batch unprocessed, which go through when they are sent again", async () => {
    faults.set({ seed: 1, dbUnprocessed: 1 });
    const client = sdk(1);
    const requests = [1, 2, 3].map((id) => ({ PutRequest: { Item: { id: { S: `batch ${id}` } } } }));
    const sent = await client.send(new BatchWriteItemCommand({ RequestItems: { Things: requests } }));
    expect(sent.UnprocessedItems).toEqual({ Things: [requests[2]] });
    const again = await client.send(new BatchWriteItemCommand({ RequestItems: sent.UnprocessedItems }));
    expect(again.UnprocessedItems).toEqual({});
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "Things" }));
    expect(Items.filter(({ id }) => id?.S?.startsWith("batch"))).toHaveLength(3);
  });

  it("is slow, and answers all the same", async () => {
    faults.set({ seed: 1, dbSlow: 1, dbSlowMs: 30 });
    expect((await sdk(1).send(get("nothing"))).$metadata.httpStatusCode).toBe(200);
    expect(struck).toEqual([expect.objectContaining({ kind: "dbSlow", operation: "GetItem" })]);
    expect(struck[0]?.ms).toBeGreaterThan(0);
  });

  it("strikes the same calls with the same seed", async () => {
    const client = sdk(1);
    const round = async () => {
      faults.set({ seed: 7, dbThrottle: 0.3, dbFail: 0.2 });
      struck.splice(0);
      for (let id = 0; id < 20; id++) await client.send(get(String(id))).catch(() => {});
      return struck.map(({ kind, request }) => [kind, request]);
    };
    const first = await round();
    expect(first.length).toBeGreaterThan(0);
    expect(await round()).toEqual(first);
  });
});
