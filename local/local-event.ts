import type { GatewayEvent } from "./gateway/gateway.js";
import type { OutputStream } from "./lambda/environment.js";

/** What happens in a running local stack: all that the gateway tells, and what happens behind it. */
export type LocalEvent =
  | Exclude<GatewayEvent, { type: "message" }>
  /**
   * A client's message. `label` says in a word what it is: an event's name, an action, `ping`, …; `routeKey` is absent
   * if no route matched.
   */
  | { type: "message"; connectionId: string; routeKey?: string; bytes: number; label?: string | undefined }
  /** A line that a function wrote. */
  | { type: "output"; functionName: string; line: string; stream: OutputStream }
  /** An invocation that no client waits for failed. It is repeated `attemptsLeft` times at most. */
  | { type: "async-error"; functionName: string; error: unknown; attemptsLeft: number }
  /** Something in the template or on this machine that works otherwise than on AWS, or not. */
  | { type: "warning"; message: string }
  | { type: "reloaded"; durationMs: number }
  /** The old code goes on. */
  | { type: "reload-failed"; error: unknown };

export type OnLocalEvent = (event: LocalEvent) => void;
