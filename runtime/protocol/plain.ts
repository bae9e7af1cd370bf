/**
 * Plain WebSocket clients (`wscat`): one JSON object a message, in both directions. Documented for users in
 * `docs/plain-clients.md`.
 *
 * | in | out |
 * |---|---|
 * | `{"action":"say","data":["room1","hi"],"id":7,"nsp":"/admin"}` | `{"event":"said","data":["hi"],"nsp":"/admin","id":5}` |
 * | `{"ack":5,"data":["ok"]}` | `{"ack":7,"data":["ok"]}` |
 * | `{"action":"connect","nsp":"/admin","data":{"token":"…"}}` | `{"event":"connect","data":[{"sid":"…"}],"nsp":"/admin"}` |
 * | `{"action":"disconnect","nsp":"/admin"}` | `{"event":"disconnect","data":[],"nsp":"/admin"}` |
 * | anything else | `{"error":{"message":"…","code":"…"},"id":7}` |
 *
 * `nsp` is left out where it is `/`, `id` where no ack is asked for. Binary goes out as `{"base64":"…"}`.
 */
import type { Packet } from "socket.io-parser";
import { isBinary, toBase64 } from "./base64.js";
import type { Incoming, Protocol } from "./incoming.js";
import type { PacketCodec } from "./packet-codec.js";
import { PacketType } from "./packet-type.js";

export type PlainErrorCode =
  | "not_json"
  | "no_action"
  | "bad_namespace"
  | "bad_id"
  | "reserved_event"
  | "bad_data"
  | "not_connected"
  | "already_connected"
  | "connect_error";

export const plain: Protocol = {
  name: "plain",

  decode(frame, codec) {
    const message = parseObject(frame);
    if (!message) return reject("not_json", 'Send one JSON object, such as {"action":"say","data":["hi"]}.');
    const { action, ack, id, nsp = "/" } = message;
    if (typeof nsp !== "string" || !nsp.startsWith("/") || nsp.includes(",")) {
      return reject("bad_namespace", '"nsp" is a string that starts with "/" and has no comma.', id);
    }
    if (ack !== undefined) {
      if (!isAckId(ack)) return reject("bad_id", '"ack" repeats the "id" of the event that it answers.', id);
      return packet(codec, { type: PacketType.ACK, nsp, id: ack, data: toArguments(message.data) });
    }
    if (typeof action !== "string")
      return reject("no_action", '"action" is missing: it names the event.', id);
    if (id !== undefined && !isAckId(id)) return reject("bad_id", '"id" is a whole number from 0 up.');
    if (action === "connect") return connect(codec, nsp, message.data, id);
    if (action === "disconnect") return packet(codec, { type: PacketType.DISCONNECT, nsp });
    if (RESERVED_EVENTS.has(action))
      return reject("reserved_event", `"${action}" is no name for an event.`, id);
    const data = [action, ...toArguments(message.data)];
    return packet(codec, { type: PacketType.EVENT, nsp, data, ...(id !== undefined && { id }) });
  },

  encoder(codec) {
    const decode = codec.decoder();
    let hasBinary = !codec.isDefaultParser;
    return (part) => {
      hasBinary ||= typeof part !== "string";
      const whole = decode(part);
      return whole ? [JSON.stringify(toMessage(whole, hasBinary ? readable : (data) => data))] : [];
    };
  },
};

/** An error as a plain client sees it; `id` is that of the message it answers. */
export function plainError(code: PlainErrorCode, message: string, id?: unknown): string {
  return JSON.stringify({ error: { message, code }, ...(id !== undefined && { id }) });
}

/** The answer to an event in a namespace that its client has not joined. */
export function notConnected(namespace: string, id?: unknown): string {
  const how = `Send {"action":"connect","nsp":${JSON.stringify(namespace)}} first.`;
  return plainError("not_connected", `You are not connected to "${namespace}". ${how}`, id);
}

/**
 * What the parser refuses as an event (socket.io-parser 4.2, `RESERVED_EVENTS`), but `connect` and
 * `disconnect`.
 */
const RESERVED_EVENTS = new Set(["connect_error", "disconnecting", "newListener", "removeListener"]);

function reject(code: PlainErrorCode, message: string, id?: unknown): Incoming {
  return { kind: "rejected", answer: plainError(code, message, id) };
}

function connect(codec: PacketCodec, nsp: string, auth: unknown, id: unknown): Incoming {
  if (auth !== undefined && !isObject(auth)) {
    return reject(
      "bad_data",
      '"data" of "connect" is an object: what a Socket.IO client gives as "auth".',
      id,
    );
  }
  const incoming = packet(codec, { type: PacketType.CONNECT, nsp, data: auth ?? {} });
  // The packet has no room for an id, but the answer to a mistake repeats it.
  return { ...incoming, header: { ...incoming.header, id: id as number | undefined } };
}

function packet(codec: PacketCodec, whole: Packet): Extract<Incoming, { kind: "packet" }> {
  const header = { type: whole.type, namespace: whole.nsp, id: whole.id, attachments: 0 };
  return { kind: "packet", header, parts: codec.encode(whole) };
}

/**
 * Only what has binary is walked through: what is nested deep, and went out to Socket.IO clients, can be
 * written here, too.
 */
function toMessage({ type, nsp, id, data }: Packet, readable: (value: unknown) => unknown): object {
  const where = nsp === "/" ? {} : { nsp };
  switch (type) {
    case PacketType.CONNECT:
      return { event: "connect", data: [{ sid: data?.sid }], ...where };
    case PacketType.CONNECT_ERROR:
      return { error: { message: data?.message, code: "connect_error", ...dataOf(data) }, ...where };
    case PacketType.DISCONNECT:
      return { event: "disconnect", data: [], ...where };
    case PacketType.ACK:
    case PacketType.BINARY_ACK:
      return { ack: id, data: readable(data), ...where };
    default:
      return { event: data[0], data: readable(data.slice(1)), ...where, ...(id !== undefined && { id }) };
  }
}

function dataOf(error: { data?: unknown } | undefined): { data?: unknown } {
  return error?.data === undefined ? {} : { data: error.data };
}

/** Replaces binary, at any depth, by its base64. */
function readable(value: unknown): unknown {
  if (isBinary(value)) return { base64: toBase64(value) };
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]));
}

function parseObject(frame: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // said to the client, by the caller
  }
}

function toArguments(data: unknown): unknown[] {
  if (data === undefined) return [];
  return Array.isArray(data) ? data : [data];
}

function isAckId(id: unknown): id is number {
  return Number.isSafeInteger(id) && (id as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}
