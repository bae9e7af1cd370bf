/**
 * Work that must not run in the event that causes it: what concerns other connections, and the open packet
 * where no work can run after a response. The app function invokes itself, asynchronously.
 *
 * Lambda runs such an event at least once, twice now and then (docs.aws.amazon.com/lambda/latest/dg/
 * invocation-async-error-handling.html), so each kind is safe to repeat.
 */

import { ENV } from "../contract.js";
import { requireVariable } from "../http/signed-request.js";
import type { Address, Member } from "../store/store.js";
import type { Chunk } from "./deliver-event.js";
import { invokeFunction } from "./invoke-function.js";

export type SelfEvent =
  /** `$connect` has let a client in, and cannot say hello itself. */
  | {
      readonly selfEvent: "open";
      readonly address: Address;
      readonly engineId: string;
      /**
       * A plain client that is in no namespace after this greeting is closed: its `connectTimeout` is over.
       */
      readonly isLast?: boolean;
    }
  /** A post was answered with 410 though nobody reported a disconnect. */
  | {
      readonly selfEvent: "gone";
      readonly connectionId: string;
      readonly stale?: StaleMember;
      /**
       * The heartbeat asks each connection now and then. In ordered mode, everything else leaves the end of a
       * connection to its queue.
       */
      readonly noticedBy?: "heartbeat";
      /** What `disconnect` handlers are told. Default: "transport close". */
      readonly reason?: "ping timeout";
    }
  /** A client that polls has not upgraded in time. */
  | { readonly selfEvent: "polling"; readonly sid: string }
  /** A chunk of a broadcast, of members to whom one posts with a lease. */
  | { readonly selfEvent: "deliver"; readonly chunk: Chunk }
  /**
   * A schedule says that it is time to ping, and to run the app's tasks; `at`: only these, as if it were
   * then, in epoch milliseconds. The test kit says so.
   */
  | { readonly selfEvent: "heartbeat"; readonly at?: number }
  /** `io.disconnectSockets()` met a socket of another connection. */
  | {
      /**
       * "disconnect": of a version before this one, whose events may be under way while this one is deployed.
       */
      readonly selfEvent: "disconnect-socket" | "disconnect";
      readonly connectionId: string;
      readonly namespace: string;
      readonly sid: string;
      readonly close: boolean;
    };

/** The row that led to a connection that is gone: removed even where nothing else is left of it. */
export interface StaleMember {
  readonly namespace: string;
  readonly member: Member;
  /** Of the packet that led there; `boundedRooms` of them. */
  readonly rooms: readonly string[];
  /** The packet that met the closed connection, where its client may recover. */
  readonly offset?: string | undefined;
  /** When it stood there for certain, in epoch milliseconds. */
  readonly loggedAt?: number | undefined;
}

export type InvokeSelf = (event: SelfEvent) => Promise<void>;

/** @throws AwsCallError when Lambda did not take the event. */
export const invokeSelf: InvokeSelf = (event) => invokeFunction(ownName(), event);

/**
 * The function's name, with its alias: only by that do its events reach the environments
 * that are provisioned.
 */
export function ownName(): string {
  return requireVariable("AWS_LAMBDA_FUNCTION_NAME") + (process.env[ENV.alias] ?? "");
}

export function isSelfEvent(event: object): event is SelfEvent {
  return "selfEvent" in event;
}

/**
 * As many rooms as an event should carry: a packet may go to thousands, with long names, and Lambda refuses
 * an event of more than 1 MB. A row in one of the others goes when the next packet to that room meets the
 * closed connection.
 */
export function boundedRooms(rooms: readonly string[]): readonly string[] {
  let bytes = 0;
  return rooms.filter((room) => {
    bytes += Buffer.byteLength(JSON.stringify(room));
    return bytes <= MAX_ROOMS_BYTES;
  });
}

const MAX_ROOMS_BYTES = 64 * 1024;
