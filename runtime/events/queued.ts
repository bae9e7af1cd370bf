/**
 * Ordered mode: events that API Gateway has put into an SQS FIFO queue (`lib/event-queue.ts`). The queue
 * gives out a connection's events one after another, and keeps each until we say that it is done.
 *
 * At least once: an event whose environment dies comes again, and one that could not even begin (the table
 * did not answer) does too. What handlers throw is reported, and the event is done; so is one that fails for
 * what its client has sent: it would fail again, hold up its client for minutes each time, and ring the alarm
 * of the dead letters. AWS asks that a FIFO batch be given back from its first failure on
 * (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html); the queue's order holds within a
 * group, so we do that within each.
 */
import { setTimeout as delay } from "node:timers/promises";
import { QUEUE } from "../contract.js";
import { DynamoError, LostPartError, NoTimeLeftError } from "../errors.js";
import { reportError } from "../log/log.js";
import type { Runtime } from "../runtime.js";
import { onDisconnect } from "./disconnect.js";
import { giveUp } from "./give-up.js";
import type { QueuedDisconnect, QueuedMessage, QueueEvent, QueueRecord, QueueResult } from "./invocation.js";
import { onMessage } from "./message.js";

export function isQueueEvent(event: object): event is QueueEvent {
  return "Records" in event;
}

/**
 * Groups run side by side, the records of one group one after another. `leftMs` tells how long the invocation
 * may still take.
 */
export async function onQueued(
  runtime: Runtime,
  { Records }: QueueEvent,
  leftMs: () => number,
): Promise<QueueResult> {
  const groups = new Map<string, QueueRecord[]>();
  for (const record of Records) {
    const group = record.attributes.MessageGroupId;
    groups.set(group, [...(groups.get(group) ?? []), record]);
  }
  const undone = await Promise.all([...groups.values()].map((records) => runGroup(runtime, records, leftMs)));
  return { batchItemFailures: undone.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** With less than this, an event is not begun. */
const LEAST_MS = 100;

/** Returns the records that have to come again: the first that failed, and all behind it. */
async function runGroup(
  runtime: Runtime,
  records: readonly QueueRecord[],
  leftMs: () => number,
): Promise<readonly QueueRecord[]> {
  for (const [index, record] of records.entries()) {
    try {
      // A slow one must not use up the time of those behind it: each that comes again costs its client
      // minutes.
      const shareMs = leftMs() / (records.length - index);
      if (shareMs < LEAST_MS) throw new NoTimeLeftError(records.length - index);
      await runRecord(runtime, record, shareMs);
    } catch (error) {
      reportError("event", error, `the queued ${record.messageId} of ${record.attributes.MessageGroupId}`);
      return records.slice(index);
    }
  }
  return [];
}

/**
 * What is given back to the queue comes again after minutes (its visibility timeout), and the client's next
 * events wait for it. So what fails before any handler has run, as a table that throttles does, is tried
 * again here first.
 */
const PAUSES_MS = [200, 1_000];

async function runRecord(runtime: Runtime, record: QueueRecord, timeMs: number): Promise<void> {
  const run = taskOf(runtime, record);
  const startedMs = performance.now();
  for (let attempt = 0; ; attempt++) {
    const withinMs = timeMs - (performance.now() - startedMs);
    const pauseMs = PAUSES_MS[attempt];
    try {
      return await run(withinMs);
    } catch (error) {
      if (pauseMs === undefined || pauseMs > withinMs / 2) throw error;
      await delay(pauseMs);
    }
  }
}

/**
 * Throws where the record is no event of ours; after some receives the queue moves it to its dead letters.
 */
function taskOf(runtime: Runtime, { body, attributes }: QueueRecord): (withinMs: number) => Promise<void> {
  const event = JSON.parse(body) as QueuedMessage | QueuedDisconnect;
  if (!("body" in event)) return (withinMs) => onDisconnect(runtime, event, withinMs);
  const message = {
    requestContext: event.requestContext,
    body: Buffer.from(event.body, "base64").toString(),
    isInTurn: !attributes.MessageGroupId.endsWith(QUEUE.answersSuffix),
  };
  return (withinMs) =>
    onMessage(runtime, message, withinMs).catch(async (error: unknown) => {
      if (!comesOfTheMessage(error)) throw error;
      const { connectionId, messageId } = event.requestContext;
      reportError("event", error, `the message ${messageId} of ${connectionId}, which is given up`);
      await giveUp(runtime, connectionId);
    });
}

/**
 * What code makes of a message, or DynamoDB of its size, and not what a table or a network does just now: no
 * try ends better.
 */
function comesOfTheMessage(error: unknown): boolean {
  if (error instanceof DynamoError) return error.code === "ValidationException";
  return (
    error instanceof LostPartError ||
    error instanceof RangeError ||
    error instanceof TypeError ||
    error instanceof SyntaxError
  );
}
