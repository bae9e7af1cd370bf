/**
 * Connections that are in no namespace yet. The heartbeat comes to each slot once a `pingInterval`, and its
 * rows say since when each connection is there and when the slot was visited before. So it knows without a
 * read which ones it has not seen yet:
 *
 * - at its first visit, a client without a session that the server connects (`greeting.ts`) is greeted again,
 *   because the environment that greeted it may have died;
 * - at the first visit when a connection is older than `connectTimeout`, it has to have a session, as
 *   upstream asks once after the same time (socket.io 4.8 `client.ts`). One that never had any is closed; one
 *   that the server connects gets a last greeting before. One that was in a namespace and has left it may
 *   stay, as upstream.
 *
 * Cost: 1 read for each connection in its life, of one that the server connects 2 where the first visit comes
 * before `connectTimeout`; no write. For each that is closed 1 call to API Gateway, and its `$disconnect`.
 * (docs/decisions/connect-timeout.md)
 */

import { sideBySide } from "../async/side-by-side.js";
import type { Backend } from "../backend.js";
import { reportError } from "../log/log.js";
import type { HeartbeatMember } from "../store/heartbeat-store.js";
import type { StoredConnection } from "../store/store.js";
import type { Connection } from "./connection.js";

export interface Visit {
  /** All times are in epoch milliseconds. */
  readonly now: number;
  /** When the slot was visited before. */
  readonly before: number | undefined;
  /** In milliseconds. */
  readonly connectTimeout: number;
}

/** Each look is a read, and mostly nothing more. */
const LOOKS_AT_ONCE = 16;

/** What fails is reported, and the others are looked at all the same. */
export async function lookAfterNewcomers(
  backend: Backend,
  members: readonly HeartbeatMember[],
  { now, before = Number.NEGATIVE_INFINITY, connectTimeout }: Visit,
): Promise<void> {
  const isNew = ({ protocol, since }: HeartbeatMember) => protocol !== "engine.io" && since > before;
  const isDue = ({ since }: HeartbeatMember) =>
    since + connectTimeout <= now && since + connectTimeout > before;
  const newcomers = members.filter((member) => isNew(member) || isDue(member));
  await sideBySide(newcomers, LOOKS_AT_ONCE, (member) =>
    lookAfter(backend, member, isDue(member)).catch((error: unknown) =>
      reportError("store", error, `looking after ${member.connectionId}`),
    ),
  );
}

async function lookAfter(
  { connections, delivery, invokeSelf }: Backend,
  { connectionId, endpoint, protocol }: HeartbeatMember,
  isDue: boolean,
): Promise<void> {
  const stored = await connections.load(connectionId);
  if (!stored || !isWithoutSession(stored)) return;
  const address = { connectionId, endpoint, protocol };
  if (protocol === "engine.io") return delivery.close(address); // its `$disconnect` removes what is stored
  await invokeSelf({ selfEvent: "open", address, engineId: "", ...(isDue && { isLast: true }) });
}

/** It is in no namespace, and never was in one. */
export function isWithoutSession({ sessions, left }: StoredConnection): boolean {
  return sessions.size === 0 && !left?.size;
}

/** It has been without a session for longer than `connectTimeout`, and the heartbeat has not come yet. */
export function hasOverstayed({ runtime, stored, sessions }: Connection, now = Date.now()): boolean {
  return (
    sessions.size === 0 && isWithoutSession(stored) && now - stored.connectedAt >= runtime.connectTimeoutMs
  );
}
