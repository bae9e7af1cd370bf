/**
 * The heartbeat: Engine.IO's ping to each connection every `pingInterval`, and an end to those that did not answer.
 *
 * A schedule calls it once a tick (a minute on AWS, which is as often as EventBridge calls). Each connection belongs to one
 * of `pingInterval / tick` slots by its id; each tick pings one slot and looks at one that was pinged before. Only an
 * Engine.IO ping resets a client's own timer, and it also keeps API Gateway from cutting an idle connection after 10 minutes
 * (`aws-facts.md` §4). A plain client is not pinged; it is asked for, so that a lost one is noticed. The first time, one that is
 * in no namespace is greeted again, for the environment that was at it may have died (`greeting.ts`).
 *
 * Price of a ping: a post, and for the pong a message, an invocation and one write. Of a plain client: a call that asks for
 * it, and the first time one read.
 */
import type { Backend } from "./backend.js";
import { ENV } from "./contract.js";
import { PostQueues } from "./delivery/post-queues.js";
import { sideBySide } from "./delivery/side-by-side.js";
import { AppError } from "./errors.js";
import { reportError } from "./log.js";
import { PING_FRAME } from "./protocol/engine-io.js";
import { postErrorHandler } from "./reap.js";
import type { ServerOptions } from "./socket-io-internals.js";
import { shardOf } from "./store/shard.js";
import type { Address, HeartbeatMember } from "./store/store.js";

export interface HeartbeatSettings {
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** How often the schedule calls, in milliseconds. */
  readonly tickMs: number;
}

const MINUTE_MS = 60_000;
const DEFAULT_INTERVAL_MS = 5 * MINUTE_MS;
const DEFAULT_TIMEOUT_MS = 20_000;

/** A minute below API Gateway's idle timeout. */
const LONGEST_INTERVAL_MS = 9 * MINUTE_MS;

/** @throws AppError for an interval that the schedule or API Gateway cannot keep. */
export function heartbeatSettings(options: ServerOptions, tickMs = scheduledTickMs()): HeartbeatSettings {
  const { pingInterval = DEFAULT_INTERVAL_MS, pingTimeout = DEFAULT_TIMEOUT_MS } = options;
  const canBeKept = pingInterval >= tickMs && pingInterval <= LONGEST_INTERVAL_MS;
  if (!canBeKept) {
    throw new AppError(
      `pingInterval is ${pingInterval} ms, and must be between ${tickMs} and ${LONGEST_INTERVAL_MS}: a schedule pings every ${tickMs} ms, on AWS once a minute, and API Gateway cuts a connection that is idle for 10 minutes. Leave it out for 5 minutes.`,
    );
  }
  return { pingInterval, pingTimeout, tickMs };
}

function scheduledTickMs(): number {
  return Number(process.env[ENV.tickMs] ?? MINUTE_MS);
}

/** The slot in which a connection is pinged. */
export function slotOf(connectionId: string, settings: HeartbeatSettings): number {
  // A hash of its own, so that the shards within a slot fill evenly too.
  return shardOf(`slot ${connectionId}`, slots(settings));
}

/** One tick. Repeating it pings twice, which clients take well. */
export async function beat(backend: Backend, settings: HeartbeatSettings, now = Date.now()): Promise<void> {
  const { pingInterval, pingTimeout, tickMs } = settings;
  const count = slots(settings);
  const tick = Math.floor(now / tickMs);
  // Only the last ping is known: who has not answered it when the next one is due has had time enough. Half a tick less,
  // for a schedule is not punctual.
  const answerMs = Math.min(pingTimeout, pingInterval - tickMs / 2);
  const ticksToAnswer = Math.min(Math.floor(answerMs / tickMs) + 1, count);
  for (let shard = 0; shard < backend.heartbeats.shards; shard++) {
    await endSilent(backend, (tick - ticksToAnswer + count) % count, shard, now - answerMs);
    await ping(backend, tick % count, shard, now, pingInterval);
  }
}

function slots({ pingInterval, tickMs }: HeartbeatSettings): number {
  return Math.max(1, Math.round(pingInterval / tickMs));
}

async function ping(
  backend: Backend,
  slot: number,
  shard: number,
  now: number,
  pingInterval: number,
): Promise<void> {
  const { delivery, heartbeats } = backend;
  const posts = new PostQueues(delivery, postErrorHandler(backend, undefined, "heartbeat"));
  let isEmpty = true;
  for await (const members of heartbeats.members(slot, shard)) {
    isEmpty = false;
    for (const member of members) {
      await posts.room();
      if (member.protocol === "engine.io") posts.post(member, [PING_FRAME]);
      else posts.check(member);
    }
    const newcomers = members.filter(
      ({ protocol, since }) => protocol === "plain" && since > now - pingInterval,
    );
    await sideBySide(newcomers, GREETINGS_AT_ONCE, (member) =>
      greetAgain(backend, member).catch((error: unknown) =>
        reportError("store", error, `greeting ${member.connectionId} again`),
      ),
    );
  }
  await posts.drain();
  if (!isEmpty) await heartbeats.pinged(slot, shard, now);
}

const GREETINGS_AT_ONCE = 16;

async function greetAgain(
  { connections, invokeSelf }: Backend,
  { connectionId, endpoint, protocol }: Address,
): Promise<void> {
  const stored = await connections.load(connectionId);
  if (stored?.sessions.size !== 0) return;
  await invokeSelf({ selfEvent: "open", address: { connectionId, endpoint, protocol }, engineId: "" });
}

/**
 * Closes the connections that were pinged and have not answered since. Two calls of a schedule may come close together, so
 * the clock and not the tick says whether they have had their time; if not, they are looked at in the next round.
 */
async function endSilent(backend: Backend, slot: number, shard: number, pingedBefore: number): Promise<void> {
  const pingedAt = await backend.heartbeats.pingedAt(slot, shard);
  if (pingedAt === undefined || pingedAt > pingedBefore) return;
  const isSilent = ({ protocol, since, pongAt = 0 }: HeartbeatMember) =>
    protocol === "engine.io" && since < pingedAt && pongAt < pingedAt;
  for await (const members of backend.heartbeats.members(slot, shard)) {
    for (const { connectionId } of members.filter(isSilent)) {
      await backend.invokeSelf({
        selfEvent: "gone",
        connectionId,
        reason: "ping timeout",
        noticedBy: "heartbeat",
      });
    }
  }
}
