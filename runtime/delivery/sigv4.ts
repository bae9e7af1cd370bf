/**
 * AWS Signature Version 4 for the two calls that the SDK is too slow, or too large, for: posting to a connection (0.9 ms of
 * CPU a call with `PostToConnectionCommand`, which is the bill of a large broadcast) and invoking a function.
 *
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
 * Checked against `@smithy/signature-v4` in `test/runtime/sigv4.test.ts`.
 */
import { createHash, createHmac } from "node:crypto";

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

/** Returns all headers of the request: those given, `host`, `x-amz-date`, the session token and `authorization`. */
export function signedHeaders(
  request: SigningRequest,
  { credentials, region, service }: SigningScope,
  now = new Date(),
): Record<string, string> {
  const timestamp = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const date = timestamp.slice(0, 8);
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    "x-amz-date": timestamp,
    ...(credentials.sessionToken && { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signedNames = names.join(";");
  const canonicalRequest = [
    request.method,
    canonicalPath(request.path),
    "", // no query: neither call has one
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    "",
    signedNames,
    sha256(request.body),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", timestamp, scope, sha256(canonicalRequest)].join("\n");
  const signature = createHmac("sha256", signingKey(credentials.secretAccessKey, date, region, service))
    .update(toSign)
    .digest("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
  return headers;
}

/** Every service but S3 has each segment of the path encoded once more for the signature. */
function canonicalPath(path: string): string {
  return path
    .split("/")
    .map((segment) =>
      encodeURIComponent(segment).replace(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
}

let cachedKey: { readonly of: string; readonly key: Buffer } | undefined;

/** Four rounds of HMAC that give the same key for a whole day, so the last one is kept. */
function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const of = `${secret}/${date}/${region}/${service}`;
  if (cachedKey?.of !== of) {
    const key = [date, region, service, "aws4_request"].reduce<Buffer | string>(
      hmac,
      `AWS4${secret}`,
    ) as Buffer;
    cachedKey = { of, key };
  }
  return cachedKey.key;
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
