/** A client's or the server's frame, so far as two runs of one program can be compared by it. */
import { describeMessage } from "../terminal/describe-message.js";

export interface Frame {
  /** What precedes the ack id and the JSON, such as `42/chat,`. All of a frame that has no JSON. */
  readonly head: string;
  readonly ackId: number | undefined;
  /** Undefined where there is none. */
  readonly value: unknown;
}

/** Of Socket.IO's packets (https://socket.io/docs/v4/socket-io-protocol/#exchange-protocol). */
const PACKET = /^(4\d(?:\d+-)?(?:\/[^,[{]*,)?)(\d+)?([[{].*)?$/s;

/** Of a packet, or of a plain client's JSON. What is neither is all head. */
export function readFrame(text: string): Frame {
  const [, head = "", ackId, json] = PACKET.exec(text) ?? [undefined, "", undefined, text];
  try {
    const value = json === undefined ? undefined : JSON.parse(json);
    return { head, ackId: ackId === undefined ? undefined : Number(ackId), value };
  } catch {
    return { head: text, ackId: undefined, value: undefined };
  }
}

export function writeFrame({ head, ackId, value }: Frame): string {
  return `${head}${ackId ?? ""}${value === undefined ? "" : JSON.stringify(value)}`;
}

/** What a person calls it; two frames of one name may be compared. */
export function frameName(text: string): string {
  const name = describeMessage(text) ?? "a message";
  return isAck(text) ? `${name} ${readFrame(text).ackId ?? ""}`.trimEnd() : name;
}

export function isAck(text: string): boolean {
  return /^4[36]/.test(text);
}

/** Engine.IO's own frames, which say nothing of the program: its open packet, pings and pongs, probes. */
export function isTransportsOwn(text: string): boolean {
  return /^(?:0\{|[23](?:probe)?$|[56]$)/.test(text);
}

/** A place in a JSON value, such as `1/name/`. What is below it begins with it. */
export type Path = string;

/** Calls back with each leaf, and with each place where one of both has no counterpart. */
export function eachLeaf(
  left: unknown,
  right: unknown,
  visit: (left: unknown, right: unknown, path: Path) => void,
  path: Path = "",
): void {
  if (!isTree(left) || !isTree(right) || Array.isArray(left) !== Array.isArray(right)) {
    visit(left, right, path);
    return;
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    eachLeaf(left[key], right[key], visit, `${path}${key}/`);
  }
}

/** The same value with other leaves. */
export function mapLeaves(value: unknown, map: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, map));
  if (!isTree(value)) return map(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapLeaves(item, map)]));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
