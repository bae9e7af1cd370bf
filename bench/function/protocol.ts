/** What the section `function` and its processes tell each other. */
import type { LatencyShape } from "../mock/latency.js";
import type { StoredRoom } from "./stored-room.js";

export type MockTask = StoredRoom;

export type ToMock =
  | { readonly type: "answer after"; readonly latency: Latency | undefined }
  | { readonly type: "take held" };

export interface Latency {
  readonly table: LatencyShape;
  readonly post: LatencyShape;
}

/** How long the mock has held a request. */
export interface Held {
  /** DynamoDB's operation, or `post`; `mark` stands behind each event. */
  readonly kind: string;
  readonly ms: number;
}

export type FromMock =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "ready" }
  /** In the order in which they were answered. */
  | { readonly type: "held"; readonly held: readonly Held[] };

export interface RunTask {
  /** The compiled function, as a URL. */
  readonly bundle: string;
  /** Variables of the function. */
  readonly env: Readonly<Record<string, string>>;
  /** The event, as JSON; each `#` of its body becomes the event's number. */
  readonly event: string;
  readonly warmUps: number;
  readonly events: number;
  /** What is asked behind each event, in no one's time. */
  readonly markUrl?: string;
}

export interface RunResult {
  /** From before the import to the end of the first event. */
  readonly coldMs: number;
  readonly cpuMsAnEvent: number;
  /** Of each event behind the warm-ups. */
  readonly billedMs: readonly number[];
}
