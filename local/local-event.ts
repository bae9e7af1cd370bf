import type { Finding } from "./check/finding.js";
import type { Fault } from "./faults/fault-options.js";
import type { GatewayEvent } from "./gateway/gateway.js";
import type { OutputStream } from "./lambda/environment.js";
import type { BatchFailure } from "./queues/event-source-mapping.js";
import type { DeadLetter } from "./queues/sqs.js";

/** What happens in a running local stack: all that the gateway tells, and what happens behind it. */
export type LocalEvent =
  | Exclude<GatewayEvent, { type: "message" | "connect" }>
  | { type: "connect"; connectionId: string; sourceIp: string; userAgent?: string | undefined }
  /** A client connected with HTTP long-polling. Its id is the one that the app's log has. */
  | {
      type: "polling";
      connectionId: string;
      path: string;
      sourceIp: string;
      userAgent?: string | undefined;
    }
  /** A polling client goes on by WebSocket: `connectionId` is its new connection, `from` what it was. */
  | { type: "upgrade"; connectionId: string; from: string }
  /** A polling client has gone. */
  | { type: "polling-end"; connectionId: string; reason: string }
  /** A request to the HTTP API was answered. `error` is why its function gave no answer that counts. */
  | { type: "http"; method: string; path: string; status: number; functionName: string; error?: unknown }
  /**
   * A client's message. `label` says in a word what it is: an event's name, an action, `ping`, …;
   * `routeKey` is absent if no route matched.
   */
  | { type: "message"; connectionId: string; routeKey?: string; bytes: number; label?: string | undefined }
  /** A line that a function wrote. */
  | { type: "output"; functionName: string; line: string; stream: OutputStream }
  /** An invocation that no client waits for failed. It is repeated `attemptsLeft` times at most. */
  | { type: "async-error"; functionName: string; error: unknown; attemptsLeft: number }
  /** Messages of a queue stay there, because their function failed. */
  | ({ type: "batch-failed" } & BatchFailure)
  /** A message or an event is given up and lies in a dead-letter queue. */
  | ({ type: "dead-letter" } & DeadLetter)
  /** Something in the template or on this machine that works otherwise than on AWS, or not. */
  | { type: "warning"; message: string }
  /** A fault that was asked for has struck. */
  | ({ type: "fault" } & Fault)
  /** What `check` found in the program: how many findings, and the first of them. */
  | { type: "check"; count: number; findings: readonly Finding[] }
  /** An event sends something else where memory is kept than in a fresh environment. */
  | { type: "compare"; event: string; message: string }
  | { type: "reloaded"; durationMs: number }
  /** The old code goes on. */
  | { type: "reload-failed"; error: unknown };

export type OnLocalEvent = (event: LocalEvent) => void;
