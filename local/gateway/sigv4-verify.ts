import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** A key pair of which the gateway accepts signatures. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A request as received. */
export interface SignedRequest {
  method: string;
  /** Path and query, percent-encoded as on the wire. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

/**
 * Makes a check of AWS Signature Version 4 in the `Authorization` header; presigned URLs and session tokens
 * are not looked at. The check returns why a request is refused, or `undefined` if its signature is right and
 * less than 5 minutes off. Source:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureVerifier(
  credentials: Credentials,
  service: string,
): (request: SignedRequest, region: string, nowMs: number) => string | undefined {
  const signingKeys = new Map<string, Buffer>();

  return (request, region, nowMs) => {
    const authorization = request.headers.authorization;
    if (authorization === undefined) return "Missing Authentication Token";
    const match = AUTHORIZATION.exec(authorization);
    if (!match) return "Authorization header is no AWS Signature Version 4";
    const [, accessKeyId = "", day = "", signedRegion = "", signedService = "", names = "", signature = ""] =
      match;
    if (accessKeyId !== credentials.accessKeyId) return `The access key id ${accessKeyId} is not known here`;
    if (signedService !== service)
      return `Credential should be scoped to service ${service}, not ${signedService}`;
    if (signedRegion !== region)
      return `Credential should be scoped to region ${region}, not ${signedRegion}`;

    const date = String(request.headers["x-amz-date"] ?? "");
    const signedAtMs = parseAmzDate(date);
    if (signedAtMs === undefined || !date.startsWith(day))
      return "Header X-Amz-Date is missing or not of the signed day";
    if (Math.abs(nowMs - signedAtMs) > MAX_SKEW_MS)
      return `Signature expired: ${date} is more than 5 minutes off`;

    const signedNames = names.split(";");
    if (!signedNames.includes("host")) return "Header Host must be signed";

    const scope = `${day}/${signedRegion}/${service}/aws4_request`;
    const stringToSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonicalRequest(request, signedNames))}`;
    let key = signingKeys.get(scope);
    if (!key) {
      key = deriveKey(credentials.secretAccessKey, day, signedRegion, service);
      signingKeys.clear(); // Only today's is ever asked for again.
      signingKeys.set(scope, key);
    }
    const expected = hmac(key, stringToSign);
    if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
      return "The request signature we calculated does not match the signature you provided";
    }
    return undefined;
  };
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/(\d{8})\/([^/\s]+)\/([^/\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

const MAX_SKEW_MS = 5 * 60_000;

function canonicalRequest({ method, url, headers, body }: SignedRequest, signedNames: string[]): string {
  const queryStart = url.indexOf("?");
  const path = queryStart === -1 ? url : url.slice(0, queryStart);
  const query = queryStart === -1 ? "" : url.slice(queryStart + 1);
  const headerLines = signedNames.map((name) => `${name}:${canonicalValue(headers[name])}\n`).join("");
  return `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${headerLines}\n${signedNames.join(";")}\n${sha256(body)}`;
}

/** Every service but S3 encodes the already encoded path once more, so `%3D` becomes `%253D`. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  const trailingSlash = segments.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${segments.join("/")}${trailingSlash}`;
}

function canonicalQuery(query: string): string {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return `${encode(decode(name))}=${encode(decode(value.join("=")))}`;
    })
    .sort()
    .join("&");
}

function canonicalValue(value: string | string[] | undefined): string {
  return String(value ?? "")
    .trim()
    .replace(/\s+/g, " ");
}

/** RFC 3986: encodeURIComponent leaves five characters more than AWS does. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not percent-encoding: then it was signed as it stands.
  }
}

function parseAmzDate(date: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(date);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function deriveKey(secretAccessKey: string, day: string, region: string, service: string): Buffer {
  const dayKey = hmac(`AWS4${secretAccessKey}`, day);
  return hmac(hmac(hmac(dayKey, region), service), "aws4_request");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
