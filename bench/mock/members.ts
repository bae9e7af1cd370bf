/**
 * The members of one room, as pages of `Query` (the runtime's table of rooms) and of `Scan`
 * (the samples' table of connections).
 */
import { createHash } from "node:crypto";
import { toRow } from "../../runtime/store/dynamo-rooms.js";
import { roomKey } from "../../runtime/store/room-key.js";
import type { Member } from "../../runtime/store/store.js";

export const ROOM = "room";

/** DynamoDB ends a page at 1 MB, in items as they are stored, whatever the projection. */
const PAGE_BYTES = 1_000_000;

interface Asked {
  readonly ExclusiveStartKey?: { readonly sid: { readonly S: string } };
  readonly ExpressionAttributeValues?: {
    readonly ":after"?: { readonly S: string };
    readonly ":until"?: { readonly S: string };
  };
  readonly KeyConditionExpression?: string;
  readonly Limit?: number;
}

export class Members {
  /** In order. */
  readonly #sids: readonly string[];
  readonly #rows: readonly string[];
  readonly #rowsAPage: number;

  constructor(count: number, endpoint: string) {
    const members = Array.from({ length: count }, (_, i) => member(i, endpoint));
    members.sort((a, b) => (a.sid < b.sid ? -1 : 1));
    this.#sids = members.map(({ sid }) => sid);
    this.#rows = members.map((one) => JSON.stringify(toRow(roomKey("/", ROOM), one)));
    this.#rowsAPage = Math.floor(PAGE_BYTES / (this.#rows[0]?.length ?? 1));
  }

  /** The answer to a call as the SDK sends it. */
  page(operation: string, body: string): string {
    const asked: Asked = JSON.parse(body);
    const [first, behind] = this.#range(asked);
    const end = Math.min(first + Math.min(this.#rowsAPage, asked.Limit ?? Number.POSITIVE_INFINITY), behind);
    const items =
      operation === "Scan"
        ? Array.from({ length: end - first }, (_, i) => `{"connectionId":{"S":"${connectionId(first + i)}"}}`)
        : this.#rows.slice(first, end);
    const last = { room: { S: roomKey("/", ROOM) }, sid: { S: this.#sids[end - 1] } };
    const next = end < behind ? `,"LastEvaluatedKey":${JSON.stringify(last)}` : "";
    return `{"Count":${items.length},"ScannedCount":${items.length},"Items":[${items.join(",")}]${next}}`;
  }

  /** Indexes of the rows that are asked for: the first, and the one behind the last. */
  #range({ ExclusiveStartKey, ExpressionAttributeValues = {}, KeyConditionExpression }: Asked) {
    const { ":after": after, ":until": until } = ExpressionAttributeValues;
    const isBetween = KeyConditionExpression?.includes("BETWEEN");
    const start = ExclusiveStartKey?.sid.S;
    const first = start !== undefined ? this.#upTo(start) : this.#upTo(after?.S ?? "", isBetween);
    return [first, until ? Math.max(first, this.#upTo(until.S)) : this.#sids.length] as const;
  }

  /** How many ids are not greater than this one; with `less`, how many are less. */
  #upTo(sid: string, less = false): number {
    let [low, high] = [0, this.#sids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.#sids[middle] ?? "";
      if (one < sid || (one === sid && !less)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function member(i: number, endpoint: string): Member {
  return { sid: sidOf(i), connectionId: connectionId(i), endpoint, protocol: "engine.io" };
}

/** 20 characters of base64, as `base64id` makes them, and the same in each run. */
function sidOf(i: number): string {
  return createHash("sha256").update(String(i)).digest("base64url").slice(0, 20);
}

/** 16 characters that end in `=`, as API Gateway's. */
export function connectionId(i: number): string {
  return `c${String(i).padStart(14, "0")}=`;
}
