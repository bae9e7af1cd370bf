import type { HttpRoute } from "./http-api.js";

export interface SelectedRoute {
  readonly route: HttpRoute;
  /** What stands for `{id}` and `{proxy+}` of the route's path. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route of a request, as an HTTP API finds it: the most specific path wins, a path with `{proxy+}` comes
 * behind all without it, a method behind a path before `ANY`, and `$default` gets the rest. Undefined where
 * nothing matches. Source:
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function selectRoute(
  routes: readonly HttpRoute[],
  method: string,
  path: string,
): SelectedRoute | undefined {
  let best: (SelectedRoute & { readonly rank: string }) | undefined;
  for (const route of routes) {
    const [routeMethod, routePath] = route.routeKey.split(" ");
    if (routePath === undefined || (routeMethod !== "ANY" && routeMethod !== method)) continue;
    const pathParameters = match(routePath, path);
    if (!pathParameters) continue;
    const rank = rankOf(routePath, routeMethod === "ANY");
    if (best === undefined || rank < best.rank) best = { route, pathParameters, rank };
  }
  if (best) return best;
  const fallback = routes.find(({ routeKey }) => routeKey === "$default");
  return fallback && { route: fallback, pathParameters: {} };
}

const VARIABLE = /^\{([^}+]+)(\+?)\}$/;

/** The values of the path's variables; undefined where it does not match. */
function match(routePath: string, path: string): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  const segments = path.split("/").slice(1);
  const expected = routePath.split("/").slice(1);
  for (const [index, part] of expected.entries()) {
    const [, name, isGreedy] = VARIABLE.exec(part) ?? [];
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = isGreedy ? segments.slice(index).join("/") : segment;
    if (value === "") return undefined;
    parameters[name] = decoded(value);
    if (isGreedy) return parameters;
  }
  return segments.length === expected.length ? parameters : undefined;
}

/** Sorts before the rank of whatever is less specific: a letter a segment, text before variables. */
function rankOf(routePath: string, isAny: boolean): string {
  const kinds = routePath
    .split("/")
    .slice(1)
    .map((part) => (VARIABLE.test(part) ? "b" : "a"))
    .join("");
  const isGreedy = routePath.endsWith("+}");
  // Of two greedy paths, the longer one is the more specific.
  return `${isGreedy ? "1" : "0"}${kinds.slice(0, isGreedy ? -1 : undefined)}${isGreedy ? "c" : ""}${isAny ? "1" : "0"}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // No valid encoding: it stays as it came.
    return text;
  }
}
