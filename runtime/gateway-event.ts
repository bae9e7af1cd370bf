/**
 * What API Gateway hands to a function (`aws-facts.md` §2; docs.aws.amazon.com/apigateway/latest/developerguide/
 * apigateway-websocket-api-mapping-template-reference.html). The types in `@types/aws-lambda` lack headers, authorizer
 * and the reasons of a disconnect, so these are our own.
 */
export interface RequestContext {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly apiId: string;
  readonly stage: string;
  /** The custom domain where one was used. With a mapping key it does not lead to `@connections`: never build a URL of it. */
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

export type GatewayEvent = ConnectEvent | MessageEvent | DisconnectEvent;

/** The answer to API Gateway. On `$connect` it decides over the handshake; elsewhere anything but 200 is an error frame. */
export interface GatewayResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
