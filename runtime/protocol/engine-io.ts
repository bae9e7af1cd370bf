/**
 * The Engine.IO protocol, revision 4, over WebSocket: one character for the packet's type, then its data;
 * binary as `b` and base64, for API Gateway carries text only. (github.com/socketio/engine.io-protocol)
 */
import { toBase64 } from "./base64.js";
import type { Incoming, Protocol } from "./incoming.js";
import type { PacketCodec } from "./packet-codec.js";

const OPEN = "0";
const CLOSE = "1";
const PING = "2";
const PONG = "3";
const MESSAGE = "4";
const UPGRADE = "5";
const NOOP = "6";

export const PING_FRAME = PING;
export const PONG_FRAME = PONG;
export const CLOSE_FRAME = CLOSE;
export const NOOP_FRAME = NOOP;
export const UPGRADE_FRAME = UPGRADE;
/** A WebSocket that wants to take over a session by polling asks whether it works, and is told so. */
export const PROBE_FRAME = `${PING}probe`;
export const PROBE_ANSWER = `${PONG}probe`;

export const engineIo: Protocol = {
  name: "engine.io",

  decode(frame, codec) {
    switch (frame[0]) {
      case MESSAGE:
        return packet(frame.slice(1), codec);
      case "b": {
        const part = Buffer.from(frame.slice(1), "base64");
        return codec.isDefaultParser ? { kind: "attachment", part } : packet(part, codec);
      }
      case PONG:
        return { kind: "pong" };
      case PING:
        // In revision 4 the server pings; upstream calls this "invalid heartbeat direction".
        return { kind: "violation", reason: "transport error" };
      case CLOSE:
        return { kind: "close" };
      case OPEN:
      case UPGRADE:
      case NOOP:
        return { kind: "ignored" };
      default:
        return { kind: "violation", reason: "parse error" };
    }
  },

  encoder: () => (part) => [typeof part === "string" ? MESSAGE + part : `b${toBase64(part)}`],
};

function packet(part: string | Buffer, codec: PacketCodec): Incoming {
  const header = codec.header(part);
  return header ? { kind: "packet", header, parts: [part] } : { kind: "malformed", part };
}

export interface OpenPacket {
  readonly sid: string;
  /** Transports that the client may change to. Default: none. */
  readonly upgrades?: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload: number;
}

/** The handshake's first frame, from the server. */
export function openFrame({ upgrades = [], sid, pingInterval, pingTimeout, maxPayload }: OpenPacket): string {
  return `0${JSON.stringify({ sid, upgrades, pingInterval, pingTimeout, maxPayload })}`;
}
