/** What one update changes of a connection's item, and under which conditions. */
import { CONNECTIONS } from "../contract.js";
import { type attributeNames, SHARED_PREFIX } from "./connection-item.js";
import type { SessionChanges } from "./store.js";
import { UpdateExpression } from "./update-expression.js";
import { type StoredValue, toAttributeName } from "./value.js";

type Names = ReturnType<typeof attributeNames>;

/** A change that a connection which has ended does not take. */
export function changeOfLiving(): UpdateExpression {
  return new UpdateExpression().requireMissing("claimedBy").requireExists(CONNECTIONS.partitionKey);
}

/** A change that only this session of a living connection takes. */
export function changeOfSession({ session }: Names, sid: string): UpdateExpression {
  return new UpdateExpression().requireMissing("claimedBy").requireEqual([session, "sid"], { S: sid });
}

interface Edit {
  readonly path: readonly string[];
  readonly value: StoredValue | undefined;
}

/**
 * 100 changes are some 2 KB of an expression, which may have 4 KB (DynamoDB's quotas), beside its conditions.
 */
const EDITS_AN_UPDATE = 100;

export function editsOf(
  names: Names,
  { data, properties, shared }: Pick<SessionChanges, "data" | "properties" | "shared">,
): Edit[][] {
  const inMap = (map: string, values: SessionChanges["data"] = new Map()): Edit[] =>
    [...values].map(([key, value]) => ({ path: [map, toAttributeName(key)], value }));
  const flat = [...(shared ?? [])].map(([key, value]): Edit => ({ path: [SHARED_PREFIX + key], value }));
  const edits = [...inMap(names.data, data), ...inMap(names.properties, properties), ...flat];
  const updates = Math.ceil(edits.length / EDITS_AN_UPDATE);
  return Array.from({ length: updates }, (_, index) =>
    edits.slice(index * EDITS_AN_UPDATE, (index + 1) * EDITS_AN_UPDATE),
  );
}
