import { randomBytes } from "node:crypto";
import { commonLogTime } from "../gateway/events.js";
import { type HeaderFields, type HttpRequest, headerValue } from "../http/message.js";
import type { HttpApi } from "./http-api.js";

/** An event in payload format 2.0; keys that do not apply are absent. */
export interface HttpEvent {
  version: "2.0";
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: {
    accountId: string;
    apiId: string;
    domainName: string;
    domainPrefix: string;
    http: { method: string; path: string; protocol: string; sourceIp: string; userAgent: string };
    requestId: string;
    routeKey: string;
    stage: string;
    time: string;
    timeEpoch: number;
  };
  pathParameters?: Record<string, string>;
  stageVariables?: Record<string, string>;
  body?: string;
  isBase64Encoded: boolean;
}

export interface HttpEventContext {
  readonly api: Pick<HttpApi, "apiId" | "accountId" | "stage" | "stageVariables">;
  readonly routeKey: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** @default none */
  readonly pathParameters?: Readonly<Record<string, string>>;
}

/**
 * The event of a request, as an HTTP API makes it: header names in lower case, repeated headers and
 * parameters joined by commas, cookies apart, a body that is no text in base64. Path and query stand in it as
 * they came (that the path is not decoded is unconfirmed). `x-forwarded-proto` is the true one of this
 * machine, where AWS says `https`. Source:
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpEvent(request: HttpRequest, context: HttpEventContext): HttpEvent {
  const { method, path, query, body, sourceIp } = request;
  const { api, routeKey, requestId, nowMs, pathParameters } = context;
  const domainName = headerValue(request.headers, "host") ?? "localhost";
  const cookies = cookiesIn(request.headers);
  const isText = isTextType(headerValue(request.headers, "content-type"));
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: eventHeaders(request, nowMs),
    ...(query !== "" && { queryStringParameters: joined(new URLSearchParams(query)) }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      domainName,
      domainPrefix: domainName.split(".")[0] ?? "",
      http: {
        method,
        path,
        protocol: "HTTP/1.1",
        sourceIp,
        userAgent: headerValue(request.headers, "user-agent") ?? "",
      },
      requestId,
      routeKey,
      stage: api.stage,
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(hasAny(pathParameters) && { pathParameters: { ...pathParameters } }),
    ...(hasAny(api.stageVariables) && { stageVariables: { ...api.stageVariables } }),
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** What concerns one connection alone, and the cookies, which stand apart. */
const LEFT_OUT = new Set(["connection", "cookie", "keep-alive", "te", "transfer-encoding", "upgrade"]);

function eventHeaders({ headers, body, sourceIp }: HttpRequest, nowMs: number): Record<string, string> {
  const kept = headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !LEFT_OUT.has(name));
  const [, port = "80"] = /:(\d+)$/.exec(headerValue(headers, "host") ?? "") ?? [];
  const forwardedFor = headerValue(headers, "x-forwarded-for");
  return {
    ...joined(kept),
    "content-length": String(body.length),
    "x-amzn-trace-id": `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`,
    "x-forwarded-for": forwardedFor === undefined ? sourceIp : `${forwardedFor}, ${sourceIp}`,
    "x-forwarded-port": port,
    "x-forwarded-proto": "http",
  };
}

function cookiesIn(headers: HeaderFields): string[] {
  return (headerValue(headers, "cookie") ?? "").split(/; */).filter((cookie) => cookie !== "");
}

function joined(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    values.set(name, known === undefined ? value : `${known},${value}`);
  }
  return Object.fromEntries(values);
}

/**
 * Everything else comes in base64, a missing type and `application/x-www-form-urlencoded` included (seen on
 * AWS: the table in ministackorg/ministack#766).
 */
function isTextType(contentType = ""): boolean {
  return /^(text\/|application\/(json|xml|javascript)\s*(;|$))/i.test(contentType.trim());
}

function hasAny(record: Readonly<Record<string, string>> | undefined): boolean {
  return record !== undefined && Object.keys(record).length > 0;
}
