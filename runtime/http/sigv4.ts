/**
 * AWS Signature Version 4 for the calls that the SDK is too slow, or too large, for: DynamoDB's, posting to a
 * connection (each 0.9 ms of CPU with the SDK) and invoking a function.
 *
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
 * Checked against `@smithy/signature-v4` in `test/runtime/sigv4.test.ts`.
 */
import { createHmac, hash } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SigningRequest {
  readonly method: string;
  readonly host: string;
  /** As it goes over the wire, percent-encoded once. */
  readonly path: string;
  readonly body: string;
  /** Signed and sent, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SigningScope {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
}

/**
 * Returns all headers of the request: those given, `host`, `x-amz-date`, the session token and
 * `authorization`.
 */
export function signedHeaders(
  request: SigningRequest,
  { credentials, region, service }: SigningScope,
  now = new Date(),
): Record<string, string> {
  const timestamp = timestampOf(now);
  const date = timestamp.slice(0, 8);
  const headers: Record<string, string> = {
    host: request.host, // the first, as RFC 9110 §7.2 wants it
    ...request.headers,
    "x-amz-date": timestamp,
    ...(credentials.sessionToken && { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signedNames = names.join(";");
  let canonicalHeaders = "";
  for (const name of names) canonicalHeaders += `${name}:${headers[name]?.trim()}\n`;
  const path = canonicalPath(request.path);
  // The empty line is the query: neither call has one.
  const canonicalRequest = `${request.method}\n${path}\n\n${canonicalHeaders}\n${signedNames}\n${hashOf(request.body)}`;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonicalRequest)}`;
  const signature = createHmac("sha256", signingKey(credentials.secretAccessKey, date, region, service))
    .update(toSign)
    .digest("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return headers;
}

let cachedTimestamp: { readonly second: number; readonly text: string } | undefined;

/** `20261123T173000Z` */
function timestampOf(now: Date): string {
  const second = Math.floor(now.getTime() / 1000);
  if (cachedTimestamp?.second !== second) {
    cachedTimestamp = { second, text: now.toISOString().replace(/[-:]|\.\d{3}/g, "") };
  }
  return cachedTimestamp.text;
}

/** Every service but S3 has each segment of the path encoded once more for the signature. */
function canonicalPath(path: string): string {
  if (path === "/") return path; // of each call to DynamoDB
  return encodeURIComponent(path)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** By service: an event reads a table and posts. */
const cachedKeys = new Map<string, { readonly of: string; readonly key: Buffer }>();

/** Four rounds of HMAC that give the same key for a whole day, so the last one of each service is kept. */
function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const of = `${secret}/${date}/${region}`;
  const cached = cachedKeys.get(service);
  if (cached?.of === of) return cached.key;
  const first = `AWS4${secret}`;
  const key = [date, region, service, "aws4_request"].reduce<Buffer | string>(hmac, first) as Buffer;
  cachedKeys.set(service, { of, key });
  return key;
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

let cachedHash: { readonly of: string; readonly hash: string } | undefined;

/** A broadcast has the same body for everybody, so the last one's hash is kept. */
function hashOf(body: string): string {
  if (cachedHash?.of !== body) cachedHash = { of: body, hash: sha256(body) };
  return cachedHash.hash;
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
