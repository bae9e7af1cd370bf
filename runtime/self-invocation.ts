/**
 * Work that must not run in the event that causes it: what concerns other connections, and the open packet where no work can
 * run after a response. The app function invokes itself, asynchronously.
 *
 * Lambda runs such an event at least once, twice now and then (docs.aws.amazon.com/lambda/latest/dg/
 * invocation-async-error-handling.html), so each kind is safe to repeat.
 */
import { invokeFunction } from "./delivery/invoke-function.js";
import { requireVariable } from "./delivery/signed-request.js";
import type { Address, Member } from "./store/store.js";

export type SelfEvent =
  /** `$connect` has let a client in, and cannot say hello itself. */
  | { readonly selfEvent: "open"; readonly address: Address; readonly engineId: string }
  /** A post was answered with 410 though nobody reported a disconnect. */
  | {
      readonly selfEvent: "gone";
      readonly connectionId: string;
      readonly stale?: StaleMember;
      /** Who asks each connection now and then. In ordered mode, all others leave the end of a connection to its queue. */
      readonly noticedBy?: "heartbeat";
      /** What `disconnect` handlers are told. Default: "transport close". */
      readonly reason?: "ping timeout";
    }
  /** A schedule says that it is time to ping. */
  | { readonly selfEvent: "heartbeat" }
  /** `io.disconnectSockets()` met a socket of another connection. */
  | {
      readonly selfEvent: "disconnect";
      readonly connectionId: string;
      readonly namespace: string;
      readonly sid: string;
      readonly close: boolean;
    };

/** The row that led to a connection that is gone: removed even where nothing else is left of it. */
export interface StaleMember {
  readonly namespace: string;
  readonly member: Member;
  readonly rooms: readonly string[];
  /** The packet that met the closed connection, where its client may recover. */
  readonly offset?: string | undefined;
  /** When it stood there for certain, in epoch milliseconds. */
  readonly loggedAt?: number | undefined;
}

export type InvokeSelf = (event: SelfEvent) => Promise<void>;

/** @throws AwsCallError when Lambda did not take the event. */
export const invokeSelf: InvokeSelf = (event) =>
  invokeFunction(requireVariable("AWS_LAMBDA_FUNCTION_NAME"), event);

export function isSelfEvent(event: object): event is SelfEvent {
  return "selfEvent" in event;
}
