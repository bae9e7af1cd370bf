/**
 * When a connection is pinged: its slot among those of a `pingInterval`, and the settings that say how many
 * there are.
 */
import { IDLE_TIMEOUT_MS } from "../aws-limits.js";
import { ENV } from "../contract.js";
import { warnOnce } from "../log/log.js";
import type { ServerOptions } from "../socket-io/internals.js";
import { shardOf } from "../store/shard.js";

export interface HeartbeatSettings {
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** How often the schedule calls, in milliseconds. */
  readonly tickMs: number;
}

const MINUTE_MS = 60_000;
const DEFAULT_INTERVAL_MS = 5 * MINUTE_MS;
const DEFAULT_TIMEOUT_MS = 20_000;

const LONGEST_INTERVAL_MS = IDLE_TIMEOUT_MS - MINUTE_MS;

/**
 * For an interval that the schedule or API Gateway cannot keep, the nearest one that they can. Says so once.
 */
export function heartbeatSettings(options: ServerOptions, tickMs = scheduledTickMs()): HeartbeatSettings {
  const { pingInterval: wanted = DEFAULT_INTERVAL_MS, pingTimeout = DEFAULT_TIMEOUT_MS } = options;
  const pingInterval = nearestInterval(Number(wanted), tickMs);
  if (pingInterval !== wanted) {
    warnOnce(
      `The option pingInterval is ${wanted} ms, and ${pingInterval} ms is used: a schedule pings every ${tickMs} ms at most (on AWS once a minute), and API Gateway cuts a connection that is idle for 10 minutes. Clients are told, and need no change.`,
    );
  }
  return { pingInterval, pingTimeout, tickMs };
}

function nearestInterval(wanted: number, tickMs: number): number {
  if (Number.isNaN(wanted)) return DEFAULT_INTERVAL_MS;
  return Math.min(Math.max(wanted, tickMs), Math.max(LONGEST_INTERVAL_MS, tickMs));
}

function scheduledTickMs(): number {
  return Number(process.env[ENV.tickMs] ?? MINUTE_MS);
}

/** The slot in which a connection is pinged. */
export function slotOf(connectionId: string, settings: HeartbeatSettings): number {
  // A hash of its own, so that the shards within a slot fill evenly too.
  return shardOf(`slot ${connectionId}`, slotCount(settings));
}

export function slotCount({ pingInterval, tickMs }: HeartbeatSettings): number {
  return Math.max(1, Math.round(pingInterval / tickMs));
}
