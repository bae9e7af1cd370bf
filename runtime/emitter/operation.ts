/**
 * What an emitter asks of the app function, and what that answers. Both are JSON, and may be of different
 * versions of this package: a field may come, and none may change its meaning.
 */

import { toBase64 } from "../protocol/base64.js";
import type { EncodedPart } from "../protocol/encoded-part.js";

/** Which sockets: those of a union of rooms, or of the whole namespace where there are none. */
export interface Target {
  readonly namespace: string;
  readonly rooms: readonly string[];
  readonly except: readonly string[];
}

export type Operation = Target &
  (
    | {
        readonly do: "emit";
        /** Of the encoded packet. */
        readonly parts: readonly WirePart[];
        /** Whose encoder it was: that of Socket.IO, or one that the emitter was given. */
        readonly parser: "default" | "own";
        readonly volatile: boolean;
      }
    | { readonly do: "join" | "leave"; readonly changed: readonly string[] }
    | { readonly do: "disconnect"; readonly close: boolean }
    | { readonly do: "fetch" }
  );

/** The app does one operation behind the other. */
export interface EmitterEvent {
  readonly emitterEvent: 1;
  readonly operations: readonly Operation[];
}

export interface EmitterAnswer {
  /** One for each operation. */
  readonly outcomes: readonly Outcome[];
}

export interface Outcome {
  /** Why it was not done, or not wholly. */
  readonly error?: { readonly name: string; readonly message: string };
  /** It was done, and may not be what was meant. */
  readonly warning?: string;
  /** Of "fetch": an array of `RemoteSocketDetails`, by `v8.serialize`, in base64: their data has any type. */
  readonly sockets?: string;
}

export type WirePart = string | { readonly base64: string };

export function toWire(part: EncodedPart): WirePart {
  return typeof part === "string" ? part : { base64: toBase64(part) };
}

export function fromWire(part: WirePart): EncodedPart {
  return typeof part === "string" ? part : Buffer.from(part.base64, "base64");
}

export function isEmitterEvent(event: object): event is EmitterEvent {
  return "emitterEvent" in event;
}
