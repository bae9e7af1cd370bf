/** What is left in the tables when nobody is connected any more. */
import {
  type AttributeValue,
  DynamoDBClient,
  ListTablesCommand,
  paginateScan,
} from "@aws-sdk/client-dynamodb";
import { CONNECTIONS, ROOMS } from "../../runtime/contract.js";

export interface Leftovers {
  /**
   * Keys of rows that belong to a connection, by kind; none may outlive it by more than the reaper's period.
   */
  readonly owned: ReadonlyMap<string, readonly string[]>;
  /** Rows that stay for a while by intent, such as packets that a client might yet recover, by kind. */
  readonly notes: ReadonlyMap<string, number>;
  /** Keys of notes that nothing would ever delete. */
  readonly immortal: readonly string[];
}

export class LeftoverReader {
  readonly #client: DynamoDBClient;

  constructor(endpoint: string) {
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    this.#client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials });
  }

  async read(): Promise<Leftovers> {
    const owned = new Map<string, string[]>();
    const notes = new Map<string, number>();
    const immortal: string[] = [];
    for await (const row of this.#rows()) {
      const { kind, isOwned } = kindOf(row);
      if (isOwned) owned.set(kind, [...(owned.get(kind) ?? []), keyOf(row)]);
      else notes.set(kind, (notes.get(kind) ?? 0) + 1);
      if (!isOwned && row[ROOMS.expiresAt]?.N === undefined) immortal.push(keyOf(row));
    }
    return { owned, notes, immortal };
  }

  close(): void {
    this.#client.destroy();
  }

  async *#rows(): AsyncIterable<Record<string, AttributeValue>> {
    const { TableNames = [] } = await this.#client.send(new ListTablesCommand({}));
    for (const TableName of TableNames) {
      for await (const { Items = [] } of paginateScan(
        { client: this.#client },
        { TableName, ConsistentRead: true },
      )) {
        yield* Items;
      }
    }
  }
}

function keyOf(row: Record<string, AttributeValue>): string {
  return [ROOMS.partitionKey, ROOMS.sortKey, CONNECTIONS.partitionKey]
    .flatMap((column) => row[column]?.S ?? [])
    .join(" ");
}

/** By the shape of its key alone: what each is, `docs/how-it-works.md` says. */
export function kindOf(row: Record<string, AttributeValue>): { kind: string; isOwned: boolean } {
  if (row[CONNECTIONS.partitionKey] && !row[ROOMS.partitionKey]) return { kind: "connection", isOwned: true };
  const key = row[ROOMS.partitionKey]?.S ?? "";
  if (key.startsWith("#")) return { kind: "member", isOwned: true };
  const parsed: unknown = JSON.parse(key);
  const [, what] = Array.isArray(parsed) ? parsed : [undefined, parsed];
  if (typeof what === "string") return { kind: "member", isOwned: true };
  const [kind = "unknown"] = Object.keys(what as object);
  if (kind === "shard") return { kind: "member of everybody", isOwned: true };
  if (kind === "beat") {
    const isMember = row.protocol !== undefined;
    return { kind: isMember ? "heartbeat" : "heartbeat's note", isOwned: isMember };
  }
  return { kind, isOwned: false };
}
