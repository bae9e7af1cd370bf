import {
  IDLE_TIMEOUT_MS,
  MAX_CONNECTION_MS,
  MAX_FRAME_BYTES,
  MAX_POST_BYTES,
} from "../../runtime/aws-limits.js";

/** Quotas of API Gateway WebSocket APIs (aws-facts §4); tests shrink them. */
export interface GatewayLimits {
  /** Largest frame a client may send, in bytes. @default 32 KB; more closes with 1009 */
  frameBytes: number;
  /** Largest message either way, in bytes. @default 128 KB; inbound more closes with 1009, a post gets 413 */
  messageBytes: number;
  /** Time without a data message in either direction. @default 10 minutes; then 1001 "Going away" */
  idleMs: number;
  /** Life of a connection. @default 2 hours; then 1001 "Going away" */
  durationMs: number;
  /** Longest handshake URL with its query, in characters. @default 4,096 */
  urlLength: number;
  /**
   * What may wait unsent for one slow client, in bytes, before posts to it get 429.
   * @default 1 MB (AWS publishes no figure)
   */
  sendBufferBytes: number;
}

export const DEFAULT_LIMITS: Readonly<GatewayLimits> = {
  frameBytes: MAX_FRAME_BYTES,
  messageBytes: MAX_POST_BYTES,
  idleMs: IDLE_TIMEOUT_MS,
  durationMs: MAX_CONNECTION_MS,
  urlLength: 4096,
  sendBufferBytes: 1024 * 1024,
};
