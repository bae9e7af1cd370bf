/**
 * How much one client can make its connection's item grow. DynamoDB refuses items of more than 400 KB, and
 * bills each read and write by the item's size: without limits, a client decides over both.
 *
 * The types are read by `lib/` too, so this file imports nothing heavy.
 */
import { MAX_DYNAMO_ITEM_BYTES, MAX_FRAME_BYTES } from "./aws-limits.js";
import { AppError } from "./errors.js";

/** `docs/options.md` has them with their prices. */
export interface Limits {
  /** Rooms that one socket may be in, besides that of its id. @default 500 */
  readonly rooms: number;
  /** UTF-8 bytes of a room's name. @default 1,024 */
  readonly roomNameBytes: number;
  /** Namespaces that one connection may be in. @default 100 */
  readonly namespaces: number;
  /** UTF-8 bytes of a namespace's name. @default 512 */
  readonly namespaceNameBytes: number;
  /** Bytes of a client's `auth`, as JSON. @default 32,768, which is one frame */
  readonly authBytes: number;
  /**
   * Bytes of `socket.data` and the properties of one socket, with their names; and as many again of what
   * stands on the request and the connection. @default 262,144
   */
  readonly dataBytes: number;
  /** Bytes of the headers and the query of a handshake, as JSON. @default 32,768 */
  readonly handshakeBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  rooms: 500,
  roomNameBytes: 1_024,
  namespaces: 100,
  namespaceNameBytes: 512,
  authBytes: MAX_FRAME_BYTES,
  dataBytes: 262_144,
  handshakeBytes: 32_768,
};

/** Of the 400 KB: the rest is for what ends a connection, and for events that run at the same time. */
export const MAX_ITEM_BYTES = MAX_DYNAMO_ITEM_BYTES - 50 * 1024;

/** Why a limit cannot be what it is given as; `undefined` where it can. */
export function limitProblem(limits: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) return `there is no limit ${JSON.stringify(name)}.`;
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) > 0)) {
      return `limits.${name} is ${JSON.stringify(value)}, and has to be a whole number above 0.`;
    }
  }
  return undefined;
}

/** @throws AppError for a limit that does not exist, or is no whole number above 0. */
export function resolveLimits(limits: Partial<Limits>): Limits {
  const problem = limitProblem({ ...limits });
  if (problem) throw new AppError(`The option limits: ${problem}`);
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
}
