/** The lines of an HTTP/1.1 response before its body: its status, and where it ends (RFC 9112). */
import { HttpError } from "../errors.js";

export interface Head {
  readonly status: number;
  /** By lower-case name. Several of one name are one list (RFC 9110 §5.3). */
  readonly fields: ReadonlyMap<string, string>;
  readonly framing: Framing;
  /** The connection carries no further request (RFC 9112 §9.3). */
  readonly isLast: boolean;
}

/**
 * RFC 9112 §6.3: the body has a length in bytes, or consists of chunks that say theirs, or ends with the
 * connection.
 */
export type Framing = number | "chunked" | "until the end";

const STATUS_LINE = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: |$)/;
const FIELD_LINE = /^[\w!#$%&'*+.^`|~-]+:/;
const FOLD = /\r\n[ \t]+/g;

/** No response begins otherwise, so that a host which speaks something else need not be waited for. */
const START = "HTTP/1.";

export function mayBeHttp(bytes: Buffer): boolean {
  return START.startsWith(bytes.toString("latin1", 0, START.length));
}

/**
 * @throws HttpError where one cannot be sure of what is meant: then nothing that follows can be trusted
 * either.
 */
export function parseHead(text: string): Head {
  const [statusLine = "", ...lines] = text.replace(FOLD, " ").split("\r\n");
  const [, minorVersion, code] = STATUS_LINE.exec(statusLine) ?? [];
  if (code === undefined) throw new HttpError(`sent no HTTP/1.1 response but ${quote(statusLine)}`);
  const fields = fieldsOf(lines);
  const status = Number(code);
  const isAmbiguous = fields.has("transfer-encoding") && fields.has("content-length");
  const saysClose = /\bclose\b/i.test(fields.get("connection") ?? "");
  return {
    status,
    fields,
    framing: hasNoBody(status) ? 0 : framingOf(fields),
    isLast: minorVersion === "0" || saysClose || isAmbiguous,
  };
}

function fieldsOf(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    if (!FIELD_LINE.test(line)) throw new HttpError(`sent a header that cannot be read: ${quote(line)}`);
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

/** RFC 9112 §6.3, rule 1. */
function hasNoBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** RFC 9112 §6.3, rules 3 to 8. */
function framingOf(fields: ReadonlyMap<string, string>): Framing {
  const coding = fields.get("transfer-encoding");
  if (coding !== undefined) {
    if (coding.toLowerCase() === "chunked") return "chunked"; // whatever length there is beside it
    throw new HttpError(`sent a body in the coding ${quote(coding)}, which nobody asked for`);
  }
  const length = fields.get("content-length");
  if (length === undefined) return "until the end";
  const [, number] = /^(\d+)(?:\s*,\s*\1)*$/.exec(length) ?? []; // the same one twice is as good as once
  if (number === undefined) throw new HttpError(`sent the content-length ${quote(length)}`);
  return Number(number);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
