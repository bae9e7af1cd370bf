/**
 * What an operation costs at AWS's prices: reads and writes of DynamoDB, and posts to connections.
 * Counted outside of the runtime (around the DynamoDB client, in the gateway's own HTTP
 * server), so that nothing can forget to count.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { CallName, DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { type AnyInput, aroundCalls } from "../support/around-calls.js";

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
  readonly tables: { readonly client: DynamoClient };
  readonly gateway: { readonly port: number };
  settled(): Promise<void>;
}

export class CostRecorder {
  #cost: Cost = NOTHING;
  readonly #onRequest: (message: unknown) => void;

  constructor(private readonly server: Recorded) {
    // Outside of the client's own tries, so that a throttled one does not count: DynamoDB does not charge it
    // either.
    aroundCalls(server.tables.client, async (call, name, input) => {
      input.ReturnConsumedCapacity = "TOTAL";
      const answer = await call();
      this.#add(costOf(name, input, answer as Output));
      return answer;
    });
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

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Output {
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

const READS: ReadonlySet<CallName> = new Set(["GetItem", "Query", "BatchGetItem"]);
const WRITES: ReadonlySet<CallName> = new Set(["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"]);

function costOf(
  name: CallName,
  { RequestItems = {} }: AnyInput,
  { ConsumedCapacity }: Output,
): Partial<Cost> {
  const capacities = [ConsumedCapacity ?? []].flat() as Capacity[];
  const units = capacities.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  const batches = Object.values(RequestItems).map((batch) => ("Keys" in batch ? batch.Keys : batch));
  const items = name.startsWith("Batch") ? batches.flat().length : 1;
  // The embedded database reports nothing for an empty page; DynamoDB charges the smallest consistent read.
  if (READS.has(name)) return { reads: items, readUnits: Math.max(units, 1) };
  if (WRITES.has(name)) return { writes: items, writeUnits: units };
  throw new Error(`${name} is neither a read nor a write that is known: add it to cost-recorder.ts.`);
}
