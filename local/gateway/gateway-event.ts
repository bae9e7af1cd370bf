/**
 * What happened at the gateway, for a person who watches or a test that waits. One event,
 * one line of the CLI.
 */
export type GatewayEvent =
  /** `query` is the handshake's, as on the wire. */
  | { type: "connect"; connectionId: string; sourceIp: string; userAgent?: string; query: string }
  /**
   * A handshake was answered with an HTTP status other than 101. `connectionId` is absent
   * if none was assigned yet.
   */
  | { type: "refused"; connectionId?: string; status: number; reason: string }
  /** A message arrived. `routeKey` is absent if no route matched and the client got a Forbidden frame. */
  | { type: "message"; connectionId: string; routeKey?: string; text: string; bytes: number }
  /**
   * The route's throttle had no room for a message that arrived: the client got an error
   * frame, and no function ran.
   */
  | { type: "throttled"; connectionId: string; routeKey: string }
  /** A call of the `@connections` API and the status it got. `bytes` is the length of the request's body. */
  | { type: "post" | "get" | "delete"; connectionId: string; status: number; bytes: number }
  /** An open connection ended. Code and reason are those that the `$disconnect` event carries. */
  | { type: "disconnect"; connectionId: string; code: number; reason: string }
  /**
   * A function threw, timed out, was throttled or gave a malformed answer, or an AWS service refused what its
   * mapping template made: then `functionName` is absent. `error` is what it was, stack and all.
   */
  | { type: "error"; connectionId: string; routeKey: string; functionName?: string; error: unknown };

export type OnGatewayEvent = (event: GatewayEvent) => void;
