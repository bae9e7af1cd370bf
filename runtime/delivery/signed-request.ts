/** Signed HTTP over connections that stay open between calls and between events. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { EnvironmentError } from "../errors.js";
import { type Credentials, signedHeaders } from "./sigv4.js";

export interface SignedCall {
  readonly service: "execute-api" | "lambda";
  readonly method: "POST" | "GET" | "DELETE";
  readonly url: URL;
  /** Default: that of `url`. Beside it, so that many calls to one host share a parsed URL. */
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the function's own, from its environment; read at each call, for a long-lived process may rotate them. */
  readonly identity?: Identity | undefined;
}

/** Who calls, and the region it signs for where the host does not name one. */
export interface Identity {
  readonly credentials: Credentials;
  readonly region: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** As many as `AdaptiveLimit` ever allows. */
const MAX_SOCKETS = 256;

/** Time without a byte after which a call is given up. */
const SOCKET_TIMEOUT_MS = 5_000;

const agentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS };
const httpAgent = new HttpAgent(agentOptions);
const httpsAgent = new HttpsAgent(agentOptions);

/** Resolves with any answer, whatever its status; rejects only when there is none. */
export function signedRequest(call: SignedCall): Promise<Answer> {
  const { service, method, url, path = url.pathname, body = "", headers = {} } = call;
  const { credentials, region } = call.identity ?? environmentIdentity();
  const isTls = url.protocol === "https:";
  const signed = signedHeaders(
    { method, host: url.host, path, body, headers },
    { credentials, region: regionOf(url) ?? region, service },
  );
  return new Promise((resolve, reject) => {
    const request = (isTls ? httpsRequest : httpRequest)(
      {
        method,
        hostname: url.hostname,
        port: url.port,
        path,
        agent: isTls ? httpsAgent : httpAgent,
        timeout: SOCKET_TIMEOUT_MS,
        headers: listOf(signed, body),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${SOCKET_TIMEOUT_MS} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}

/** Node writes a list of names and values as it is, and makes many more objects of a record. */
function listOf(headers: Readonly<Record<string, string>>, body: string): string[] {
  const list = ["content-length", String(Buffer.byteLength(body))];
  for (const name in headers) list.push(name, headers[name] ?? "");
  return list;
}

function environmentIdentity(): Identity {
  return {
    credentials: {
      accessKeyId: requireVariable("AWS_ACCESS_KEY_ID"),
      secretAccessKey: requireVariable("AWS_SECRET_ACCESS_KEY"),
      sessionToken: process.env.AWS_SESSION_TOKEN,
    },
    region: requireVariable("AWS_REGION"),
  };
}

/** `{api}.execute-api.{region}.amazonaws.com`: a member may live in another region than this function. */
function regionOf(url: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\.amazonaws\./.exec(url.hostname)?.[1];
}

export function requireVariable(name: string): string {
  const value = process.env[name];
  if (!value) throw new EnvironmentError(name);
  return value;
}
