import type { TableCall, Tables, TableVerdict } from "../tables/tables.js";
import type { Faults } from "./faults.js";

const ANSWER_KINDS = ["dbThrottle", "dbFail", "dbFailAfter"] as const;

/** What an app's calls are; tables are made and described without faults. */
const OPERATIONS: ReadonlySet<string> = new Set([
  "BatchGetItem",
  "BatchWriteItem",
  "DeleteItem",
  "GetItem",
  "PutItem",
  "Query",
  "Scan",
  "UpdateItem",
]);

/** DynamoDB's share of the faults. */
export function injectTableFaults(faults: Faults, tables: Pick<Tables, "intercept">): void {
  faults.watch(() => {
    const isOn = faults.has([...ANSWER_KINDS, "dbUnprocessed", "dbSlow"]);
    tables.intercept(isOn ? (call) => verdictOn(call, faults) : undefined);
  });
}

function verdictOn({ operation, request }: TableCall, faults: Faults): TableVerdict {
  if (!OPERATIONS.has(operation)) return {};
  const about = { operation, request };
  const isSlow = faults.strikes("dbSlow");
  const waitMs = isSlow ? faults.randomMs("dbSlowMs") : 0;
  if (isSlow) faults.report({ kind: "dbSlow", ms: waitMs, ...about });

  const unprocessed = withheld(operation, request, faults);
  const kind = faults.firstOf(ANSWER_KINDS);
  if (!kind) {
    if (unprocessed) faults.report({ kind: "dbUnprocessed", ...about });
    return { waitMs, ...unprocessed };
  }
  faults.report({ kind, ...about });
  if (kind !== "dbThrottle") return { waitMs, error: INTERNAL, isDone: kind === "dbFailAfter" };
  return { waitMs, error: faults.either("which throttle") ? TABLE_THROTTLED : ACCOUNT_THROTTLED };
}

/**
 * Status, name and words as AWS answers:
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
const INTERNAL = {
  status: 500,
  type: "com.amazonaws.dynamodb.v20120810#InternalServerError",
  message: "Internal server error",
};
const TABLE_THROTTLED = {
  status: 400,
  type: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
  message:
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
};
const ACCOUNT_THROTTLED = {
  status: 400,
  type: "com.amazon.coral.availability#ThrottlingException",
  message: "Throughput exceeds the current throughput limit for your account.",
};

/** Where a batch names its parts, and where the answer names those that were left undone. */
const BATCHES: Readonly<Record<string, { readonly undone: string }>> = {
  BatchGetItem: { undone: "UnprocessedKeys" },
  BatchWriteItem: { undone: "UnprocessedItems" },
};

/** What a batch asks of one table: writes, or the keys to read. */
type Asked = readonly unknown[] | { readonly Keys: readonly unknown[] };

/** A batch without its second half, which is answered as unprocessed. */
function withheld(
  operation: string,
  request: unknown,
  faults: Faults,
): Pick<TableVerdict, "request" | "unprocessed"> | undefined {
  const batch = BATCHES[operation];
  if (!batch) return undefined;
  const { RequestItems = {} } = request as { RequestItems?: Record<string, Asked> };
  const parts = Object.entries(RequestItems).flatMap(([table, asked]) =>
    partsOf(asked).map((part) => ({ table, part })),
  );
  if (parts.length < 2 || !faults.strikes("dbUnprocessed")) return undefined;
  const half = Math.ceil(parts.length / 2);
  return {
    request: { ...(request as object), RequestItems: byTable(parts.slice(0, half), RequestItems) },
    unprocessed: { [batch.undone]: byTable(parts.slice(half), RequestItems) },
  };
}

function partsOf(asked: Asked): readonly unknown[] {
  return "Keys" in asked ? asked.Keys : asked;
}

/** The same request for these parts only. */
function byTable(
  parts: readonly { readonly table: string; readonly part: unknown }[],
  asked: Readonly<Record<string, Asked>>,
): Record<string, Asked> {
  const tables = new Set(parts.map(({ table }) => table));
  return Object.fromEntries(
    [...tables].map((table) => {
      const mine = parts.filter((one) => one.table === table).map(({ part }) => part);
      const whole = asked[table] as Asked;
      return [table, "Keys" in whole ? { ...whole, Keys: mine } : mine];
    }),
  );
}
