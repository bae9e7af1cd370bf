/**
 * The first characters of an encoded packet, enough to know which namespace to rehydrate without parsing its
 * payload: `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`
 * (github.com/socketio/socket.io-protocol#packet-encoding).
 */
import type { PacketType } from "./packet-type.js";

export interface PacketHeader {
  readonly type: PacketType;
  readonly namespace: string;
  readonly id: number | undefined;
  /** Binary attachments that follow, each a message of its own. */
  readonly attachments: number;
}

/** `undefined` when it is no packet. The parser has the last word: it also checks the payload. */
export function readHeader(text: string): PacketHeader | undefined {
  // `Number("")` is 0, so upstream's parser takes an empty packet for a CONNECT.
  const match = /^([0-6]|$)(?:(\d+)-)?(\/[^,]*)?,?(\d+)?/.exec(text);
  if (!match) return undefined;
  const [, type, attachments, namespace, id] = match;
  return {
    type: Number(type) as PacketType,
    namespace: namespace ?? "/",
    id: id === undefined ? undefined : Number(id),
    attachments: Number(attachments ?? 0),
  };
}
