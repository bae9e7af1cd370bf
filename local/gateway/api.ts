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
}

/** A route and its Lambda proxy integration. */
export interface Route {
  routeKey: string;
  functionName: string;
  /** 50 to 29,000 on AWS; the gateway takes any number, so that tests can be quick. */
  integrationTimeoutMs: number;
  /** True only if the template has both the route's response selection expression and a RouteResponse (§1.5). */
  returnsResponse: boolean;
}

/**
 * Runs a function and resolves with what it returned; rejects when it threw, timed out or was throttled.
 * Called concurrently, also for one connection; each call starts in the order in which the messages arrived.
 */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;
