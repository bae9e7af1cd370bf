/**
 * What the functions' DynamoDB client does where DynamoDB does not answer, or answers that it has no time.
 */

import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { Faults } from "../../local/faults/faults.js";
import { injectTableFaults } from "../../local/faults/table-faults.js";
import { startTables, type Tables } from "../../local/tables/tables.js";
import type { DynamoError } from "../../runtime/errors.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { type ScriptedAnswer, ScriptedServer } from "../support/scripted-server.js";
import { sdkOf } from "../support/sdk-of.js";

const SEED = 3;

function clientOf(endpoint: string): DynamoClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return createDynamoClient({ endpoint, identity: { credentials, region: "eu-west-1" } });
}

const read = (client: DynamoClient, id: string) =>
  client.call("GetItem", { TableName: "Things", Key: { id: { S: id } }, ConsistentRead: true });

describe("a call to DynamoDB", () => {
  let dynamodb: ScriptedServer | undefined;
  afterEach(() => dynamodb?.close());

  async function triesAgainst(...answers: ScriptedAnswer[]): Promise<number> {
    dynamodb = await ScriptedServer.start(answers, "{}");
    await read(clientOf(dynamodb.url), "a").catch(() => {});
    return dynamodb.bodies.length;
  }

  it.each([500, 503, 429, "cut", "silence"] as const)("is made again after %s", async (answer) => {
    expect(await triesAgainst(answer, 200)).toBe(2);
  });

  it("is made once where the call itself is wrong", async () => {
    expect(await triesAgainst(400, 200)).toBe(1);
  });

  it("that nobody answers says so, with the cause", async () => {
    dynamodb = await ScriptedServer.start(["cut"]);
    vi.spyOn(Math, "random").mockReturnValue(0); // no pauses
    const error = await read(clientOf(dynamodb.url), "a").catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "DynamoError", status: undefined, code: "", tries: 16 });
    expect((error as Error).message).toBe("DynamoDB's GetItem, the last of 16 times, got no answer");
    expect((error as Error).cause).toBeInstanceOf(Error);
    vi.restoreAllMocks();
  });

  it.each(["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"])("goes where %s says", async (name) => {
    dynamodb = await ScriptedServer.start([200], "{}");
    for (const variable of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      vi.stubEnv(variable, "local");
    vi.stubEnv(name, dynamodb.url);
    await read(createDynamoClient(), "a");
    vi.unstubAllEnvs();
    expect(dynamodb.bodies).toHaveLength(1);
  });
});

describe("calls to a table", () => {
  let tables: Tables;
  const faults = new Faults();

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
  });
  afterEach(() => faults.stop());
  afterAll(() => tables.close());

  /** How many milliseconds the slowest took, and the names of what failed. */
  async function readAtOnce(count: number): Promise<{ slowestMs: number; failed: string[] }> {
    const client = clientOf(tables.endpoint);
    const startedMs = performance.now();
    const failed: string[] = [];
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        read(client, String(index)).catch((error: Error) => failed.push(error.name)),
      ),
    );
    return { slowestMs: performance.now() - startedMs, failed };
  }

  // The SDK's own budget for all calls of a client failed 18 of these after 1 or 2 tries,
  // and the slowest answer took 51 s.
  it("that throttles 40 % of them are all answered within 15 s, 300 at once", async () => {
    faults.set({ seed: SEED, dbThrottle: 0.4 });
    const { slowestMs, failed } = await readAtOnce(300);
    expect(failed).toEqual([]);
    expect(slowestMs).toBeLessThan(15_000);
  });

  // 3,888 of 5,000 failed where their timeouts ran while they waited for a connection.
  it("are all answered where thousands are made at once", async () => {
    expect((await readAtOnce(4_000)).failed).toEqual([]);
  }, 60_000);

  it("that throttles all of them end within 15 s with the table's own error, and spend nobody else's tries", async () => {
    const client = clientOf(tables.endpoint);
    faults.set({ seed: SEED, dbThrottle: 1 });
    const startedMs = performance.now();
    const refused = await Promise.all(
      Array.from({ length: 150 }, (_, index) => read(client, String(index)).catch((error: unknown) => error)),
    );
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    for (const error of refused) {
      const { code, tries } = error as DynamoError;
      expect(["ThrottlingException", "ProvisionedThroughputExceededException"]).toContain(code);
      expect(tries).toBeGreaterThan(8);
    }
    faults.set({ seed: SEED, dbThrottle: 0.5 });
    expect(await Promise.all(["a", "b", "c"].map((id) => read(client, id)))).toHaveLength(3);
  });

  it("carry each kind of value as the SDK does", async () => {
    const values = {
      text: { S: "\u2028 ä 😀" },
      number: { N: "12.5" },
      bytes: { B: Buffer.from([0, 255, 128]).toString("base64") },
      yes: { BOOL: true },
      set: { SS: ["a", "b"] },
      list: { L: [{ S: "a" }, { B: "" }, { M: { deep: { B: "AAE=" } } }] },
    };
    await clientOf(tables.endpoint).call("PutItem", {
      TableName: "Things",
      Item: { id: { S: "kinds" }, ...values },
    });
    const Key = { id: { S: "kinds" } };
    const { Item } = await sdkOf(tables).send(new GetItemCommand({ TableName: "Things", Key }));
    expect(Item).toMatchObject({
      ...values,
      bytes: { B: new Uint8Array([0, 255, 128]) },
      list: { L: [{ S: "a" }, { B: new Uint8Array() }, { M: { deep: { B: new Uint8Array([0, 1]) } } }] },
    });
    expect((await read(clientOf(tables.endpoint), "kinds")).Item).toEqual({ ...Key, ...values });
  });

  it("whose condition does not hold are made once", async () => {
    const put = {
      TableName: "Things",
      Item: { id: { S: "once" } },
      ConditionExpression: "attribute_exists(id)",
    };
    await expect(clientOf(tables.endpoint).call("PutItem", put)).rejects.toMatchObject({
      name: "DynamoError",
      code: "ConditionalCheckFailedException",
      status: 400,
      tries: 1,
    });
  });
});
