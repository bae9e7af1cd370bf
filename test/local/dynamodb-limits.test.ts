/**
 * DynamoDB's limits, as the real SDK meets them: what is allowed by a byte, and what is
 * refused by one, with AWS's words.
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTables, type Tables } from "../../local/tables/tables.js";

/** Of any kind: what it is, the SDK finds out. */
type Command = object;

const MAX_ITEM_BYTES = 400 * 1024;

let tables: Tables;
let client: DynamoDBClient;

beforeAll(async () => {
  tables = await startTables((message) => console.error(message));
  const [id, sort] = ["id", "sort"].map((AttributeName) => ({ AttributeName, AttributeType: "S" }));
  await tables.create([
    {
      TableName: "Things",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [id],
    },
    {
      TableName: "Sorted",
      KeySchema: [
        { AttributeName: "id", KeyType: "HASH" },
        { AttributeName: "sort", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [id, sort],
    },
  ]);
  client = new DynamoDBClient({
    endpoint: tables.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await tables.close();
});

const Key = { id: { S: "a" } };
const put = (item: Record<string, AttributeValue>, more: Partial<PutItemCommandInput> = {}) =>
  new PutItemCommand({ TableName: "Things", Item: { ...Key, ...item }, ...more });
const update = (input: Partial<UpdateItemCommandInput>) =>
  new UpdateItemCommand({ TableName: "Things", Key, ...input });
const query = (input: Partial<QueryCommandInput>) => new QueryCommand({ TableName: "Sorted", ...input });

/** An item of exactly so many bytes, whose text is of two-byte characters. */
function itemOf(bytes: number): Record<string, AttributeValue> {
  const textBytes = bytes - "id".length - "a".length - "text".length;
  return { text: { S: "é".repeat(Math.floor(textBytes / 2)) + "x".repeat(textBytes % 2) } };
}

function nested(levels: number): AttributeValue {
  let value: AttributeValue = { S: "inside" };
  for (let level = 0; level < levels; level++) value = { M: { n: value } };
  return value;
}

const times = (count: number, text: string, separator: string) =>
  Array.from({ length: count }, () => text).join(separator);
/** An expression of exactly so many bytes: names may be as long as that. */
const removing = (bytes: number) => `REMOVE ${"n".repeat(bytes - "REMOVE ".length)}`;

const ALLOWED: Record<string, () => Command> = {
  "an expression of 4,096 bytes": () => update({ UpdateExpression: removing(4_096) }),
  "300 operators": () =>
    new ScanCommand({
      TableName: "Things",
      FilterExpression: `NOT ${times(150, "a = :v", " OR ")}`,
      ExpressionAttributeValues: { ":v": { N: "1" } },
    }),
  "100 operands of IN": () =>
    new ScanCommand({
      TableName: "Things",
      FilterExpression: `a IN (${times(100, ":v", ",")})`,
      ExpressionAttributeValues: { ":v": { N: "1" } },
    }),
  "an item of 400 KB, counted in bytes": () => put(itemOf(MAX_ITEM_BYTES)),
  "a partition key of 2,048 bytes": () => put({ id: { S: "é".repeat(1_024) } }),
  "31 maps in one another": () => put({ deep: nested(31) }),
  "a name of 65,535 bytes": () => put({ ["n".repeat(65_535)]: { S: "x" } }),
  "an empty text, beside keys": () => put({ text: { S: "" }, set: { SS: [""] } }),
  "38 digits": () => put({ number: { N: "1".repeat(38) } }),
  "25 writes in a batch": () =>
    new BatchWriteItemCommand({ RequestItems: { Things: writes(13), Sorted: writes(12) } }),
};

const writes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    PutRequest: { Item: { id: { S: String(index) }, sort: { S: "s" } } },
  }));

const TOO_LONG = "Expression size has exceeded the maximum allowed size; expression size: 4097";
const TOO_DEEP =
  "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";
const LONG_NAME = "1 validation error detected: Attribute name is too large, must be less than 65536 bytes";
const LONG_PARTITION_KEY =
  "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
const LONG_SORT_KEY =
  "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
const EMPTY_KEY =
  /The AttributeValue for a key attribute cannot contain an empty string value\. Key: (id|sort)$/;

const REFUSED: Record<string, readonly [() => Command, string | RegExp]> = {
  "an UpdateExpression of 4,097 bytes": [
    () => update({ UpdateExpression: removing(4_097) }),
    `Invalid UpdateExpression: ${TOO_LONG}`,
  ],
  "a ConditionExpression of 4,097 bytes": [
    () => put({}, { ConditionExpression: `attribute_exists(${"n".repeat(4_097 - 18)})` }),
    `Invalid ConditionExpression: ${TOO_LONG}`,
  ],
  "a ProjectionExpression of 4,097 bytes": [
    () => new GetItemCommand({ TableName: "Things", Key, ProjectionExpression: "n".repeat(4_097) }),
    `Invalid ProjectionExpression: ${TOO_LONG}`,
  ],
  "a ProjectionExpression of 4,097 bytes in a batch": [
    () =>
      new BatchGetItemCommand({
        RequestItems: { Things: { Keys: [Key], ProjectionExpression: "n".repeat(4_097) } },
      }),
    `Invalid ProjectionExpression: ${TOO_LONG}`,
  ],
  "a FilterExpression of 4,097 bytes": [
    () =>
      new ScanCommand({
        TableName: "Things",
        FilterExpression: `attribute_exists(${"n".repeat(4_097 - 18)})`,
      }),
    `Invalid FilterExpression: ${TOO_LONG}`,
  ],
  "a placeholder of 256 bytes": [
    () =>
      update({
        UpdateExpression: `REMOVE #${"n".repeat(255)}`,
        ExpressionAttributeNames: { [`#${"n".repeat(255)}`]: "x" },
      }),
    /^ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long/,
  ],
  "301 operators": [
    () =>
      put(
        {},
        {
          ConditionExpression: times(151, "a = :v", " OR "),
          ExpressionAttributeValues: { ":v": { N: "1" } },
        },
      ),
    "Invalid ConditionExpression: The expression contains too many operators; operator count: 301",
  ],
  "301 operators of an update": [
    () =>
      update({
        UpdateExpression: `SET ${Array.from({ length: 301 }, (_, index) => `q${index}=:v+:v`).join()}`,
        ExpressionAttributeValues: { ":v": { N: "1" } },
      }),
    "Invalid UpdateExpression: The expression contains too many operators; operator count: 301",
  ],
  "101 operands of IN": [
    () =>
      new ScanCommand({
        TableName: "Things",
        FilterExpression: `a IN (${times(101, ":v", ",")})`,
        ExpressionAttributeValues: { ":v": { N: "1" } },
      }),
    "Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 101",
  ],
  "more than 2 MB of values": [
    () =>
      update({
        UpdateExpression: "SET a = :v0",
        ConditionExpression: Array.from({ length: 8 }, (_, index) => `a <> :v${index}`).join(" AND "),
        ExpressionAttributeValues: Object.fromEntries(
          Array.from({ length: 8 }, (_, index) => [`:v${index}`, { S: "x".repeat(300_000) }]),
        ),
      }),
    "ExpressionAttributeValues exceeds max size",
  ],
  "an item of 400 KB and a byte": [
    () => put(itemOf(MAX_ITEM_BYTES + 1)),
    "Item size has exceeded the maximum allowed size",
  ],
  "an item that is updated to more than 400 KB": [
    () =>
      update({
        UpdateExpression: "SET t = :t",
        ExpressionAttributeValues: { ":t": { S: "é".repeat(MAX_ITEM_BYTES / 2) } },
      }),
    "Item size to update has exceeded the maximum allowed size",
  ],
  "an item whose numbers make it larger than 400 KB": [
    // 3.14159 takes 5 bytes: digits on both sides of the point count apart.
    () => {
      const text = itemOf(MAX_ITEM_BYTES + 1 - "n".length - 5);
      return put({ ...text, n: { N: "3.14159" } });
    },
    "Item size has exceeded the maximum allowed size",
  ],
  "a partition key of 2,049 bytes": [() => put({ id: { S: `${"é".repeat(1_024)}x` } }), LONG_PARTITION_KEY],
  "a partition key of 2,049 bytes to be read": [
    () => new GetItemCommand({ TableName: "Things", Key: { id: { S: `${"é".repeat(1_024)}x` } } }),
    LONG_PARTITION_KEY,
  ],
  "a query of a partition key of 2,049 bytes": [
    () =>
      query({
        KeyConditionExpression: "id = :id",
        ExpressionAttributeValues: { ":id": { S: "x".repeat(2_049) } },
      }),
    LONG_PARTITION_KEY,
  ],
  "a sort key of 1,025 bytes": [
    () => new PutItemCommand({ TableName: "Sorted", Item: { ...Key, sort: { S: `${"é".repeat(512)}x` } } }),
    LONG_SORT_KEY,
  ],
  "a query of a sort key of 1,025 bytes": [
    () =>
      query({
        KeyConditionExpression: "id = :id AND sort > :sort",
        ExpressionAttributeValues: { ":id": { S: "a" }, ":sort": { S: "x".repeat(1_025) } },
      }),
    LONG_SORT_KEY,
  ],
  "an empty key": [() => put({ id: { S: "" } }), EMPTY_KEY],
  "a query of an empty key": [
    () =>
      query({
        KeyConditionExpression: "id = :id AND sort > :sort",
        ExpressionAttributeValues: { ":id": { S: "a" }, ":sort": { S: "" } },
      }),
    EMPTY_KEY,
  ],
  "32 maps in one another": [() => put({ deep: nested(32) }), TOO_DEEP],
  "32 maps in one another, in an update": [
    () => update({ UpdateExpression: "SET deep = :d", ExpressionAttributeValues: { ":d": nested(32) } }),
    TOO_DEEP,
  ],
  "30 maps in one another, three levels down": [
    () => update({ UpdateExpression: "SET a.b.c = :d", ExpressionAttributeValues: { ":d": nested(30) } }),
    TOO_DEEP,
  ],
  "a name of 65,536 bytes": [() => put({ ["n".repeat(65_536)]: { S: "x" } }), LONG_NAME],
  "a name of 65,536 bytes in a map": [
    () => put({ map: { M: { ["n".repeat(65_536)]: { S: "x" } } } }),
    LONG_NAME,
  ],
  "a name of 65,536 bytes in an update": [
    () => update({ UpdateExpression: "REMOVE #n", ExpressionAttributeNames: { "#n": "n".repeat(65_536) } }),
    LONG_NAME,
  ],
  "an empty name": [() => put({ map: { M: { "": { S: "x" } } } }), "Empty attribute name"],
  "an empty set": [() => put({ set: { SS: [] } }), /set {2}may not be empty$/],
  "39 digits": [
    () => put({ number: { N: "1".repeat(39) } }),
    "Attempting to store more than 38 significant digits in a Number",
  ],
  "26 writes in a batch, of two tables": [
    () => new BatchWriteItemCommand({ RequestItems: { Things: writes(13), Sorted: writes(13) } }),
    "Too many items requested for the BatchWriteItem call",
  ],
  "26 writes in a batch": [
    () => new BatchWriteItemCommand({ RequestItems: { Things: writes(26) } }),
    /Member must have length less than or equal to 25/,
  ],
  "101 reads in a batch": [
    () =>
      new BatchGetItemCommand({
        RequestItems: {
          Things: { Keys: Array.from({ length: 101 }, (_, index) => ({ id: { S: String(index) } })) },
        },
      }),
    /Member must have length less than or equal to 100/,
  ],
  "one key twice in a batch": [
    () => new BatchGetItemCommand({ RequestItems: { Things: { Keys: [Key, Key] } } }),
    "Provided list of item keys contains duplicates",
  ],
};

describe("the embedded DynamoDB", () => {
  it.each(Object.entries(ALLOWED))("takes %s", async (_what, command) => {
    await expect(client.send(command() as PutItemCommand)).resolves.toMatchObject({
      $metadata: { httpStatusCode: 200 },
    });
  });

  it.each(Object.entries(REFUSED))("refuses %s", async (_what, [command, message]) => {
    const refused = await client.send(command() as PutItemCommand).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: "ValidationException",
      $metadata: { httpStatusCode: 400 },
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });
});
