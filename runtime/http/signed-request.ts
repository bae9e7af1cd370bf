/** Signed HTTP over connections that stay open between calls and between events. */
import { ENV } from "../contract.js";
import { EnvironmentError } from "../errors.js";
import { HttpPool } from "./http-pool.js";
import type { Answer } from "./http-response.js";
import { type Credentials, signedHeaders } from "./sigv4.js";

export interface SignedCall {
  readonly service: "dynamodb" | "execute-api" | "lambda";
  readonly method: "POST" | "GET" | "DELETE";
  readonly url: URL;
  /** Default: that of `url`. Beside it, so that many calls to one host share a parsed URL. */
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Default: the function's own, from its environment; read at each call, for a long-lived process may rotate
   * them.
   */
  readonly identity?: Identity | undefined;
}

/** Who calls, and the region it signs for where the host does not name one. */
export interface Identity {
  readonly credentials: Credentials;
  readonly region: string;
}

const pools = new Map<string, HttpPool>(); // by origin: few

/** Resolves with any answer, whatever its status; rejects only when there is none ({@link HttpPool.send}). */
export function signedRequest(call: SignedCall, pool = poolOf(call.url)): Promise<Answer> {
  const { service, method, url, path = url.pathname, body = "", headers = {} } = call;
  const { credentials, region } = call.identity ?? environmentIdentity();
  const signed = signedHeaders(
    { method, host: url.host, path, body, headers },
    { credentials, region: regionOf(url) ?? region, service },
  );
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const name in signed) head += `${name}: ${signed[name]}\r\n`;
  if (method === "POST") head += `content-length: ${Buffer.byteLength(body)}\r\n`; // the others have no body
  return pool.send(`${head}\r\n${body}`);
}

function poolOf(url: URL): HttpPool {
  const known = pools.get(url.origin);
  if (known) return known;
  const pool = new HttpPool(url);
  pools.set(url.origin, pool);
  return pool;
}

function environmentIdentity(): Identity {
  return {
    credentials: {
      accessKeyId: requireVariable("AWS_ACCESS_KEY_ID", BY_LAMBDA),
      secretAccessKey: requireVariable("AWS_SECRET_ACCESS_KEY", BY_LAMBDA),
      sessionToken: variable("AWS_SESSION_TOKEN"),
    },
    region: requireVariable("AWS_REGION"),
  };
}

/**
 * `{api}.execute-api.{region}.{URL suffix of the partition}`: a member may live in another region than this
 * function.
 */
function regionOf(url: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\./.exec(url.hostname)?.[1];
}

/** How the host names of AWS's services end. The construct says so to its own functions. */
export function awsDomain(): string {
  return variable(ENV.awsDomain) || `${requireVariable("AWS_REGION")}.amazonaws.com`;
}

const BY_LAMBDA = "Lambda sets it; elsewhere set it yourself, with the secret key and the session's token.";

export function requireVariable(name: string, next?: string): string {
  const value = variable(name);
  if (!value) throw new EnvironmentError(name, next);
  return value;
}

/** Without the end of line that a shell may leave there: it would end a header. */
function variable(name: string): string | undefined {
  return process.env[name]?.trim();
}
