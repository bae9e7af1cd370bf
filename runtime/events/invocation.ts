import type { QUEUE } from "../contract.js";

/**
 * What API Gateway hands to a function (`aws-facts.md` §2;
 * docs.aws.amazon.com/apigateway/latest/developerguide/
 * apigateway-websocket-api-mapping-template-reference.html). The types in `@types/aws-lambda` lack headers,
 * authorizer and the reasons of a disconnect, so these are our own.
 */
export interface RequestContext {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly apiId: string;
  readonly stage: string;
  /**
   * The custom domain where one was used. With a mapping key it does not lead to `@connections`: never build
   * a URL of it.
   */
  readonly domainName: string;
  readonly requestId: string;
  /** When the gateway received the message, in epoch milliseconds. */
  readonly requestTimeEpoch: number;
  readonly routeKey: string;
  readonly identity: { readonly sourceIp: string; readonly userAgent?: string };
  readonly authorizer?: Readonly<Record<string, unknown>>;
}

export interface ConnectEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>;
  readonly requestContext: RequestContext & { readonly eventType: "CONNECT" };
}

export interface MessageEvent {
  readonly body: string;
  readonly requestContext: RequestContext & { readonly eventType: "MESSAGE"; readonly messageId: string };
}

export interface DisconnectEvent {
  readonly requestContext: RequestContext & {
    readonly eventType: "DISCONNECT";
    readonly disconnectStatusCode?: number;
    readonly disconnectReason?: string;
  };
}

/** What we read of a message, whichever way it came. */
export interface ClientMessage {
  readonly body: string;
  readonly requestContext: Pick<
    MessageEvent["requestContext"],
    "connectionId" | "messageId" | "requestTimeEpoch"
  >;
  /** The client's next messages wait until this one is done. */
  readonly isInTurn?: boolean;
}

/** What we read of a `$disconnect`, whichever way it came. */
export interface ClientDisconnect {
  readonly requestContext: Pick<
    DisconnectEvent["requestContext"],
    "connectionId" | "disconnectStatusCode" | "disconnectReason"
  >;
}

export type GatewayEvent = ConnectEvent | MessageEvent | DisconnectEvent;

/**
 * The answer to API Gateway. On `$connect` it decides over the handshake; elsewhere anything but 200 is an
 * error frame.
 */
export interface GatewayResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type QueuedContext = Pick<
  RequestContext,
  (typeof QUEUE.contextTexts)[number] | (typeof QUEUE.contextNumbers)[number]
>;

/** A record's body in ordered mode, as the mapping template of the construct writes it. */
export interface QueuedMessage {
  /** In base64. */
  readonly body: string;
  readonly isBase64Encoded: true;
  readonly requestContext: QueuedContext & { readonly eventType: "MESSAGE"; readonly messageId: string };
}

/** The close's code and reason are unknown to the mapping template. */
export interface QueuedDisconnect {
  readonly requestContext: QueuedContext & { readonly eventType: "DISCONNECT" };
}

/**
 * What Lambda makes of messages of the queue (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html), as far as
 * we read it.
 */
export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly MessageGroupId: string };
}

/** The records that the queue has to give out again; it deletes all others. */
export interface QueueResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}
