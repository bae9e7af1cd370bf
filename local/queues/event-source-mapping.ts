import { setTimeout as delay } from "node:timers/promises";
import { ThrottledError } from "../errors.js";
import type { EventSourceModel } from "../template/resource-type.js";
import { failedIdsIn } from "./batch-item-failures.js";
import type { ReceivedMessage } from "./message.js";
import type { Queue } from "./queue.js";
import { sqsEvent } from "./sqs-event.js";

export interface EventSourceMappingOptions {
  readonly queue: Queue;
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  readonly onBatchFailed: (failure: BatchFailure) => void;
  /**
   * How many times sooner than on AWS, where they wait for the end of their visibility timeout, failed
   * messages come again. Only once their function has ended, so that none runs twice at once. @default 1
   */
  readonly redeliverySpeed?: number;
  /** In epoch milliseconds, the queue's. @default Date.now */
  readonly now?: () => number;
}

/** Messages that stay in the queue, because their function failed or said that it could not handle them. */
export interface BatchFailure {
  readonly functionName: string;
  readonly queueName: string;
  readonly failed: number;
  readonly batchSize: number;
  /** After so long they come again, or go to the dead letters. */
  readonly againInMs: number;
  /** What the function threw; undefined if it reported the failures itself. */
  readonly error: unknown;
}

/** The function's answer cannot be read: nobody knows which messages it has handled. */
export class BatchResponseError extends Error {
  override name = "BatchResponseError";

  constructor(functionName: string) {
    super(
      `${functionName} gave a malformed batch response, so all of its batch counts as failed. ` +
        "Return { batchItemFailures: [{ itemIdentifier: messageId }] }, or { batchItemFailures: [] }.",
    );
  }
}

/**
 * Batches at once, as many as the local Lambda has environments at most. On AWS a FIFO queue has as many as
 * it has groups with messages, and handlers that wait for each other's clients need that many here too.
 */
const MAX_CONCURRENCY = 50;

/** The pause after a throttled invocation, doubled each time up to the longest. */
const THROTTLED_MS = 100;
const LONGEST_THROTTLED_MS = 5000;

/**
 * Lambda's pollers of one queue: invoke the function with batches, several at once, never two of one
 * group of a FIFO queue (LAM/services-sqs-scaling, LAM/services-sqs-errorhandling, aws-facts §8).
 * Messages are deleted when the function has returned, but for those that it reports as failed where
 * the mapping has `ReportBatchItemFailures`; AWS deletes all others, also behind a failed one, so on a
 * FIFO queue the function must report what it has not tried. What failed stays in flight until its
 * visibility timeout is over, and so its group waits.
 *
 * A throttled batch is tried again until its visibility timeout is over, and no other is received
 * meanwhile: on AWS pollers become fewer then, too.
 *
 * Not imitated: batching windows, filters, fewer batches at once after errors, the limit of
 * 6 MB for an event.
 */
export class EventSourceMapping {
  readonly #model: EventSourceModel;
  readonly #options: EventSourceMappingOptions;
  readonly #stopListening: () => void;
  #running = 0;
  #throttled = 0;
  #poll: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(model: EventSourceModel, options: EventSourceMappingOptions) {
    this.#model = model;
    this.#options = options;
    this.#stopListening = options.queue.onAvailable(() => this.#pollSoon());
    this.#pollSoon();
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.#options.queue.size === 0;
  }

  /** Receives nothing more. Batches that run are finished. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    clearImmediate(this.#poll);
  }

  /**
   * In the next turn of the event loop, so that messages that come together make one batch,
   * as a poll over a network would.
   */
  #pollSoon(): void {
    if (this.#stopped) return;
    this.#poll ??= setImmediate(() => {
      this.#poll = undefined;
      this.#receive();
    });
  }

  #receive(): void {
    const { batchSize, maximumConcurrency = MAX_CONCURRENCY } = this.#model;
    while (!this.#stopped && this.#throttled === 0 && this.#running < maximumConcurrency) {
      const batch = this.#options.queue.receive(batchSize);
      if (batch.length === 0) return;
      this.#running += 1;
      void this.#process(batch).finally(() => {
        this.#running -= 1;
        this.#pollSoon();
      });
    }
  }

  async #process(batch: readonly ReceivedMessage[]): Promise<void> {
    const { functionName } = this.#model;
    try {
      const answer = await this.#invoke(batch);
      const failed = this.#failedIds(answer, batch);
      if (!failed) throw new BatchResponseError(functionName);
      for (const { messageId, receiptHandle } of batch) {
        if (!failed.has(messageId)) this.#options.queue.delete(receiptHandle);
      }
      const failures = batch.filter(({ messageId }) => failed.has(messageId));
      if (failures.length > 0) this.#leave(failures, batch.length, undefined);
    } catch (error) {
      this.#leave(batch, batch.length, error);
    }
  }

  /** Rejects with what the function threw, or with the last `ThrottledError`. */
  async #invoke(batch: readonly ReceivedMessage[]): Promise<unknown> {
    const { queue, invoke } = this.#options;
    const event = sqsEvent(queue.model, batch);
    for (let pauseMs = THROTTLED_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_THROTTLED_MS)) {
      try {
        return await invoke(this.#model.functionName, event);
      } catch (error) {
        if (!(error instanceof ThrottledError) || remainingMs(batch, this.#nowMs()) <= pauseMs) throw error;
      }
      this.#throttled += 1;
      await delay(pauseMs, undefined, { ref: false });
      this.#throttled -= 1;
    }
  }

  #failedIds(answer: unknown, batch: readonly ReceivedMessage[]): ReadonlySet<string> | undefined {
    if (!this.#model.reportsItemFailures) return new Set();
    return failedIdsIn(answer, new Set(batch.map(({ messageId }) => messageId)));
  }

  /** Leaves messages in the queue, for their visibility timeout. */
  #leave(failures: readonly ReceivedMessage[], batchSize: number, error: unknown): void {
    const { queue, redeliverySpeed = 1, onBatchFailed } = this.#options;
    const againInMs = Math.max(0, remainingMs(failures, this.#nowMs())) / redeliverySpeed;
    if (redeliverySpeed !== 1) {
      for (const { receiptHandle } of failures) queue.changeVisibility(receiptHandle, againInMs);
    }
    const { functionName } = this.#model;
    const { queueName } = queue.model;
    onBatchFailed({ functionName, queueName, failed: failures.length, batchSize, againInMs, error });
  }

  #nowMs(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Until the visibility timeout of a batch is over; it is the same for all of its messages. */
function remainingMs([first]: readonly ReceivedMessage[], nowMs: number): number {
  return first ? first.visibleAtMs - nowMs : 0;
}
