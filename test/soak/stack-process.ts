/**
 * The local stack in a process of its own, so that its memory is not that of the clients and the journal.
 * Started by `stack.ts`; ends when its parent does.
 */
import { fileURLToPath } from "node:url";
import type { Fault, FaultOptions } from "../../local/faults/fault-options.js";
import type { LocalEvent } from "../../local/local-event.js";
import { startLocal } from "../../local/start.js";
import { pollingConnectionId } from "../../runtime/store/polling-store.js";
import { type AnyEntry, type FaultEntry, idsIn } from "./entry.js";
import type { Order } from "./options.js";
import { listen } from "./side-channel.js";
import { TICK_MS } from "./tempo.js";

export interface StackArgument {
  readonly journal: string;
  readonly order: Order;
  readonly environments: number;
  /** What rains; nothing where there is none. */
  readonly faults: FaultOptions | undefined;
}

export type ToStack =
  | { readonly type: "drop"; readonly connectionId: string }
  | { readonly type: "faults"; readonly faults: Partial<FaultOptions> }
  | { readonly type: "close" };

export type FromStack =
  | { readonly type: "ready"; readonly url: string; readonly dynamodbEndpoint: string }
  | { readonly type: "entry"; readonly entry: AnyEntry }
  | { readonly type: "memory"; readonly rssBytes: number }
  | { readonly type: "output"; readonly line: string };

const MEMORY_EVERY_MS = 1_000;

const { journal, order, environments, faults } = JSON.parse(process.argv[2] ?? "{}") as StackArgument;
const send = (message: FromStack) => void process.send?.(message);

const channel = listen(journal, (entry) => send({ type: "entry", entry }));
const local = await startLocal({
  app: fileURLToPath(new URL("app.ts", import.meta.url)),
  order,
  environments,
  minuteMs: TICK_MS,
  ...(faults && { faults }),
  log: report,
});
const memory = setInterval(
  () => send({ type: "memory", rssBytes: process.memoryUsage.rss() }),
  MEMORY_EVERY_MS,
);

process.on("message", (message: ToStack) => {
  if (message.type === "drop") drop(message.connectionId);
  if (message.type === "faults") local.faults.set(message.faults);
  if (message.type === "close") void close();
});
process.on("disconnect", () => void close());
send({ type: "ready", url: local.url, dynamodbEndpoint: local.dynamodbEndpoint });

function drop(connectionId: string): void {
  // It may have ended by itself in this very moment.
  if (local.gateway.connectionIds().includes(connectionId)) local.gateway.drop(connectionId);
}

async function close(): Promise<void> {
  clearInterval(memory);
  channel.close();
  await local.close();
  process.exit();
}

function report(event: LocalEvent): void {
  if (event.type === "error" && isTimeout(event.error)) {
    send({ type: "entry", entry: { ...TIMEOUT, connectionId: event.connectionId } });
  }
  if (event.type === "fault") send({ type: "entry", entry: faultEntry(event) });
  if (event.type === "output") {
    send({ type: "output", line: event.line });
    if (CALL_TIMED_OUT.test(event.line)) send({ type: "entry", entry: TIMEOUT });
  }
  if (event.type === "async-error") {
    send({
      type: "output",
      line: `[async] ${event.functionName}, ${event.attemptsLeft} left: ${event.error}`,
    });
  }
}

/** Not one of ours: the machine was too slow for Lambda's deadlines. Whose event it was, nobody says. */
const TIMEOUT: FaultEntry = {
  type: "fault",
  kind: "timeout",
  connectionId: undefined,
  operation: undefined,
  ids: [],
};

/** What the runtime logs where the table did not answer: no fault of ours makes a call so slow. */
const CALL_TIMED_OUT = /^\[\w+\].*\bTimeoutError\b/;

function isTimeout(error: unknown): boolean {
  return /timed out/.test(String(error));
}

function faultEntry({ kind, connectionId, event, frame, operation, request }: Fault): AnyEntry {
  const ids = idsIn(`${JSON.stringify(event)} ${queuedText(event)} ${frame}`);
  const key = (request as { readonly Key?: { readonly connectionId?: { readonly S?: string } } } | undefined)
    ?.Key;
  const about = connectionId ?? pollingId(event) ?? key?.connectionId?.S;
  return { type: "fault", kind, connectionId: about, operation, ids };
}

/** Of a request by long-polling, or of what the function sends itself about one. */
function pollingId(event: unknown): string | undefined {
  const { rawQueryString = "", sid = new URLSearchParams(rawQueryString).get("sid") } = (event ?? {}) as {
    readonly rawQueryString?: string;
    readonly sid?: string;
  };
  return sid === null ? undefined : pollingConnectionId(sid);
}

/** In ordered mode the queue's records have the clients' frames, as base64 (`lib/queue-template.ts`). */
function queuedText(event: unknown): string {
  const { Records: records = [] } = (event ?? {}) as {
    readonly Records?: readonly { readonly body: string }[];
  };
  return records
    .map((record) => (JSON.parse(record.body) as { readonly body?: string }).body ?? "")
    .map((body) => Buffer.from(body, "base64").toString())
    .join(" ");
}
