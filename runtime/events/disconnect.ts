/**
 * The connection is closed: `$disconnect` says so, at best once, or a 410 does, or the heartbeat. Whoever claims the item
 * runs the handlers, so `disconnect` happens once whoever comes first and however often. An environment that dies in the
 * middle leaves the claim behind: 45 s later or more the heartbeat comes by, and the handlers run again.
 *
 * Cost: 1 write that also reads the item, for each namespace the deletes of its rooms, 1 delete of the item and 1 of its
 * heartbeat.
 */
import { setTimeout as delay } from "node:timers/promises";
import { runEvent } from "../event-run.js";
import type { ClientDisconnect } from "../gateway-event.js";
import { slotOf } from "../heartbeat.js";
import { onMissed } from "../missed-packets.js";
import type { Runtime } from "../runtime.js";
import type { SelfEvent, StaleMember } from "../self-invocation.js";
import type { Claim } from "../store/store.js";
import { leaveLateRows } from "../stray-rows.js";

/** Close code of a client that called `close()` (RFC 6455 §7.4.1: no status was given). */
const CLOSED_BY_CLIENT = 1005;

/**
 * `socket.disconnect()` in a client sends a DISCONNECT packet and closes right behind it: two events that run at the same
 * time. The packet knows the better reason ("client namespace disconnect"), so it gets this head start.
 */
const HEAD_START_MS = 100;

export async function onDisconnect(
  runtime: Runtime,
  event: ClientDisconnect,
  deadlineMs: number,
): Promise<void> {
  const { connectionId, disconnectStatusCode, disconnectReason } = event.requestContext;
  if (disconnectStatusCode === CLOSED_BY_CLIENT) await delay(HEAD_START_MS);
  const description = { code: disconnectStatusCode, reason: disconnectReason };
  await disconnect(runtime, connectionId, deadlineMs, { reason: "transport close", description });
}

type GoneEvent = Extract<SelfEvent, { selfEvent: "gone" }>;

export async function onGone(
  runtime: Runtime,
  { connectionId, stale, reason, noticedBy }: GoneEvent,
  deadlineMs: number,
): Promise<void> {
  const { backend, heartbeat } = runtime;
  // The queue may still hold messages that the client sent before it left; its `$disconnect` comes behind them. Where that is
  // lost, the heartbeat comes by.
  const isLeftToQueue = runtime.order === "ordered" && noticedBy === undefined;
  if (isLeftToQueue && (await runtime.isStored(connectionId))) return onMissedBy(runtime, stale);
  const claim = await disconnect(runtime, connectionId, deadlineMs, {
    reason: reason ?? "transport close",
    // A silent client, or one that was declared gone by mistake (aws-sdk-js#3773), would go on as if it were connected.
    close: true,
  });
  await onMissedBy(runtime, stale);
  if (claim !== "missing") return;
  // What led here is left over from a connection that somebody else has forgotten.
  await backend.heartbeats.leave(slotOf(connectionId, heartbeat), connectionId);
  if (!stale) return;
  await backend.rooms.leave(stale.namespace, stale.member, stale.rooms, { everyone: true });
}

async function onMissedBy(runtime: Runtime, stale: StaleMember | undefined): Promise<void> {
  if (stale) await onMissed(runtime, stale);
}

interface End {
  readonly reason: string;
  readonly description?: unknown;
  /** Also tell the gateway, which may not know. Default: false. */
  readonly close?: boolean;
}

async function disconnect(
  runtime: Runtime,
  connectionId: string,
  deadlineMs: number,
  { reason, description, close = false }: End,
): Promise<Claim["kind"]> {
  const claim = await runtime.backend.connections.claim(connectionId);
  if (claim.kind === "leftover") await leaveLateRows(runtime, claim.stored);
  if (claim.kind !== "ours") return claim.kind;
  const { stored } = claim;
  if (close) await runtime.backend.delivery.close(stored);
  const connection = runtime.hold(stored);
  connection.isRemoved = true;
  await runEvent(connection, deadlineMs, () => connection.disconnected(reason, description));
  return "ours";
}
