/**
 * Acks that the server waits for. The client's answer is an event of its own and runs elsewhere; there it is put into the
 * table, and whoever waits looks for it. Nothing is written for the wait itself.
 *
 * Price: one consistent read (1 read unit) a look. Looks come after 10, 20, 40, 80, 160, 320 ms and then every 500 ms:
 * an answer after 100 ms takes 4, a wait of 10 s about 25, $0.000003.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "./connection.js";
import { reportError } from "./log.js";
import { currentScope } from "./scope.js";
import type { Session } from "./session.js";
import { type EncodedPart, internalsOf } from "./socket-io-internals.js";

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/**
 * For a callback without a timeout nobody says how long it matters. A handler that awaits the ack is waited for until the
 * event's deadline anyway; one that returned is not worth more than this.
 */
const CALLBACK_WAIT_MS = 10_000;

export interface AckWait {
  readonly namespace: string;
  readonly id: number;
  /** Takes each answer once. */
  onAnswer(sid: string, parts: readonly EncodedPart[]): void;
  isOver(): boolean;
  /** When the caller gives up, in epoch milliseconds: one look comes just before. */
  readonly until?: number | undefined;
}

export class AckWaits {
  constructor(private readonly connection: Connection) {}

  /**
   * Whether the client's answer can arrive while this event runs. In ordered mode it overtakes the messages that wait for
   * their turn, but the queue knows it by its first characters (`lib/queue-template.ts`). That of an Engine.IO client with
   * another parser looks like any message, and so would wait behind the handler that waits for it.
   */
  get canBeAnswered(): boolean {
    const { isInTurn, runtime, stored } = this.connection;
    return !isInTurn || runtime.codec.isDefaultParser || stored.protocol === "plain";
  }

  /** The client of this connection owes an ack; socket.io has the callback, and forgets it when its timeout has passed. */
  expectOwn(session: Session, id: number, timeoutMs?: number): void {
    const { socket, namespace } = session;
    if (!socket) return;
    const { acks } = internalsOf(socket);
    this.expect({
      namespace,
      id,
      until: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
      isOver: () => !acks.has(id) || !socket.connected,
      onAnswer: (_sid, parts) => this.connection.receive(parts),
    });
  }

  expect(wait: AckWait): void {
    const looked = this.#look(wait).catch((error: unknown) =>
      reportError("store", error, "waiting for an ack"),
    );
    const scope = currentScope();
    scope?.work.track(`an ack from ${wait.namespace}`, Promise.race([looked, patience(wait)]));
  }

  async #look(wait: AckWait): Promise<void> {
    const { acks } = this.connection.backend;
    const answered = new Set<string>();
    await this.connection.outbox.drain(); // nobody answers what is not sent yet
    for (let pauseMs = FIRST_PAUSE_MS; !wait.isOver() && !this.connection.isReleased; ) {
      await delay(pauseBefore(wait, pauseMs));
      if (wait.isOver()) return;
      for (const { sid, parts } of await acks.list(wait.namespace, wait.id)) {
        if (answered.has(sid)) continue;
        answered.add(sid);
        wait.onAnswer(sid, parts);
      }
      await new Promise(setImmediate); // socket.io calls the callback in the next tick
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
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
