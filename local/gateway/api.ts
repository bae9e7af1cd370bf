/** What the gateway serves: one stage of one WebSocket API, as the synthesized template describes it. */
export interface WebSocketApi {
  apiId: string;
  /** First and only segment of the handshake's path: `ws://host/{stage}`. */
  stage: string;
  /** Region that callers of `@connections` must have signed for. */
  region: string;
  accountId: string;
  /** `$request.body.action`, a template of several, or a constant (aws-facts §1.4). */
  routeSelectionExpression: string;
  /** By route key: `$connect`, `$disconnect`, `$default` and custom ones. All are optional, as on AWS. */
  routes: ReadonlyMap<string, Route>;
  /** Shown in every event when there is at least one. */
  stageVariables?: Record<string, string>;
  /** Of each route by itself. @default none */
  throttle?: Throttle;
  /** Of single routes, in the place of the stage's. */
  routeThrottles?: ReadonlyMap<string, Throttle>;
}

/** Messages a second, and how many may come at once. */
export interface Throttle {
  rateLimit: number;
  burstLimit: number;
}

/** A route: its messages go to a function, or straight into an AWS service. */
export type Route = ProxyRoute | AwsRoute;

/** A route and its Lambda proxy integration. */
export interface ProxyRoute {
  routeKey: string;
  functionName: string;
  /** What errors call the function. @default functionName */
  displayName?: string;
  /** 50 to 29,000 on AWS; the gateway takes any number, so that tests can be quick. */
  integrationTimeoutMs: number;
  /**
   * True only if the template has both the route's response selection expression and a RouteResponse (§1.5).
   */
  returnsResponse: boolean;
}

/**
 * A route and its integration of type `AWS`: one-way, as it has neither a route response
 * nor an integration response.
 */
export interface AwsRoute {
  routeKey: string;
  integration: AwsIntegration;
}

/** How a message becomes a request to an AWS service (aws-facts §5). */
export interface AwsIntegration {
  /** `arn:aws:apigateway:{region}:{service}:path/{path}` */
  uri: string;
  /** Constant headers of the request, names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Gives the key of the mapping template; without one no template is chosen. */
  templateSelectionExpression?: string;
  requestTemplates: Readonly<Record<string, string>>;
  /** What happens to a message for which there is no template. */
  passthroughBehavior: PassthroughBehavior;
}

export type PassthroughBehavior = "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";

/**
 * Runs a function and resolves with what it returned; rejects when it threw, timed out or was throttled.
 * Called concurrently, also for one connection; each call starts in the order in which the messages arrived.
 */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** A request to an AWS service, as an integration made it of a message. */
export interface ServiceRequest {
  uri: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * Hands a request to an AWS service; throws or rejects where that refuses it. Called in the order in which
 * the messages arrived. On AWS nothing promises that order: whether the messages of one connection *enter*
 * a queue as they came is unconfirmed (§1.7).
 */
export type CallService = (request: ServiceRequest) => unknown;
