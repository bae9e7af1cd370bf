/**
 * Posts one chunk of a large broadcast. Runs in the `deliver` function, which does not load socket.io, so
 * that it starts quickly and many of them cost little.
 *
 * It goes on for as long as it gets on. Members that refused their post (nearly always since the account's
 * rate was exceeded) are tried again while others are reached, and what is left when the invocation's time is
 * over goes into an event of its own. Only an event that reaches nobody counts as an attempt; after
 * `MAX_ATTEMPTS` of them it fails, and Lambda puts it, with exactly those members, into the dead-letter
 * queue.
 *
 * Lambda may run an event twice: then the members of this one chunk get the packet twice.
 */

import { sideBySide } from "../async/side-by-side.js";
import { GoneError } from "../errors.js";
import { reportError } from "../log/log.js";
import { framesFor } from "../protocol/engine-io-3.js";
import type { Member } from "../store/store.js";
import { chunksOf, roomBeside } from "./chunks.js";
import type { DeliverEvent } from "./deliver-event.js";
import type { Delivery } from "./delivery.js";
import type { ManagementApiOptions } from "./management-api.js";
import { boundedRooms, type SelfEvent } from "./self-invocation.js";

/** Invokes a function asynchronously. */
export type Invoke = (functionName: string, event: object) => Promise<void>;

/**
 * Many environments post at once, and together they meet the account's limit: each begins low, and stays low.
 */
export const DELIVER_LIMITS = { concurrency: 16, maxConcurrency: 40 } satisfies ManagementApiOptions;

/** Members under way. More than are posted to at once, for some pause before their next try. */
const MEMBERS_AT_ONCE = 64;

const REAPS_AT_ONCE = 16;

const MAX_ATTEMPTS = 2;

/**
 * For the posts that are under way when the time is over (5 s without a byte at most), and for handing on the
 * rest.
 */
const FINISH_MS = 8_000;

/**
 * @param remainingMs how long the invocation may still run. Default: without a limit.
 * @throws AggregateError when nobody was reached, again; AwsCallError when the rest could not be handed on.
 */
export async function deliver(
  event: DeliverEvent,
  delivery: Delivery,
  invoke: Invoke,
  ownFunction: string,
  remainingMs: () => number = () => Number.POSITIVE_INFINITY,
): Promise<void> {
  const { members, volatile, attempt } = event;
  const until = Date.now() + remainingMs() - FINISH_MS;
  let left = members;
  let errors: readonly unknown[] = [];
  for (let getsOn = true; getsOn && left.length > 0 && Date.now() < until; ) {
    const round = await post(left, event, delivery, until);
    await reap(round.gone, event, invoke);
    getsOn = !volatile && round.missed.length < left.length;
    ({ missed: left, errors } = round);
  }
  if (left.length === 0) return;

  const missed = `${left.length} of ${members.length} members were not reached`;
  if (volatile)
    return reportError("delivery", errors[0] ?? "the time was over", `${missed} by a volatile packet`);
  const reachedNobody = left.length === members.length;
  if (reachedNobody && attempt >= MAX_ATTEMPTS) throw new AggregateError(errors, `${missed}.`);
  if (errors.length > 0) reportError("delivery", errors[0], `${missed}, and are tried again`);
  const rest: DeliverEvent = { ...event, members: [], attempt: reachedNobody ? attempt + 1 : 1 };
  // One event, but for members that were read here: those may be more than an event takes.
  for (const chunk of chunksOf(left, roomBeside(rest)))
    await invoke(ownFunction, { ...rest, members: chunk });
}

interface Round {
  readonly gone: readonly Member[];
  readonly missed: readonly Member[];
  /** Of those missed that were tried. */
  readonly errors: readonly unknown[];
}

/** Posts to each member, and begins no try after `until`. */
async function post(
  members: readonly Member[],
  { frames, volatile }: DeliverEvent,
  delivery: Delivery,
  until: number,
): Promise<Round> {
  const gone: Member[] = [];
  const missed: Member[] = [];
  const errors: unknown[] = [];
  const options = { volatile, until };
  await sideBySide(members, MEMBERS_AT_ONCE, async (member) => {
    if (Date.now() >= until) return void missed.push(member);
    try {
      await delivery.post(member, framesFor(member.protocol, frames), options);
    } catch (error) {
      if (error instanceof GoneError) return void gone.push(member);
      missed.push(member);
      errors.push(error);
    }
  });
  return { gone, missed, errors };
}

/**
 * A reaping that Lambda does not take is reported and left to the next broadcast: the others have got this
 * one.
 */
async function reap(gone: readonly Member[], event: DeliverEvent, invoke: Invoke): Promise<void> {
  const { namespace, offset, loggedAt, appFunction } = event;
  const rooms = boundedRooms(event.rooms);
  await sideBySide(gone, REAPS_AT_ONCE, async (member) => {
    const { connectionId } = member;
    const stale = { namespace, member, rooms, offset, loggedAt };
    const goneEvent: SelfEvent = { selfEvent: "gone", connectionId, stale };
    await invoke(appFunction, goneEvent).catch((failure: unknown) =>
      reportError("delivery", failure, `reaping ${connectionId}`),
    );
  });
}
