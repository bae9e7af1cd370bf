/** What the benchmark says to the mock of AWS, and what it answers, as messages between processes. */
import type { LatencyShape } from "./latency.js";

export interface MockTask {
  /** A certificate for `localhost` and its key. Undefined: no TLS. */
  readonly pem?: string;
}

export interface MockSettings {
  /** Of a post. Undefined: at once, for raw speed. */
  readonly latency: LatencyShape | undefined;
  /** Of the account. Undefined: without limit. */
  readonly postsPerSecond: number | undefined;
  /** Of the one room. */
  readonly members: number;
}

export interface MockStats {
  readonly posted: number;
  readonly throttled: number;
  /** Connections that got at least one frame. */
  readonly reached: number;
  readonly broadcasts: readonly BroadcastStats[];
}

/** Of the frames that have the same first argument. */
export interface BroadcastStats {
  readonly name: string;
  readonly posted: number;
  /** When the first and the last of its posts was answered with 200, in epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export type ToMock =
  | { readonly type: "configure"; readonly settings: MockSettings }
  /** Gives the counters and sets them to 0. */
  | { readonly type: "takeStats" };

export type FromMock =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "configured" }
  | { readonly type: "stats"; readonly stats: MockStats };
