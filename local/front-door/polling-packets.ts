/** What of a client's HTTP long-polling can be read along. */
import { gunzipSync } from "node:zlib";
import { type HttpRequest, type HttpResponse, headerValue } from "../http/message.js";

/** Between packets in one payload (https://socket.io/docs/v4/engine-io-protocol/#http-long-polling). */
const SEPARATOR = "\x1e";

export const CLOSE = "1";

/** The session's id, `""` at a handshake; undefined for what is no polling. */
export function pollingSid({ query }: HttpRequest): string | undefined {
  const asked = new URLSearchParams(query);
  const isPolling = asked.has("EIO") && asked.get("transport") === "polling";
  return isPolling ? (asked.get("sid") ?? "") : undefined;
}

export function packetsOf({ headers, body }: Pick<HttpResponse, "headers" | "body">): string[] {
  const isCompressed = headerValue(headers, "content-encoding") === "gzip";
  return String(isCompressed ? gunzipSync(body) : body).split(SEPARATOR);
}
