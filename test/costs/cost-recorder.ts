/**
 * What an operation costs at AWS's prices: reads and writes of DynamoDB, and posts to connections.
 * Counted outside of the runtime (the DynamoDB client's own middleware, the gateway's own HTTP
 * server), so that nothing can forget to count.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export interface Cost {
  /** `GetItem` and pages of `Query`; each key of a `BatchGetItem`. */
  readonly reads: number;
  /** Read capacity units, as DynamoDB reports them: 1 for 4 KB of consistent read. */
  readonly readUnits: number;
  /** Items put, updated or deleted, those of a `BatchWriteItem` one by one. */
  readonly writes: number;
  /** Write capacity units, as DynamoDB reports them: 1 for each KB of an item. */
  readonly writeUnits: number;
  /** `POST @connections`, those that were refused too. */
  readonly posts: number;
}

/** What is recorded of: the kit's server has it all. */
export interface Recorded {
  readonly tables: { readonly client: DynamoDBClient };
  readonly gateway: { readonly port: number };
  settled(): Promise<void>;
}

export class CostRecorder {
  #cost: Cost = NOTHING;
  readonly #onRequest: (message: unknown) => void;

  constructor(private readonly server: Recorded) {
    server.tables.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const input = args.input as Input;
          input.ReturnConsumedCapacity = "TOTAL";
          const result = await next(args);
          this.#add(costOf(String(commandName), input, result.output as Output));
          return result;
        },
      // Within the SDK's own retries, so that a throttled try does not count: DynamoDB does
      // not charge it either.
      { step: "initialize", name: "countCosts" },
    );
    this.#onRequest = (message) => {
      const { request } = message as { request: IncomingMessage };
      const isHere = request.socket.localPort === server.gateway.port;
      if (isHere && request.method === "POST" && request.url?.includes("/@connections/"))
        this.#add({ posts: 1 });
    };
    subscribe("http.server.request.start", this.#onRequest);
  }

  /** What happens until `task` has resolved and no event runs any more. One task at a time. */
  async of(task: () => unknown): Promise<Cost> {
    await this.server.settled();
    this.#cost = NOTHING;
    await task();
    await this.server.settled();
    return this.#cost;
  }

  close(): void {
    unsubscribe("http.server.request.start", this.#onRequest);
  }

  #add(more: Partial<Cost>): void {
    const sum = (name: keyof Cost) => this.#cost[name] + (more[name] ?? 0);
    this.#cost = {
      reads: sum("reads"),
      readUnits: sum("readUnits"),
      writes: sum("writes"),
      writeUnits: sum("writeUnits"),
      posts: sum("posts"),
    };
  }
}

export const NOTHING: Cost = { reads: 0, readUnits: 0, writes: 0, writeUnits: 0, posts: 0 };

interface Input {
  ReturnConsumedCapacity?: string;
  readonly RequestItems?: Readonly<
    Record<string, readonly unknown[] | { readonly Keys: readonly unknown[] }>
  >;
}

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Output {
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

const READS = new Set(["GetItemCommand", "QueryCommand", "ScanCommand", "BatchGetItemCommand"]);
const WRITES = new Set(["PutItemCommand", "UpdateItemCommand", "DeleteItemCommand", "BatchWriteItemCommand"]);

function costOf(command: string, { RequestItems = {} }: Input, { ConsumedCapacity }: Output): Partial<Cost> {
  const capacities = [ConsumedCapacity ?? []].flat() as Capacity[];
  const units = capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  const batches = Object.values(RequestItems).map((batch) => ("Keys" in batch ? batch.Keys : batch));
  const items = command.startsWith("Batch") ? batches.flat().length : 1;
  // The embedded database reports nothing for an empty page; DynamoDB charges the smallest consistent read.
  if (READS.has(command)) return { reads: items, readUnits: Math.max(units, 1) };
  if (WRITES.has(command)) return { writes: items, writeUnits: units };
  throw new Error(`${command} is neither a read nor a write that is known: add it to cost-recorder.ts.`);
}
