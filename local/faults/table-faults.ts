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

/** Status, name and words as AWS answers: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
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

/** A batch without its second half, which is answered as unprocessed. */
function withheld(
  operation: string,
  request: unknown,
  faults: Faults,
): Pick<TableVerdict, "request" | "unprocessed"> | undefined {
  if (operation !== "BatchWriteItem") return undefined;
  const { RequestItems = {} } = request as { RequestItems?: Record<string, unknown[]> };
  const writes = Object.entries(RequestItems).flatMap(([table, items]) =>
    items.map((item) => ({ table, item })),
  );
  if (writes.length < 2 || !faults.strikes("dbUnprocessed")) return undefined;
  const half = Math.ceil(writes.length / 2);
  return {
    request: { ...(request as object), RequestItems: byTable(writes.slice(0, half)) },
    unprocessed: byTable(writes.slice(half)),
  };
}

function byTable(writes: readonly { readonly table: string; readonly item: unknown }[]) {
  const items: Record<string, unknown[]> = {};
  for (const { table, item } of writes) items[table] = [...(items[table] ?? []), item];
  return items;
}
