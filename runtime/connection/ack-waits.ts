/**
 * Acks that the server waits for. The client's answer is an event of its own and runs elsewhere; there it is
 * put into the table, and the event that waits looks for it. Nothing is written for the wait itself.
 *
 * Anybody may send an answer with any number, so nothing that is found counts by its number alone: it has to
 * come from a socket that was asked, and each of those answers once.
 *
 * Price: one consistent read (1 read unit) a look. Looks come after 10, 20, 40, 80, 160, 320 ms and then
 * every 500 ms: an answer after 100 ms takes 4, a wait of 10 s about 25, $0.000003.
 */
import { setTimeout as delay } from "node:timers/promises";
import { OrderedAckError, WaitLimitError } from "../errors.js";
import { reportError } from "../log/log.js";
import { shownNamespace } from "../log/printable.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { internalsOf } from "../socket-io/internals.js";
import { pollingSid } from "../store/polling-store.js";
import { waitsOf } from "../user-code/event-waits.js";
import type { Connection } from "./connection.js";
import { currentScope, runInScope } from "./scope.js";
import type { Sender } from "./sender.js";
import type { Session } from "./session.js";

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/**
 * For a callback without a timeout nobody says how long it matters. A handler that awaits the ack is waited
 * for until the event's deadline anyway; one that returned is not worth more than this.
 */
const CALLBACK_WAIT_MS = 10_000;

/** The sockets that a packet asks for an answer. */
export class Asked {
  readonly #all = new Set<string>();
  readonly #missing = new Set<string>();

  constructor(...sids: string[]) {
    for (const sid of sids) this.add(sid);
  }

  get count(): number {
    return this.#all.size;
  }

  /** Those that have not answered yet. */
  get missing(): ReadonlySet<string> {
    return this.#missing;
  }

  /** Asking twice does nothing, for a broadcast to several rooms may meet a socket again. */
  add(sid: string): void {
    if (this.#all.has(sid)) return;
    this.#all.add(sid);
    this.#missing.add(sid);
  }

  /** False where the socket was not asked, or has answered before. */
  answers(sid: string): boolean {
    return this.#missing.delete(sid);
  }
}

export interface AckWait {
  readonly namespace: string;
  readonly id: number;
  /** Grows while a broadcast is on its way. */
  readonly asked: Asked;
  /** Takes the answer of each that was asked, once. */
  onAnswer(parts: readonly EncodedPart[]): void;
  isOver(): boolean;
  /** When the caller gives up, in epoch milliseconds: one look comes just before. */
  readonly until?: number | undefined;
}

/**
 * Whether the client's answer can arrive while this event runs. In ordered mode it overtakes the messages
 * that wait for their turn, but the queue knows it by its first characters (`lib/queue-template.ts`). That of
 * an Engine.IO client with another parser looks like any message, and so would wait behind the handler that
 * waits for it. And a client that polls posts nothing before its last post is answered.
 */
function canBeAnswered({ isInTurn, runtime, stored }: Connection): boolean {
  if (!isInTurn) return true;
  if (pollingSid(stored.connectionId) !== undefined) return false;
  return runtime.codec.isDefaultParser || stored.protocol === "plain";
}

/** Why the client of this connection is not asked for an ack now, before anything is sent. */
export function askRefusal(connection: Connection): Error | undefined {
  return canBeAnswered(connection) ? waitRefusal(connection) : new OrderedAckError();
}

/** Why no client is: this event may not wait. */
export function waitRefusal({ runtime }: Sender): Error | undefined {
  const scope = currentScope();
  if (!scope || !waitsOf(scope).isRefused) return undefined;
  return new WaitLimitError(runtime.maxWaitingEvents);
}

/**
 * A socket of this event owes an ack; socket.io has the callback, and forgets it when its timeout has passed.
 */
export function expectAnswer(session: Session, id: number, timeoutMs?: number): void {
  const { connection, socket, namespace, sid } = session;
  if (!socket) return;
  const { acks } = internalsOf(socket);
  expectAnswers(connection, {
    namespace,
    id,
    asked: new Asked(sid),
    until: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
    isOver: () => !acks.has(id) || !socket.connected,
    onAnswer: (parts) => connection.receive(parts),
  });
}

export function expectAnswers(sender: Sender, wait: AckWait): void {
  // The callback belongs to the event, in whatever context it was given.
  const scope = currentScope() ?? sender.event?.live;
  const looked = runInScope(scope, () => lookForAnswers(sender, wait)).catch((error: unknown) =>
    reportError("store", error, "waiting for an ack"),
  );
  const ended = scope ? waitsOf(scope).until(Promise.race([looked, patience(wait)])) : looked;
  // A handler that awaits the ack would keep the event.
  const done = ended.then((outcome) => outcome === "too many" && scope?.work.abandon());
  sender.track(`an ack from ${shownNamespace(wait.namespace)}`, done);
}

async function lookForAnswers(sender: Sender, wait: AckWait): Promise<void> {
  const { acks } = sender.backend;
  const { namespace, id, asked } = wait;
  await sender.outbox.drain(); // nobody answers what is not sent yet
  for (let pauseMs = FIRST_PAUSE_MS; !wait.isOver() && !sender.isReleased; ) {
    await delay(pauseBefore(wait, pauseMs));
    if (wait.isOver()) return;
    for (const { sid, parts } of await acks.find(namespace, id, asked.missing, asked.count)) {
      if (asked.answers(sid)) wait.onAnswer(parts);
    }
    await new Promise(setImmediate); // socket.io calls the callback in the next tick
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** A look takes some milliseconds, so the last one starts early enough to count. */
const LAST_LOOK_MS = 30;

function pauseBefore({ until }: AckWait, pauseMs: number): number {
  if (until === undefined) return pauseMs;
  const leftMs = until - Date.now() - LAST_LOOK_MS;
  return leftMs > 0 ? Math.min(pauseMs, leftMs) : pauseMs;
}

function patience({ until }: AckWait): Promise<void> {
  return delay(until === undefined ? CALLBACK_WAIT_MS : until - Date.now(), undefined, { ref: false });
}
