import { createHash, randomUUID } from "node:crypto";
import type { QueueModel } from "../template/resource-type.js";
import { checkMessage } from "./check-message.js";
import { Deduplication } from "./deduplication.js";
import type { Message, ReceivedMessage, SentMessage } from "./message.js";

export interface QueueOptions {
  /** In epoch milliseconds. */
  readonly now: () => number;
  /** Takes a message that was received as often as it may. It is not in this queue any more. */
  readonly onDeadLetter: (message: Message) => void;
}

/** What SQS answers to a sender. */
export interface SendReceipt {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

/** A message's entry in its group. */
interface Entry {
  message: Message;
  /** The receipt under which somebody has it now. */
  receiptHandle: string | undefined;
}

interface Receipt {
  readonly group: string;
  readonly entry: Entry;
  visibleAtMs: number;
}

const MAX_RECEIVED = 10;

/** AWS's first ones are about as large, and grow by 256. */
const FIRST_SEQUENCE_NUMBER = 18_850_000_000_000_000_000n;
const SEQUENCE_STEP = 256n;

/** Longer timers fire at once in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * An SQS queue, FIFO or standard (SQS/FIFO-queues-understanding-logic, aws-facts §5 and §8).
 *
 * FIFO: each group is received in the order of its messages. While one of them is in flight (received, not
 * deleted, its visibility timeout not over), the group gives nothing more; deleting or dead-lettering it
 * unblocks the group. A deduplication id is accepted once within five minutes, in its group or in the whole
 * queue. Standard: each message stands alone.
 *
 * A message that was received `maxReceiveCount` times and is due again goes to the dead-letter queue, at the
 * moment when somebody asks for messages, as on AWS. Each message counts for itself: those that stood in a
 * batch behind a failing one and came back with it have been received as often, and follow it.
 *
 * Not imitated: delays, retention (nothing expires), the limit of messages in flight, throttling, fair
 * queues, duplicates and disorder of standard queues, deletes by a receipt whose visibility timeout is over.
 */
export class Queue {
  readonly #options: QueueOptions;
  #model: QueueModel;
  /** By group, in order. The groups take turns: the one that was received from goes to the end. */
  readonly #groups = new Map<string, Entry[]>();
  /** By receipt handle. */
  readonly #inFlight = new Map<string, Receipt>();
  readonly #deduplication = new Deduplication<SendReceipt>();
  readonly #listeners = new Set<() => void>();
  #lastSequenceNumber = FIRST_SEQUENCE_NUMBER;
  #timer: NodeJS.Timeout | undefined;

  constructor(model: QueueModel, options: QueueOptions) {
    this.#model = model;
    this.#options = options;
  }

  get model(): QueueModel {
    return this.#model;
  }

  /** How many messages it holds, in flight or not. */
  get size(): number {
    return [...this.#groups.values()].reduce((size, entries) => size + entries.length, 0);
  }

  /**
   * Takes over another visibility timeout, redrive policy, … for what is received from now
   * on. The messages stay.
   */
  configure(model: QueueModel): void {
    this.#model = model;
  }

  /** @throws SqsError for a message that SQS refuses */
  send(message: SentMessage): SendReceipt {
    checkMessage(message, this.#model);
    const nowMs = this.#options.now();
    const key = this.#deduplicationKey(message);
    const known = key === undefined ? undefined : this.#deduplication.find(key, nowMs);
    if (known) return known;
    const receipt = this.#append({ ...message, messageId: randomUUID() });
    if (key !== undefined) this.#deduplication.remember(key, receipt, nowMs);
    return receipt;
  }

  /**
   * Takes a message that another queue could not get rid of: it keeps its id and its group,
   * and counts from zero.
   */
  takeDeadLetter(message: Message): void {
    this.#append(message);
  }

  /**
   * Receives up to `max` messages, 10 at most: as many as possible of one group, then of the next, each group
   * in order. They are in flight until they are deleted or their visibility timeout is over.
   */
  receive(max = MAX_RECEIVED): ReceivedMessage[] {
    this.#expire();
    const nowMs = this.#options.now();
    const visibleAtMs = nowMs + this.#model.visibilityTimeoutMs;
    const limit = Math.min(max, MAX_RECEIVED);
    const received: ReceivedMessage[] = [];
    for (const group of [...this.#groups.keys()]) {
      if (received.length >= limit) break;
      const entries = this.#groups.get(group) ?? [];
      if (entries[0]?.receiptHandle !== undefined) continue;
      this.#bury(entries);
      this.#groups.delete(group);
      if (entries.length > 0) this.#groups.set(group, entries);
      for (const entry of entries.slice(0, limit - received.length)) {
        const receiptHandle = randomUUID();
        entry.receiptHandle = receiptHandle;
        const receiveCount = entry.message.receiveCount + 1;
        const firstReceivedMs = entry.message.firstReceivedMs ?? nowMs;
        entry.message = { ...entry.message, receiveCount, firstReceivedMs };
        this.#inFlight.set(receiptHandle, { group, entry, visibleAtMs });
        received.push({ ...entry.message, firstReceivedMs, receiptHandle, visibleAtMs });
      }
    }
    this.#watch();
    return received;
  }

  /** Deletes a received message. False, and nothing happens, where its visibility timeout is over. */
  delete(receiptHandle: string): boolean {
    this.#expire();
    const receipt = this.#inFlight.get(receiptHandle);
    if (!receipt) return false;
    this.#inFlight.delete(receiptHandle);
    const { group, entry } = receipt;
    const entries = this.#groups.get(group) ?? [];
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length === 0) this.#groups.delete(group);
    else if (entries[0]?.receiptHandle === undefined) this.#notify();
    return true;
  }

  /**
   * Lets a received message be visible again after so many milliseconds from now. Messages
   * of one group that were received together should get the same time: a group gives
   * nothing while its first message is in flight.
   */
  changeVisibility(receiptHandle: string, timeoutMs: number): void {
    const receipt = this.#inFlight.get(receiptHandle);
    if (receipt) receipt.visibleAtMs = this.#options.now() + timeoutMs;
    this.#watch();
  }

  /** Calls back whenever there may be something to receive. Gives the function that ends it. */
  onAvailable(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Looks at the clock and calls back for what has become visible. Only a test that moves the clock needs it.
   */
  wake(): void {
    if (this.#expire()) this.#notify();
    this.#watch();
  }

  /** Ends its timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #append(message: SentMessage & { readonly messageId: string }): SendReceipt {
    const { messageId } = message;
    const { isFifo } = this.#model;
    if (isFifo) this.#lastSequenceNumber += SEQUENCE_STEP;
    const sequence = isFifo ? { sequenceNumber: String(this.#lastSequenceNumber) } : {};
    const fresh = { sentMs: this.#options.now(), receiveCount: 0, firstReceivedMs: undefined };
    const group = isFifo ? (message.groupId ?? "") : messageId;
    const entries = this.#groups.get(group) ?? [];
    entries.push({ message: { ...message, ...fresh, ...sequence }, receiptHandle: undefined });
    this.#groups.set(group, entries);
    if (entries[0]?.receiptHandle === undefined) this.#notify();
    return { messageId, ...sequence };
  }

  /**
   * Moves what was received too often to the dead-letter queue; `entries` are those of a
   * group with nothing in flight.
   */
  #bury(entries: Entry[]): void {
    const { redrive } = this.#model;
    if (!redrive) return;
    const isSpent = ({ message }: Entry) => message.receiveCount >= redrive.maxReceiveCount;
    const spent = entries.filter(isSpent);
    if (spent.length === 0) return;
    entries.splice(0, entries.length, ...entries.filter((entry) => !isSpent(entry)));
    for (const { message } of spent) this.#options.onDeadLetter(message);
  }

  #deduplicationKey({ body, groupId, deduplicationId }: SentMessage): string | undefined {
    const { isFifo, deduplicationScope } = this.#model;
    if (!isFifo) return undefined;
    const id = deduplicationId ?? createHash("sha256").update(body).digest("hex");
    return deduplicationScope === "messageGroup" ? JSON.stringify([groupId, id]) : id;
  }

  /** Makes visible what is in flight for too long. True if there was any. */
  #expire(): boolean {
    const nowMs = this.#options.now();
    let hasExpired = false;
    for (const [receiptHandle, { entry, visibleAtMs }] of this.#inFlight) {
      if (visibleAtMs > nowMs) continue;
      this.#inFlight.delete(receiptHandle);
      entry.receiptHandle = undefined;
      hasExpired = true;
    }
    return hasExpired;
  }

  /** Wakes by itself when the next visibility timeout is over. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#inFlight.size === 0) return;
    const nextMs = Math.min(...[...this.#inFlight.values()].map(({ visibleAtMs }) => visibleAtMs));
    const dueMs = Math.min(Math.max(nextMs - this.#options.now(), 1), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.wake(), dueMs).unref();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
