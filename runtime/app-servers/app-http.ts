/**
 * The app's own HTTP behind the front door: its routes, its static files, whatever its server answers. One
 * request at a time in each environment, as Lambda hands them out.
 *
 * Limits, of Lambda and of an HTTP API (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): 6
 * MB a request and an answer, of which base64 takes a third where a body is no text. The answer is sent when
 * it is whole, so a stream that never ends (server-sent events) is answered with 504 when the time is up.
 *
 * Cost: no read and no write but those of the app.
 */
import { isUtf8 } from "node:buffer";
import type { Server as HttpServer } from "node:http";
import { MAX_RESPONSE_BYTES } from "../aws-limits.js";
import { FRONT_DOOR } from "../contract.js";
import { reportError } from "../log/log.js";
import { type HttpEvent, type HttpResult, textAnswer, viewerOf } from "../polling/http-event.js";
import { typeOfUntyped } from "./content-type.js";
import { type RequestInMemory, type ResponseInMemory, requestInMemory } from "./in-memory-request.js";

/** Answers a request by the app's server, whatever that does. */
export async function answerByApp(
  server: HttpServer,
  event: HttpEvent,
  withinMs: number,
): Promise<HttpResult> {
  const { method } = event.requestContext.http;
  const time = new AbortController();
  // AbortSignal.timeout() has a timer that does not keep a process which has nothing else to do.
  const timer = setTimeout(() => time.abort(), withinMs);
  try {
    return toResult(await requestInMemory(server, requestOf(event), time.signal), event.rawPath);
  } catch (error) {
    const about = `${method} ${event.rawPath}`;
    if (time.signal.aborted) {
      reportError("deadline", error, about);
      const why = "The app has not ended its answer within the time that a function has.";
      return textAnswer(504, `${why} An answer that never ends (server-sent events) is not possible here.`);
    }
    reportError("handler", error, about);
    return textAnswer(502, "The app has closed the connection without an answer.");
  } finally {
    clearTimeout(timer);
  }
}

function requestOf(event: HttpEvent): RequestInMemory {
  const { rawPath, rawQueryString, requestContext, body = "", isBase64Encoded, cookies = [] } = event;
  const { address = requestContext.http.sourceIp, host = event.headers.host } = viewerOf(event.headers);
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  const headers = Object.fromEntries(Object.entries(event.headers).filter(([name]) => !DROPPED.has(name)));
  if (cookies.length > 0) headers.cookie = cookies.join("; ");
  if (host !== undefined) headers.host = host;
  if (bytes.length > 0 || "content-length" in event.headers) headers["content-length"] = `${bytes.length}`;
  return {
    method: requestContext.http.method,
    path: escaped(rawPath) + (rawQueryString === "" ? "" : `?${rawQueryString}`),
    headers,
    body: bytes,
    remoteAddress: address,
    isSecure: event.headers["x-forwarded-proto"]?.startsWith("https") ?? false,
  };
}

/** API Gateway hands over a path as it is meant, and Node takes one as it is sent. */
function escaped(path: string): string {
  return path.replace(/[^!-~]+/gu, encodeURIComponent);
}

function toResult({ statusCode, headers, body }: ResponseInMemory, path: string): HttpResult {
  const own: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of headers) {
    if (name === "set-cookie") cookies.push(value);
    else if (!DROPPED.has(name)) own[name] = name in own ? `${own[name]}, ${value}` : value;
  }
  const type = typeOfUntyped(own, body, path);
  if (type !== undefined) own["content-type"] = type;
  const isText = isUtf8(body);
  const encoded = body.toString(isText ? "utf8" : "base64");
  if (Buffer.byteLength(JSON.stringify(encoded)) > MAX_RESPONSE_BYTES) return tooLarge(body.length);
  return {
    statusCode,
    headers: own,
    ...(cookies.length > 0 && { cookies }),
    body: encoded,
    isBase64Encoded: !isText,
  };
}

function tooLarge(bytes: number): HttpResult {
  const why = `The app's answer has ${bytes} bytes, and a function's at most 6 MB (4.5 MB where it is no text).`;
  reportError("handler", new Error(why));
  return textAnswer(502, `${why} Serve large files as a page: frontDoor: { page }, or from S3.`);
}

/** Of one connection, and not of the request; and what the front door tells us alone. */
const DROPPED: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "expect",
  "content-length",
  FRONT_DOOR.keyHeader,
  FRONT_DOOR.viewerHeader,
  FRONT_DOOR.hostHeader,
]);
