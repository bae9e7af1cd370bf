/**
 * The members of one room, as pages of `Query` (the runtime's table of rooms) and of `Scan`
 * (the samples' table of connections).
 */
import { toRow } from "../../runtime/store/dynamo-rooms.js";
import { roomKey } from "../../runtime/store/room-key.js";
import type { Member } from "../../runtime/store/store.js";

export const ROOM = "room";

/** DynamoDB ends a page at 1 MB, in items as they are stored, whatever the projection. */
const PAGE_BYTES = 1_000_000;

export class Members {
  readonly #rows: readonly string[];
  readonly #rowsAPage: number;

  constructor(count: number, endpoint: string) {
    this.#rows = Array.from({ length: count }, (_, i) =>
      JSON.stringify(toRow(roomKey("/", ROOM), member(i, endpoint))),
    );
    this.#rowsAPage = Math.floor(PAGE_BYTES / (this.#rows[0]?.length ?? 1));
  }

  /** The answer to a call as the SDK sends it. */
  page(operation: string, body: string): string {
    const { ExclusiveStartKey, Limit = Number.POSITIVE_INFINITY } = JSON.parse(body);
    const start = ExclusiveStartKey ? Number(ExclusiveStartKey.sid.S.slice("sid-".length)) + 1 : 0;
    const end = Math.min(start + Math.min(this.#rowsAPage, Limit), this.#rows.length);
    const items =
      operation === "Scan"
        ? Array.from({ length: end - start }, (_, i) => `{"connectionId":{"S":"${connectionId(start + i)}"}}`)
        : this.#rows.slice(start, end);
    const last = { room: { S: roomKey("/", ROOM) }, sid: { S: `sid-${end - 1}` } };
    const next = end < this.#rows.length ? `,"LastEvaluatedKey":${JSON.stringify(last)}` : "";
    return `{"Count":${items.length},"ScannedCount":${items.length},"Items":[${items.join(",")}]${next}}`;
  }
}

export function member(i: number, endpoint: string): Member {
  return { sid: `sid-${i}`, connectionId: connectionId(i), endpoint, protocol: "engine.io" };
}

/** 16 characters that end in `=`, as API Gateway's. */
export function connectionId(i: number): string {
  return `c${String(i).padStart(14, "0")}=`;
}
