import { setTimeout as delay } from "node:timers/promises";
import { checkLocalPackages } from "../packages.js";
import type { TableModel } from "../template/resource-type.js";
import { LOCAL_REGION } from "../template/template.js";
import { openDatabase } from "./database-thread.js";

export interface Tables {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  /**
   * Creates the tables that do not exist yet, and resolves when they can be used. Existing
   * ones keep their items, and their keys.
   */
  create(tables: Iterable<TableModel>): Promise<void>;
  /** Asks `judge` what becomes of each call from now on, or nobody any more. It must not throw. */
  intercept(judge: TableJudge | undefined): void;
  /** Ends the database; what it held is gone. */
  close(): Promise<void>;
}

export interface TableCall {
  /** Such as `UpdateItem`. */
  readonly operation: string;
  /** The call's body, parsed. */
  readonly request: unknown;
}

/** What becomes of a call. Empty: what it asks for. */
export interface TableVerdict {
  /** Milliseconds before anything is done about it. */
  readonly waitMs?: number;
  /** Goes to DynamoDB in the place of the call's own body. */
  readonly request?: unknown;
  /** Stands in the answer besides: `UnprocessedItems` or `UnprocessedKeys`. */
  readonly unprocessed?: object;
  /** The answer that the caller gets; with `isDone`, once the call has done its work. */
  readonly error?: { readonly status: number; readonly type: string; readonly message: string };
  readonly isDone?: boolean;
}

export type TableJudge = (call: TableCall) => TableVerdict;

type FromThread =
  | { readonly type: "call"; readonly id: number; readonly operation: string; readonly body: string }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "closed" };

/** DynamoDB refused a call. */
export class TablesError extends Error {
  override name = "TablesError";
}

/**
 * Starts an embedded DynamoDB (dynalite: no transactions, no streams, no time to live) in memory on a free
 * loopback port. `onError` hears of defects in dynalite that no caller was told, be it because of another
 * database of this process.
 *
 * @throws MissingPackageError where dynalite is not installed.
 */
export async function startTables(onError: (message: string) => void): Promise<Tables> {
  checkLocalPackages();
  const { port, link, close } = await openDatabase();
  let judge: TableJudge | undefined;
  link.on("message", (message: FromThread) => {
    if (message.type === "failed") onError(message.message);
    if (message.type === "call") {
      const { id, operation, body } = message;
      const verdict = judge?.({ operation, request: JSON.parse(body) }) ?? {};
      link.postMessage({ type: "verdict", id, verdict });
    }
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const existing = new Set<string>();
  return {
    endpoint,
    async create(tables) {
      const missing = [...tables].filter(({ TableName }) => !existing.has(TableName));
      await Promise.all(missing.map((table) => createTable(endpoint, table)));
      for (const { TableName } of missing) existing.add(TableName);
    },
    intercept(next) {
      judge = next;
      link.postMessage({ type: "judged", isJudged: judge !== undefined });
    },
    close,
  };
}

async function createTable(endpoint: string, table: TableModel): Promise<void> {
  await call(endpoint, "CreateTable", { ...table, BillingMode: "PAY_PER_REQUEST" });
  for (;;) {
    const { Table } = await call(endpoint, "DescribeTable", { TableName: table.TableName });
    if (Table?.TableStatus === "ACTIVE") return;
    await delay(1);
  }
}

/** One DynamoDB call. The database wants a signature but does not check it. */
async function call(
  endpoint: string,
  operation: "CreateTable" | "DescribeTable",
  parameters: object,
): Promise<{ Table?: { TableStatus: string } }> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
      "x-amz-date": "20260101T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${LOCAL_REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=local`,
    },
    body: JSON.stringify(parameters),
  });
  const text = await response.text();
  if (!response.ok) throw new TablesError(`${operation} was refused with ${response.status}: ${text}`);
  return JSON.parse(text);
}
