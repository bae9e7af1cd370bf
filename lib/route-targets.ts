import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { InvalidPropError } from "./errors.js";

/**
 * A function of the user's own behind a route. A function alone, `{ clock: fn }`, means
 * `{ clock: { function: fn } }`: only clients that have a session reach it.
 */
export type FunctionRoute = GuardedFunctionRoute | OpenFunctionRoute;

export interface GuardedFunctionRoute {
  readonly function: IFunction;
  readonly open?: false;
  /**
   * The namespace in which a client has to be connected, past its middlewares:
   * `"/members"`. A dynamic one by its full name.
   * @default any: a namespace without middlewares then opens the route to all
   */
  readonly namespace?: string;
}

export interface OpenFunctionRoute {
  readonly function: IFunction;
  /**
   * Strangers reach it too: all that passed `$connect` (`allowRequest`, `cors`, an
   * authorizer). API Gateway invokes it directly.
   */
  readonly open: true;
  readonly namespace?: never;
}

/** A route key that goes to the app function, or route keys that go to functions of the user's own. */
export type RouteEntry = string | Readonly<Record<string, IFunction | FunctionRoute>>;

/** Where a route leads: the app function, or a function of the user's own. */
export type RouteTarget = "app" | FunctionRoute;

/**
 * API Gateway's limits:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const MAX_ROUTES = 300;
const BUILT_IN_ROUTE_COUNT = 3;

/** @throws InvalidPropError */
export function routeTargets(entries: readonly RouteEntry[]): Map<string, RouteTarget> {
  const targets = new Map<string, RouteTarget>();
  const pairs = entries.flatMap((entry): [string, RouteTarget][] =>
    typeof entry === "string"
      ? [[entry, "app"]]
      : Object.entries(entry).map(([key, target]) => [key, functionRoute(key, target)]),
  );
  for (const [key, target] of pairs) {
    checkRouteKey(key);
    if (targets.has(key)) {
      throw new InvalidPropError(
        "routes",
        `"${key}" stands there twice.`,
        "Keep one: a route leads to one function.",
      );
    }
    targets.set(key, target);
  }
  if (targets.size + BUILT_IN_ROUTE_COUNT > MAX_ROUTES) {
    throw new InvalidPropError(
      "routes",
      `${targets.size} routes and the ${BUILT_IN_ROUTE_COUNT} built-in ones exceed API Gateway's ${MAX_ROUTES} an API.`,
      "Remove some that lead to the app: it gets those actions through $default as well.",
    );
  }
  return targets;
}

/** The types do not reach what comes from JavaScript. */
function functionRoute(key: string, target: IFunction | FunctionRoute): FunctionRoute {
  const route = "functionArn" in target ? { function: target } : target;
  if (!route.function) {
    throw new InvalidPropError(
      "routes",
      `"${key}" has no function.`,
      `Write { "${key}": fn }, or { "${key}": { function: fn, open: true } } to let strangers in.`,
    );
  }
  const { namespace } = route;
  if (route.open && namespace !== undefined) {
    throw new InvalidPropError(
      "routes",
      `"${key}" is open, and has a namespace.`,
      "Keep one of the two: a client that needs no session is in no namespace.",
    );
  }
  if (namespace !== undefined && !namespace.startsWith("/")) {
    throw new InvalidPropError(
      "routes",
      `the namespace of "${key}" is ${JSON.stringify(namespace)}.`,
      'Begin it with "/", as io.of() does.',
    );
  }
  return route;
}

function checkRouteKey(key: string): void {
  if (key === "") {
    throw new InvalidPropError(
      "routes",
      "a route has an empty name.",
      "Name it after the action that selects it.",
    );
  }
  if (key.startsWith("$")) {
    throw new InvalidPropError(
      "routes",
      `"${key}" begins with "$", which API Gateway keeps for itself.`,
      "Remove it: $connect, $disconnect and $default always lead to the app.",
    );
  }
}
