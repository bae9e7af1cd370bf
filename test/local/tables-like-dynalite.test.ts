/**
 * The tables answer what dynalite answers that keeps its items in a LevelDB and parses each expression:
 * to hundreds of calls, right and wrong, on a table with indexes.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Random } from "../../local/faults/random.js";
import { startTables, type Tables } from "../../local/tables/tables.js";

const dynalite: (options: object) => Server = createRequire(import.meta.url)("dynalite");

const CALLS = 500;
const TableName = "Things";
const attribute = (AttributeName: string, AttributeType: string) => ({ AttributeName, AttributeType });
const keys = (...names: string[]) =>
  names.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" }));
const index = (
  IndexName: string,
  KeySchema: unknown,
  ProjectionType: string,
  NonKeyAttributes?: string[],
) => ({
  IndexName,
  KeySchema,
  Projection: { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes }) },
});
const TABLE = {
  TableName,
  KeySchema: keys("p", "s"),
  AttributeDefinitions: [
    attribute("p", "S"),
    attribute("s", "N"),
    attribute("colour", "S"),
    attribute("n", "N"),
  ],
  GlobalSecondaryIndexes: [
    index("colours", keys("colour", "n"), "ALL"),
    index("some", keys("colour"), "INCLUDE", ["text", "absent"]),
  ],
  LocalSecondaryIndexes: [index("numbers", keys("p", "n"), "KEYS_ONLY")],
};

let tables: Tables;
let plain: Server;
let plainEndpoint: string;

beforeAll(async () => {
  tables = await startTables((message) => console.error(message));
  plain = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  await once(plain.listen(0, "127.0.0.1"), "listening");
  plainEndpoint = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  await tables.create([TABLE]);
  await call(plainEndpoint, "CreateTable", { ...TABLE, BillingMode: "PAY_PER_REQUEST" });
  await vi.waitFor(async () =>
    expect(await call(plainEndpoint, "DescribeTable", { TableName })).toMatchObject({
      body: { Table: { TableStatus: "ACTIVE" } },
    }),
  );
});
afterAll(async () => {
  plain.close();
  plain.closeAllConnections();
  await tables.close();
});

async function call(endpoint: string, operation: string, parameters: object) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
      "x-amz-date": "20260101T000000Z",
      authorization: "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f",
    },
    body: JSON.stringify(parameters),
  });
  const body = (await response.json()) as { Responses?: Record<string, unknown[]> };
  // The order of a batch is none.
  for (const items of Object.values(body.Responses ?? {})) {
    items.sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  }
  return { status: response.status, body };
}

const random = new Random(13);
const below = (limit: number) => Math.floor(random.next("numbers") * limit);
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;

const Key = () => ({ p: { S: `p${below(4)}` }, s: { N: String(below(12) - 4) } });
const text = () => ({ S: oneOf(["", "a", "ab", "é", "constructor"]) });
const number = () => ({ N: String(below(20) - 5) });
const value = () =>
  oneOf([
    text,
    number,
    () => ({ SS: ["a", "b"] }),
    () => ({ L: [text(), number()] }),
    () => ({ M: { in: text() } }),
  ])();
const Item = () => ({
  ...Key(),
  ...(below(3) > 0 && { colour: { S: oneOf(["red", "blue"]) } }),
  ...(below(3) > 0 && { n: number() }),
  ...(below(3) > 0 && { text: value() }),
  ...(below(3) > 0 && { listed: { L: [text(), number()] }, mapped: { M: { in: value(), n: number() } } }),
  ...(below(3) > 0 && { members: { SS: ["a", "b"] } }),
});

const CONDITIONS = [
  "attribute_exists(#a)",
  "attribute_not_exists(#a) OR #a < :v",
  "#a = :v AND NOT contains(#a, :w)",
  "#a IN (:v, :w)",
  "#a BETWEEN :v AND :w",
  "attribute_type(#a, :v)",
  "begins_with(#a, :v)",
  "size(#a) > :v AND mapped.#a <> :w",
  "((#a = :v))",
  "constructor = :v",
  "listed[0] = :v",
  "#a = ",
  "#missing = :v",
  "#a = :missing",
  "nothing(#a)",
  "size = :v",
  "#a <> #b",
  "#a = text AND #b.#a = :v",
] as const;
const UPDATES = [
  "SET extras = :v",
  "SET extras = :v, #a = :w",
  "REMOVE extras",
  "SET #a = :v",
  "SET #a = :v, mapped.#a = :w REMOVE listed[0]",
  "SET #a = if_not_exists(#a, :v), extras = list_append(listed, :w)",
  "SET n = n + :v ADD #a :w",
  "ADD #a :v DELETE members :w",
  "SET a.b = :v, listed[9] = :w",
  "SET #a = :v, #a = :w",
  "SET #a = :v, #b = :w",
  "SET #a = :v REMOVE text",
  "REMOVE #a, constructor",
  "SET p = :v",
  "SET #a = :v SET b = :w",
] as const;

/** Names and values that an expression uses; sometimes one that it does not use. */
function filled(expressions: Record<string, string>) {
  const used = Object.values(expressions).join(" ");
  const pick = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => used.includes(name) || below(40) === 0));
  const name = () => oneOf(["text", "n", "colour", "mapped", "members", "constructor"]);
  const names = pick({ "#a": name(), "#b": name() });
  const values = pick<object>({ ":v": value(), ":w": value() });
  return {
    ...expressions,
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

const maybe = (expression: Record<string, string>) => (below(2) > 0 ? expression : {});
const condition = () => ({ ConditionExpression: oneOf(CONDITIONS) });
const filter = () => ({ FilterExpression: oneOf(CONDITIONS) });
const page = () => ({
  ...(below(2) > 0 && { Limit: 1 + below(5) }),
  ...(below(3) === 0 && { ProjectionExpression: oneOf(["text, p", "mapped.n, listed[1]", "p, p", "size"]) }),
  ...(below(3) === 0 && { ReturnConsumedCapacity: "INDEXES" }),
});

const CALL: Record<string, () => object> = {
  PutItem: () => ({ Item: Item(), ReturnValues: oneOf(["NONE", "ALL_OLD"]), ...filled(maybe(condition())) }),
  UpdateItem: () => ({
    Key: Key(),
    ReturnValues: oneOf(["ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]),
    ...filled({ UpdateExpression: oneOf(UPDATES), ...(below(4) === 0 && condition()) }),
  }),
  DeleteItem: () => ({ Key: Key(), ReturnValues: "ALL_OLD", ...filled(maybe(condition())) }),
  GetItem: () => ({ Key: Key(), ...page(), Limit: undefined }),
  Query: () => {
    const [IndexName, name, sort] = oneOf([
      [undefined, "p", "s"],
      ["numbers", "p", "n"],
      ["colours", "colour", "n"],
      ["some", "colour", undefined],
      ["none", "p", "s"],
    ] as const);
    const range = oneOf([
      "",
      ` AND ${sort} < :x`,
      ` AND ${sort} >= :x`,
      ` AND ${sort} = :x`,
      ` AND ${sort} BETWEEN :x AND :y`,
    ]);
    const { ExpressionAttributeNames, ExpressionAttributeValues, ...filtered } = filled(maybe(filter())) as {
      ExpressionAttributeNames?: object;
      ExpressionAttributeValues?: object;
    };
    return {
      IndexName,
      KeyConditionExpression: `${name} = :key${range}`,
      ScanIndexForward: below(2) > 0,
      ...filtered,
      ...page(),
      ExpressionAttributeNames,
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ":key": { S: name === "p" ? `p${below(4)}` : oneOf(["red", "blue"]) },
        ...(range && { ":x": number() }),
        ...(range.includes(":y") && { ":y": number() }),
      },
      ...(below(4) === 0 && IndexName === undefined && { ExclusiveStartKey: Key() }),
    };
  },
  Scan: () => ({
    IndexName: oneOf([undefined, undefined, "colours", "numbers"]),
    ...page(),
    ...(below(3) === 0 && { Segment: below(3), TotalSegments: 3 }),
    ...filled(maybe(filter())),
  }),
  BatchWriteItem: () => ({
    RequestItems: {
      [TableName]: Array.from({ length: 1 + below(5) }, () =>
        below(2) > 0 ? { PutRequest: { Item: Item() } } : { DeleteRequest: { Key: Key() } },
      ),
    },
  }),
  BatchGetItem: () => ({ RequestItems: { [TableName]: { Keys: [Key(), Key()], ConsistentRead: true } } }),
};

it("the same answers and errors, call by call", async () => {
  const statuses = new Map<string, number>();
  for (let i = 0; i < CALLS; i++) {
    const operation = oneOf(Object.keys(CALL));
    const made = CALL[operation]?.() ?? {};
    const parameters = operation.startsWith("Batch") ? made : { TableName, ...made };
    const [here, there] = await Promise.all([
      call(tables.endpoint, operation, parameters),
      call(plainEndpoint, operation, parameters),
    ]);
    expect(here, `${i}: ${operation} ${JSON.stringify(parameters)}`).toEqual(there);
    const what = `${operation} ${here.status}`;
    statuses.set(what, (statuses.get(what) ?? 0) + 1);
  }
  for (const operation of Object.keys(CALL)) {
    expect(statuses.get(`${operation} 200`), operation).toBeGreaterThan(5);
  }
  expect(statuses.get("UpdateItem 400")).toBeGreaterThan(5);
  expect(statuses.get("Query 400")).toBeGreaterThan(5);
});

it("the same tables, tags and errors of tables", async () => {
  const ResourceArn = `arn:aws:dynamodb:eu-west-1:000000000000:table/${TableName}`;
  const calls: [string, object][] = [
    ["ListTables", {}],
    ["ListTables", { ExclusiveStartTableName: "Thinks" }],
    [
      "TagResource",
      {
        ResourceArn,
        Tags: [
          { Key: "b", Value: "1" },
          { Key: "a", Value: "2" },
        ],
      },
    ],
    ["UntagResource", { ResourceArn, TagKeys: ["b"] }],
    ["ListTagsOfResource", { ResourceArn }],
    ["CreateTable", { ...TABLE, BillingMode: "PAY_PER_REQUEST" }],
    ["GetItem", { TableName: "Nothing", Key: Key() }],
    ["DescribeTable", { TableName: "Nothing" }],
    ["DeleteTable", { TableName }],
    ["GetItem", { TableName, Key: Key() }],
  ];
  for (const [operation, parameters] of calls) {
    const answers = [tables.endpoint, plainEndpoint].map((endpoint) => call(endpoint, operation, parameters));
    const [here, there] = (await Promise.all(answers)).map(({ status, body }) => ({
      status,
      body: { ...body, TableDescription: undefined },
    }));
    expect(here, operation).toEqual(there);
  }
});
