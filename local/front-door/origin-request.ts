import { randomBytes } from "node:crypto";
import { type HeaderFields, type HttpRequest, headerValue } from "../http/message.js";
import type { Forwarding, OriginSettings } from "./distribution.js";

/**
 * An address of CloudFront's servers, from which origins see every request; the viewer's stands in
 * `X-Forwarded-For`. One of 130.176.0.0/16, which is CloudFront's.
 */
export const EDGE_ADDRESS = "130.176.0.1";

/**
 * What an origin gets of a viewer's request. Its path comes behind the origin's, its own headers win over the
 * viewer's, and `Host` is the origin's unless the behavior forwards the viewer's. Source:
 * docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
export function toOriginRequest(
  request: HttpRequest,
  origin: OriginSettings,
  forwards: Forwarding,
  distributionDomainName: string,
): HttpRequest {
  const { headers, sourceIp } = request;
  const forwarded = headers.filter(([name]) => isForwarded(name.toLowerCase(), forwards));
  const host = forwards === "all" ? headerValue(headers, "host") : undefined;
  const via = headerValue(headers, "via");
  const forwardedFor = headerValue(headers, "x-forwarded-for");
  const own: HeaderFields = [
    ["Host", host ?? origin.domainName],
    ...(forwards === "nothing" ? [["User-Agent", "Amazon CloudFront"] as const] : []),
    ["Via", joined(via, `1.1 ${distributionDomainName} (CloudFront)`)],
    ["X-Amz-Cf-Id", randomBytes(42).toString("base64url")],
    ["X-Forwarded-For", joined(forwardedFor, sourceIp)],
  ];
  const wins = new Set(Object.keys(origin.headers));
  return {
    ...request,
    path: `${origin.path}${request.path}`,
    query: forwards === "nothing" ? "" : request.query,
    headers: [
      ...[...own, ...forwarded].filter(([name]) => !wins.has(name.toLowerCase())),
      ...Object.entries(origin.headers),
    ],
    sourceIp: EDGE_ADDRESS,
  };
}

/** What CloudFront writes itself. */
const OWN = new Set(["host", "via", "x-forwarded-for"]);

/** Without a policy, a body's type and length and what a browser knows of its copy are all that is left. */
const ALWAYS = new Set(["content-type", "if-modified-since", "if-none-match"]);

function isForwarded(name: string, forwards: Forwarding): boolean {
  if (OWN.has(name)) return false;
  return forwards !== "nothing" || ALWAYS.has(name);
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}
