/**
 * DynamoDB without a wire: the calls of dynalite, with its own checks and expressions, on a map. What a test
 * does thousands of times takes microseconds here, and each call is done at one moment.
 */
import { createRequire } from "node:module";
import { TABLES } from "../../local/kit/stack.js";
import { DynamoError } from "../../runtime/errors.js";
import type { AttributeValue, DynamoClient } from "../../runtime/store/dynamo-calls.js";

type Item = Record<string, AttributeValue>;
type Input = Record<string, unknown>;
type Callback = (error: unknown, result?: object) => void;

export interface MemoryTable {
  readonly TableName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
}

/** What happens around a call; it may come late, twice or not at all. */
export type Around = (call: () => object, name: string, input: Input) => Promise<object>;

const dynalite = createRequire(import.meta.url);
const validations = dynalite("dynalite/validations") as {
  checkTypes(data: Input, types: unknown): Input;
  checkValidations(data: Input, types: unknown, custom: unknown, store: unknown): void;
};

/** Those that need no index and no stream. */
const ACTIONS = Object.fromEntries(
  ["getItem", "putItem", "updateItem", "deleteItem"].map((name) => [
    name,
    {
      run: dynalite(`dynalite/actions/${name}`) as (store: unknown, data: Input, done: Callback) => void,
      checks: dynalite(`dynalite/validations/${name}`) as { types: unknown; custom: unknown },
    },
  ]),
);

export class MemoryDynamo {
  readonly #tables = new Map<string, { readonly model: MemoryTable; readonly items: Map<string, Item> }>();
  readonly #store: object;

  constructor(tables: readonly MemoryTable[] = TABLES) {
    for (const model of tables) this.#tables.set(model.TableName, { model, items: new Map() });
    const notFound = Object.assign(new Error("not found"), { name: "NotFoundError" });
    this.#store = {
      options: { maxItemSize: 400 * 1024 },
      getTable: (name: string, done: Callback) => done(null, this.#table(name).model),
      getItemDb: (name: string) => {
        const { items } = this.#table(name);
        return {
          // Nothing runs in between.
          lock: (_key: string, run: (release: (done: Callback) => Callback) => void) => run((done) => done),
          get(key: string, done: Callback) {
            const item = items.get(key);
            if (item) done(null, structuredClone(item));
            else done(notFound);
          },
          put(key: string, item: Item, done: Callback) {
            items.set(key, structuredClone(item));
            done(null);
          },
          del(key: string, done: Callback) {
            items.delete(key);
            done(null);
          },
        };
      },
    };
  }

  /** For `dynamoStores`: what it sends is done when `around` calls what it is given. */
  client(around: Around = async (call) => call()): DynamoClient {
    return { call: (name, input) => around(() => this.#run(name, { ...input }), name, { ...input }) };
  }

  /** @throws ConditionalCheckFailedException, and what dynalite says of a call that is not allowed. */
  #run(name: string, input: Input): object {
    if (name === "Query") return this.#query(input);
    if (name === "BatchWriteItem") return this.#batchWrite(input);
    if (name === "BatchGetItem") return this.#batchGet(input);
    const action = ACTIONS[name.charAt(0).toLowerCase() + name.slice(1)];
    if (!action) throw new Error(`${name} is not done in memory: add it here.`);
    const data = validations.checkTypes(structuredClone(input), action.checks.types);
    validations.checkValidations(data, action.checks.types, action.checks.custom, this.#store);
    let answer: { readonly error: unknown; readonly result: object | undefined } | undefined;
    action.run(this.#store, data, (error, result) => {
      answer = { error, result };
    });
    if (!answer) throw new Error(`${name} was not done at once.`);
    if (answer.error) throw toError(answer.error);
    return answer.result ?? {};
  }

  #table(name: string) {
    const table = this.#tables.get(name);
    if (!table) throw new Error(`There is no table ${name}.`);
    return table;
  }

  /** A partition in the order of its sort key, from behind a key if one is named. */
  #query({ TableName, ExpressionAttributeNames, ExpressionAttributeValues, Limit }: Input): object {
    const { model, items } = this.#table(String(TableName));
    const names = ExpressionAttributeNames as Record<string, string>;
    const values = ExpressionAttributeValues as Record<string, AttributeValue>;
    const sort = model.KeySchema[1]?.AttributeName ?? "";
    const after = values[":after"]?.S;
    const found = [...items.values()]
      .filter((item) => item[names["#key"] ?? ""]?.S === values[":key"]?.S)
      .filter((item) => after === undefined || (item[sort]?.S ?? "") > after)
      .sort((a, b) => ((a[sort]?.S ?? "") < (b[sort]?.S ?? "") ? -1 : 1));
    return { Items: structuredClone(found.slice(0, Limit as number | undefined)) };
  }

  #batchWrite({ RequestItems }: Input): object {
    for (const [TableName, requests] of Object.entries(RequestItems as Record<string, Input[]>)) {
      for (const { PutRequest, DeleteRequest } of requests) {
        if (PutRequest) this.#run("PutItem", { TableName, ...PutRequest });
        if (DeleteRequest) this.#run("DeleteItem", { TableName, ...DeleteRequest });
      }
    }
    return {};
  }

  #batchGet({ RequestItems }: Input): object {
    const asked = Object.entries(RequestItems as Record<string, { readonly Keys: readonly Item[] }>);
    const Responses = Object.fromEntries(
      asked.map(([TableName, { Keys }]) => [
        TableName,
        Keys.flatMap((Key) => {
          const { Item: item } = this.#run("GetItem", { TableName, Key }) as { Item?: Item };
          return item ? [item] : [];
        }),
      ]),
    );
    return { Responses };
  }
}

/** dynalite's errors have a status and a body, as the wire has. */
function toError(error: unknown): unknown {
  const body = (error as { body?: { __type?: string; message?: string } }).body;
  const [, type = ""] = body?.__type?.split("#") ?? [];
  const message = body?.message ?? String(error);
  return new DynamoError("call", 1, { status: 400, code: type, message });
}
