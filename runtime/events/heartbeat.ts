/**
 * The heartbeat: Engine.IO's ping to each connection every `pingInterval`, and an end to those that did not
 * answer.
 *
 * A schedule calls it once a tick (a minute on AWS, which is as often as EventBridge calls). Each connection
 * belongs to one of `pingInterval / tick` slots by its id; each tick pings one slot and looks at one that was
 * pinged before. Only an Engine.IO ping resets a client's own timer, and it also keeps API Gateway from
 * cutting an idle connection after 10 minutes (`aws-facts.md` §4). A plain client is not pinged; it is asked
 * for, so that a lost one is noticed. Newcomers are looked at (`newcomers.ts`).
 *
 * Price of a ping: a post, and for the pong a message, an invocation and one write. Of a plain client: a call
 * that asks for it.
 */
import type { Backend } from "../backend.js";
import { type HeartbeatSettings, slotCount } from "../connection/heartbeat-slots.js";
import { lookAfterNewcomers } from "../connection/newcomers.js";
import { postErrorHandler } from "../connection/reap.js";
import { PostQueues } from "../delivery/post-queues.js";
import { PING_FRAME } from "../protocol/engine-io.js";
import type { HeartbeatMember } from "../store/heartbeat-store.js";

/**
 * One tick. Repeating it pings twice, which clients take well. `connectTimeout` is the server's, in
 * milliseconds.
 */
export async function beat(
  backend: Backend,
  settings: HeartbeatSettings,
  connectTimeout: number,
  now = Date.now(),
): Promise<void> {
  const { pingInterval, pingTimeout, tickMs } = settings;
  const count = slotCount(settings);
  const tick = Math.floor(now / tickMs);
  // Only the last ping is known: who has not answered it when the next one is due has had time enough. Half a
  // tick less, for a schedule is not punctual.
  const answerMs = Math.min(pingTimeout, pingInterval - tickMs / 2);
  const ticksToAnswer = Math.min(Math.floor(answerMs / tickMs) + 1, count);
  for (let shard = 0; shard < backend.heartbeats.shards; shard++) {
    await endSilent(backend, (tick - ticksToAnswer + count) % count, shard, now - answerMs);
    await ping(backend, tick % count, shard, now, connectTimeout);
  }
}

async function ping(
  backend: Backend,
  slot: number,
  shard: number,
  now: number,
  connectTimeout: number,
): Promise<void> {
  const { delivery, heartbeats } = backend;
  const posts = new PostQueues(delivery, postErrorHandler(backend, undefined, "heartbeat"));
  let isEmpty = true;
  for await (const { members, pingedAt } of heartbeats.members(slot, shard)) {
    isEmpty &&= members.length === 0;
    for (const member of members) {
      await posts.room();
      if (member.protocol === "engine.io") posts.post(member, [PING_FRAME]);
      else posts.check(member);
    }
    await lookAfterNewcomers(backend, members, { now, before: pingedAt, connectTimeout });
  }
  await posts.drain();
  if (!isEmpty) await heartbeats.pinged(slot, shard, now);
}

/**
 * Closes the connections that were pinged and have not answered since. Two calls of a schedule may come close
 * together, so the clock and not the tick says whether they have had their time; if not, they are looked at
 * in the next round.
 */
async function endSilent(backend: Backend, slot: number, shard: number, pingedBefore: number): Promise<void> {
  for await (const { members, pingedAt } of backend.heartbeats.members(slot, shard)) {
    if (pingedAt === undefined || pingedAt > pingedBefore) return;
    const isSilent = ({ protocol, since, pongAt = 0 }: HeartbeatMember) =>
      protocol === "engine.io" && since < pingedAt && pongAt < pingedAt;
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
