/** What the section `function` and its processes tell each other. */
import type { LatencyShape } from "../mock/latency.js";

export interface MockTask {
  /** What each `GetItem` answers, as DynamoDB sends it. */
  readonly item: object;
}

export type ToMock =
  | { readonly type: "answer after"; readonly latency: Latency | undefined }
  | { readonly type: "take waits" };

export interface Latency {
  readonly table: LatencyShape;
  readonly post: LatencyShape;
}

export type FromMock =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "ready" }
  /** Milliseconds for which each request was held, in order. */
  | { readonly type: "waits"; readonly ms: readonly number[] };

export interface RunTask {
  /** The compiled function, as a URL. */
  readonly bundle: string;
  /** Variables of the function. */
  readonly env: Readonly<Record<string, string>>;
  /** The event, as JSON; each `#` of its body becomes the event's number. */
  readonly event: string;
  readonly warmUps: number;
  readonly events: number;
}

export interface RunResult {
  /** From before the import to the end of the first event. */
  readonly coldMs: number;
  readonly cpuMsAnEvent: number;
  /** Of each event behind the warm-ups. */
  readonly billedMs: readonly number[];
}
