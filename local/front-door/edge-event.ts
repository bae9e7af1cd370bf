import { randomBytes } from "node:crypto";
import { type HeaderFields, type HttpRequest, headerValue } from "../http/message.js";
import type { Distribution } from "./distribution.js";

/** One value, or several under one name; then `value` is the first. */
export interface EdgeValue {
  value: string;
  multiValue?: { value: string }[];
}

/** A request as a function at the edge sees it, and returns it. */
export interface EdgeRequest {
  method: string;
  uri: string;
  /** Neither names nor values are decoded. */
  querystring: Record<string, EdgeValue>;
  /** Names in lower case, without cookies and without what CloudFront hides. */
  headers: Record<string, EdgeValue>;
  cookies: Record<string, EdgeValue>;
}

/** docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html */
export interface EdgeEvent {
  version: "1.0";
  context: {
    distributionDomainName: string;
    distributionId: string;
    endpoint: string;
    eventType: "viewer-request";
    requestId: string;
  };
  viewer: { ip: string };
  request: EdgeRequest;
}

export function toEdgeEvent(request: HttpRequest, distribution: Distribution): EdgeEvent {
  const { method, path, query, headers, sourceIp } = request;
  const { domainName, distributionId } = distribution;
  const cookies = (headerValue(headers, "cookie") ?? "").split(/; */).filter((pair) => pair !== "");
  return {
    version: "1.0",
    context: {
      distributionDomainName: domainName,
      distributionId,
      endpoint: domainName,
      eventType: "viewer-request",
      requestId: randomBytes(42).toString("base64url"),
    },
    viewer: { ip: sourceIp },
    request: {
      method,
      uri: path,
      querystring: edgeValues(queryPairs(query)),
      headers: edgeValues(
        headers
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name]) => name !== "cookie" && !isHidden(name)),
      ),
      cookies: edgeValues(cookies.map((pair) => splitAt(pair, "="))),
    },
  };
}

/**
 * What functions neither see nor may add
 * (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html). Nor does
 * it reach an origin: CloudFront has a connection of its own with that.
 */
export function isHidden(lowerCaseName: string): boolean {
  return HIDDEN.test(lowerCaseName);
}

const HIDDEN =
  /^(connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-cache.*|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

/** The request that a function made of one, with the spelling of header names that the viewer chose. */
export function fromEdgeRequest(before: EdgeRequest, after: EdgeRequest, request: HttpRequest): HttpRequest {
  const spelling = new Map(request.headers.map(([name]) => [name.toLowerCase(), name]));
  const headers: HeaderFields = pairsIn(after.headers).map(([name, value]) => [
    spelling.get(name) ?? name,
    value,
  ]);
  const cookie = pairsIn(after.cookies).map(([name, value]) => `${name}=${value}`);
  // What is unchanged stays to the byte: "a" and "a=" are one in the event.
  const isSameQuery = JSON.stringify(before.querystring) === JSON.stringify(after.querystring);
  const query = pairsIn(after.querystring).map(([name, value]) => `${name}=${value}`);
  return {
    ...request,
    path: after.uri,
    query: isSameQuery ? request.query : query.join("&"),
    headers: cookie.length === 0 ? headers : [...headers, ["Cookie", cookie.join("; ")]],
  };
}

function queryPairs(query: string): (readonly [string, string])[] {
  return query === "" ? [] : query.split("&").map((pair) => splitAt(pair, "="));
}

function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function edgeValues(pairs: readonly (readonly [string, string])[]): Record<string, EdgeValue> {
  const values: Record<string, EdgeValue> = {};
  for (const [name, value] of pairs) {
    const known = Object.hasOwn(values, name) ? values[name] : undefined;
    if (!known) {
      Object.defineProperty(values, name, { value: { value }, enumerable: true, configurable: true });
    } else {
      known.multiValue ??= [{ value: known.value }];
      known.multiValue.push({ value });
    }
  }
  return values;
}

function pairsIn(values: Readonly<Record<string, EdgeValue>>): (readonly [string, string])[] {
  return Object.entries(values).flatMap(([name, { value, multiValue }]) =>
    (multiValue ?? [{ value }]).map((one) => [name, one.value] as const),
  );
}
