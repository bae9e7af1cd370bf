import type { WebSocketApi } from "./api.js";
import type { HandshakeRequest } from "./handshake-request.js";
import { newId } from "./ids.js";

/** Who is at the other end. `userAgent` is absent if the client sent none. */
export interface Identity {
  userAgent?: string;
  sourceIp: string;
}

/** What events tell of a connection, the same in all of them. */
export interface ConnectionFacts {
  readonly id: string;
  readonly connectedAtMs: number;
  readonly identity: Identity;
  /** The `Host` that the client asked for: on AWS the API's own host name, here with its port. */
  readonly domainName: string;
}

/**
 * `requestContext` of a Lambda proxy event (aws-facts §2), of all event types in one. Keys that do not apply
 * are absent, never null. There is no `authorizer`: the gateway has none.
 */
export interface RequestContext {
  routeKey: string;
  messageId?: string;
  disconnectStatusCode?: number;
  eventType: "CONNECT" | "MESSAGE" | "DISCONNECT";
  extendedRequestId: string;
  requestTime: string;
  messageDirection: "IN";
  disconnectReason?: string;
  stage: string;
  connectedAt: number;
  requestTimeEpoch: number;
  identity: Identity;
  requestId: string;
  domainName: string;
  connectionId: string;
  apiId: string;
}

/** A Lambda proxy event of a WebSocket API. */
export interface ProxyEvent {
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  queryStringParameters?: Record<string, string>;
  multiValueQueryStringParameters?: Record<string, string[]>;
  requestContext: RequestContext;
  stageVariables?: Record<string, string>;
  body?: string;
  isBase64Encoded: false;
}

/** The event of `$connect`: the handshake's headers, and its query if it has one. */
export function connectEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  request: HandshakeRequest,
  nowMs: number,
): ProxyEvent {
  const { headers, query } = request;
  return {
    headers: lastValues(headers),
    multiValueHeaders: Object.fromEntries(headers),
    ...(query.size > 0 && {
      queryStringParameters: lastValues(query),
      multiValueQueryStringParameters: Object.fromEntries(query),
    }),
    requestContext: {
      routeKey: "$connect",
      eventType: "CONNECT",
      ...commonContext(api, connection, newId(), nowMs),
    },
    ...stageVariables(api),
    isBase64Encoded: false,
  };
}

/** The event of a client's message: no headers, no query. */
export function messageEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  message: { routeKey: string; requestId: string; body: string },
  nowMs: number,
): ProxyEvent {
  return {
    requestContext: {
      routeKey: message.routeKey,
      messageId: newId(),
      eventType: "MESSAGE",
      ...commonContext(api, connection, message.requestId, nowMs),
    },
    ...stageVariables(api),
    body: message.body,
    isBase64Encoded: false,
  };
}

/** The event of `$disconnect`, with the four odd headers that AWS sends instead of the handshake's. */
export function disconnectEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  end: { code: number; reason: string },
  nowMs: number,
): ProxyEvent {
  const headers = { Host: connection.domainName, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: {
      routeKey: "$disconnect",
      disconnectStatusCode: end.code,
      eventType: "DISCONNECT",
      disconnectReason: end.reason,
      ...commonContext(api, connection, newId(), nowMs),
    },
    ...stageVariables(api),
    isBase64Encoded: false,
  };
}

type CommonContext = Omit<
  RequestContext,
  "routeKey" | "eventType" | "messageId" | "disconnectStatusCode" | "disconnectReason"
>;

function commonContext(
  api: WebSocketApi,
  connection: ConnectionFacts,
  requestId: string,
  nowMs: number,
): CommonContext {
  return {
    extendedRequestId: requestId,
    requestTime: commonLogTime(nowMs),
    messageDirection: "IN",
    stage: api.stage,
    connectedAt: connection.connectedAtMs,
    requestTimeEpoch: nowMs,
    identity: { ...connection.identity },
    requestId,
    domainName: connection.domainName,
    connectionId: connection.id,
    apiId: api.apiId,
  };
}

/** The key is absent where the stage has no variables (§2; unconfirmed). */
function stageVariables({ stageVariables }: WebSocketApi): { stageVariables?: Record<string, string> } {
  const hasSome = stageVariables !== undefined && Object.keys(stageVariables).length > 0;
  return hasSome ? { stageVariables: { ...stageVariables } } : {};
}

function lastValues(multiValues: ReadonlyMap<string, string[]>): Record<string, string> {
  return Object.fromEntries([...multiValues].map(([name, values]) => [name, values.at(-1) ?? ""]));
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `29/Nov/2023:08:04:01 +0000` */
export function commonLogTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
