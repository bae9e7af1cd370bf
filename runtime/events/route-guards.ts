/**
 * Routes that lead to functions of the user's own, and that no stranger may use. API Gateway can ask nobody
 * at a message: an authorizer runs at `$connect` only. So such a route leads to the app function, which knows
 * the sessions, and hands the message on (docs/decisions/guarded-routes.md).
 */
import { ENV } from "../contract.js";

export interface GuardedRoute {
  readonly functionArn: string;
  /** Where the client has to be connected. Default: anywhere. */
  readonly namespace?: string;
}

/**
 * As the construct writes them into `SOCKET_IO_ROUTES`: a variable holds little, so routes to one function
 * share an entry.
 */
export interface GuardedRoutes extends GuardedRoute {
  readonly keys: readonly string[];
}

/** By route key. */
export function guardedRoutes(json = process.env[ENV.routes] ?? "[]"): ReadonlyMap<string, GuardedRoute> {
  const entries = JSON.parse(json) as GuardedRoutes[];
  return new Map(entries.flatMap(({ keys, ...route }) => keys.map((key) => [key, route] as const)));
}
