/** The answers of Engine.IO's HTTP transport (engine.io 6.6 `server.ts` and `transports/polling.ts`). */
import { encodePayload } from "../protocol/payload.js";
import type { Answer } from "./hold.js";
import type { HttpResult } from "./http-event.js";

/** Engine.IO's own errors, and the texts that clients get. */
export const ENGINE_ERRORS = {
  unknownTransport: 0,
  unknownSid: 1,
  badHandshakeMethod: 2,
  badRequest: 3,
  forbidden: 4,
  unsupportedVersion: 5,
} as const;

const MESSAGES = [
  "Transport unknown",
  "Session ID unknown",
  "Bad handshake method",
  "Bad request",
  "Forbidden",
  "Unsupported protocol version",
];

type Headers = Readonly<Record<string, string>>;

/** @param message of `allowRequest`, in place of the error's own; `JSON.stringify` has the last word on it */
export function engineError(code: number, message?: unknown, headers: Headers = {}): HttpResult {
  return {
    statusCode: code === ENGINE_ERRORS.forbidden ? 403 : 400,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ code, message: message || MESSAGES[code] }),
  };
}

/** Without a word, as upstream. */
export function emptyAnswer(statusCode: number, headers: Headers = {}): HttpResult {
  return { statusCode, headers: { ...headers }, body: "" };
}

/** To a GET. */
export function frames(sent: readonly string[], headers: Headers = {}): HttpResult {
  return {
    statusCode: 200,
    headers: { ...headers, "content-type": "text/plain; charset=UTF-8", "cache-control": "no-store" },
    body: encodePayload(sent),
  };
}

/** To a POST. A browser would offer to save a text (socketio/engine.io#43). */
export function taken(headers: Headers = {}): HttpResult {
  return {
    statusCode: 200,
    headers: { ...headers, "content-type": "text/html", "cache-control": "no-store" },
    body: "ok",
  };
}

export function toResult(answer: Answer): HttpResult {
  switch (answer.kind) {
    case "frames":
      return frames(answer.frames, answer.headers);
    case "unknown":
      return engineError(ENGINE_ERRORS.unknownSid, undefined, answer.headers);
    case "upgraded":
      return engineError(ENGINE_ERRORS.badRequest, undefined, answer.headers);
    case "overtaken":
      return emptyAnswer(400, answer.headers);
  }
}
