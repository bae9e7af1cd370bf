/**
 * Keeps the frames of a packet together on connections that get packets of several frames.
 *
 * The parser of a client that has got a header takes what comes next for an attachment, and closes the
 * connection where it is not. So nobody else may post meanwhile. Such a connection is marked when it is first
 * sent a packet of several frames, and who posts to it from then on takes its lease, whatever environment it
 * is in: one has it for such a packet, or any number for packets of one frame. All other connections cost
 * nothing (docs/decisions/one-order.md).
 *
 * A sender that has read the connection before it was marked does not know of it. So the first packet of
 * several frames waits for `SETTLE_MS`; and where an app is known to send such packets, a post by what was
 * read more than `FRESH_MS` ago looks for the mark.
 *
 * A lease ends by itself: the next one to take it after an environment that has died in the middle of a
 * packet closes the connection, for nobody knows what of the packet has arrived.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { poll } from "../async/poll.js";
import { ConnectionBusyError, GoneError } from "../errors.js";
import { reportError } from "../log/log.js";
import type { Lease, LeaseStore } from "../store/lease-store.js";
import type { Address } from "../store/store.js";
import type { Delivery, PacketQueue, PostOptions } from "./delivery.js";

/** Longer than what one who has it may take: the tries, and then a call without a byte (5 s). */
const LEASE_MS = 12_000;
const TRIES_MS = 6_000;

/** Longer than a lease, so that one who has died holds up nobody for good. */
const PATIENCE_MS = 15_000;

/** A volatile packet that cannot be sent now is not worth sending later. */
const VOLATILE_PATIENCE_MS = 100;

const SETTLE_MS = 500;
const FRESH_MS = 250;

/** So many connections an environment remembers for as long as events live that have read them before. */
const MAX_REMEMBERED = 10_000;

interface Held extends Lease {
  isMarked: boolean;
  /** No try begins later, in epoch milliseconds. */
  readonly triesUntil: number;
}

export function leasedDelivery(inner: Delivery, leases: LeaseStore): Delivery {
  return new LeasedDelivery(inner, leases);
}

class LeasedDelivery implements Delivery {
  /** Leases that are kept for the next packet of a queue. */
  readonly #kept = new WeakMap<PacketQueue, Held>();
  /** When a connection was last known not to be marked, in epoch milliseconds; infinite where it is. */
  readonly #looked = new Map<string, number>();
  #appSendsSeveral = false;

  constructor(
    private readonly inner: Delivery,
    private readonly leases: LeaseStore,
  ) {}

  async post(to: Address, frames: readonly string[], options: PostOptions = {}): Promise<void> {
    const isSeveral = frames.length > 1;
    if (!isSeveral && !(isOfPacket(frames) && (await this.#isLeased(to, options.asOf))))
      return this.inner.post(to, frames, options);
    this.#appSendsSeveral = true;
    if (isSeveral) this.#remember(to.connectionId, Number.POSITIVE_INFINITY);
    const held = await this.#take(to, isSeveral, options);
    if (!held) return; // a volatile packet
    try {
      if (isSeveral && !held.isMarked) await this.#mark(to.connectionId);
      held.isMarked ||= isSeveral;
      const until = Math.min(options.until ?? held.triesUntil, held.triesUntil);
      await this.inner.post(to, frames, { ...options, until });
    } finally {
      await this.#keepOrGiveBack(to, held, options.queue);
    }
  }

  check(address: Address): Promise<void> {
    return this.inner.check(address);
  }

  close(address: Address): Promise<void> {
    return this.inner.close(address);
  }

  async #isLeased({ connectionId, leased }: Address, asOf = Number.POSITIVE_INFINITY): Promise<boolean> {
    const looked = this.#looked.get(connectionId) ?? 0;
    if (leased || looked === Number.POSITIVE_INFINITY) return true;
    if (!this.#appSendsSeveral || Date.now() - Math.max(asOf, looked) < FRESH_MS) return false;
    const now = Date.now();
    const isLeased = await this.leases.isLeased(connectionId);
    this.#remember(connectionId, isLeased ? Number.POSITIVE_INFINITY : now);
    return isLeased;
  }

  #remember(connectionId: string, until: number): void {
    if (this.#looked.size >= MAX_REMEMBERED) this.#looked.clear();
    this.#looked.set(connectionId, until);
  }

  /** `undefined` where a volatile packet would have to wait for long. */
  async #take(
    to: Address,
    isSeveral: boolean,
    { queue, until = Number.POSITIVE_INFINITY, volatile = false }: PostOptions,
  ): Promise<Held | undefined> {
    const kept = queue && this.#kept.get(queue);
    if (kept && (kept.isSeveral || !isSeveral) && Date.now() < kept.triesUntil) return kept;
    const { connectionId } = to;
    const holder = kept?.holder ?? randomUUID();
    const withinMs = Math.min(volatile ? VOLATILE_PATIENCE_MS : PATIENCE_MS, until - Date.now());
    const own = { holder, isSeveral };
    const look = async () => {
      const takenAt = Date.now();
      const taken = await this.leases.take(connectionId, { ...own, until: takenAt + LEASE_MS });
      if (!taken) return undefined;
      // From now on nobody begins to post; those who have begun come first.
      const isOurTurn = !isSeveral || taken.cut || taken.othersUntil < Date.now();
      return isOurTurn ? { ...taken, triesUntil: takenAt + TRIES_MS } : undefined;
    };
    const taken = await poll(look, { withinMs, pauseMs: 10, longestPauseMs: 640 }).catch((cause: unknown) => {
      throw new ConnectionBusyError(connectionId, { cause });
    });
    if (!taken) {
      if (isSeveral) await this.#giveBack(connectionId, own);
      if (volatile) return undefined;
      throw new ConnectionBusyError(connectionId);
    }
    const { cut, isMarked, triesUntil } = taken;
    if (cut) {
      await this.inner.close(to);
      await this.#giveBack(connectionId, own);
      await this.#giveBack(connectionId, { holder: cut, isSeveral: true });
      throw new GoneError(connectionId);
    }
    return { ...own, isMarked, triesUntil };
  }

  async #mark(connectionId: string): Promise<void> {
    const isWhole = await this.leases.mark(connectionId);
    await delay(SETTLE_MS);
    // Joins were under way: their rows are there by now.
    if (!isWhole) await this.leases.mark(connectionId);
  }

  async #keepOrGiveBack(
    { connectionId }: Address,
    held: Held,
    queue: PacketQueue | undefined,
  ): Promise<void> {
    if (queue && queue.waiting > 0 && Date.now() < held.triesUntil) {
      this.#kept.set(queue, held);
      return;
    }
    if (queue) this.#kept.delete(queue);
    await this.#giveBack(connectionId, held, held.isMarked);
  }

  /** Where that fails, the lease ends by itself. */
  async #giveBack(connectionId: string, lease: Lease, isMarked = false): Promise<void> {
    const given = this.leases.giveBack(connectionId, lease, isMarked);
    await given.catch((error: unknown) => reportError("store", error, `a lease of ${connectionId}`));
  }
}

/** Engine.IO's own packets, such as a ping, may come between the frames of a packet. */
function isOfPacket([frame = ""]: readonly string[]): boolean {
  return frame[0] === "4" || frame[0] === "b";
}
