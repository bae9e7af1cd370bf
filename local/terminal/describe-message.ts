import { printable } from "../../runtime/log/printable.js";

/** Engine.IO packet types that a client sends: https://socket.io/docs/v4/engine-io-protocol/#protocol */
const ENGINE_PACKETS: Readonly<Record<string, string>> = {
  "1": "close",
  "2": "ping",
  "3": "pong",
  "5": "upgrade",
  "6": "noop",
};

/** Socket.IO packet types: https://socket.io/docs/v4/socket-io-protocol/#exchange-protocol */
const SOCKET_PACKETS: Readonly<Record<string, string>> = {
  "0": "connect",
  "1": "disconnect",
  "2": "event",
  "3": "ack",
  "4": "connect_error",
  "5": "event",
  "6": "ack",
};

/** `4`, the packet's type, attachments, namespace, ack id, payload. */
const SOCKET_PACKET = /^4(\d)(?:\d+-)?(?:(\/[^,[{]*),?)?\d*(.*)$/s;
const FIRST_STRING = /^\["((?:[^"\\]|\\.)*)"/s;

/**
 * Names a client's message for a person: the event of a Socket.IO packet with its namespace, the action of a
 * plain message, the kind of any other packet. Undefined for what is neither. Only for the eye: nothing is
 * decided by it, and it is on one line, short, and without a character that a terminal obeys.
 */
export function describeMessage(body: string): string | undefined {
  const name = nameOf(body);
  return name === undefined ? undefined : printable(name, LONGEST_NAME);
}

const LONGEST_NAME = 60;

function nameOf(body: string): string | undefined {
  if (body.startsWith("{")) return actionOf(body);
  const packet = SOCKET_PACKET.exec(body);
  if (!packet) return ENGINE_PACKETS[body.charAt(0)];
  const [, type = "", namespace = "/", payload = ""] = packet;
  const kind = SOCKET_PACKETS[type];
  const event = kind === "event" ? FIRST_STRING.exec(payload)?.[1] : undefined;
  const name = event ?? kind;
  return name && namespace !== "/" ? `${namespace} ${name}` : name;
}

function actionOf(body: string): string | undefined {
  try {
    const { action, nsp } = JSON.parse(body) as { action?: unknown; nsp?: unknown };
    if (typeof action !== "string") return undefined;
    return typeof nsp === "string" && nsp !== "/" ? `${nsp} ${action}` : action;
  } catch {
    // No JSON: it has no action, and the function will say so to the client.
    return undefined;
  }
}
