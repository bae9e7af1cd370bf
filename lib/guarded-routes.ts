import { Stack } from "aws-cdk-lib";
import type { IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { ENV } from "../runtime/contract.js";
import type { GuardedRoutes } from "../runtime/events/route-guards.js";
import { allowInvoke } from "./allow-invoke.js";
import { InvalidPropError } from "./errors.js";
import type { GuardedFunctionRoute, RouteTarget } from "./route-targets.js";

/**
 * Lets the app function hand messages on to functions of the user's own: the permission, and the variable
 * that says which route leads where (`runtime/events/route-guards.ts`). Returns these functions.
 *
 * @throws InvalidPropError where that does not fit into a variable.
 */
export function guardRoutes(
  appFunction: LambdaFunction,
  targets: ReadonlyMap<string, RouteTarget>,
): ReadonlySet<IFunction> {
  const guarded = [...targets].flatMap(([key, target]) =>
    target === "app" || target.open ? [] : [{ key, target }],
  );
  const functions = new Set(guarded.map(({ target }) => target.function));
  if (guarded.length === 0) return functions;
  const routes = grouped(guarded);
  checkSize(routes);
  appFunction.addEnvironment(ENV.routes, Stack.of(appFunction).toJsonString(routes));
  allowInvoke(appFunction, "InvokeRoutes", appFunction, ...functions);
  return functions;
}

/** One entry for all routes to one function. */
function grouped(
  guarded: readonly { readonly key: string; readonly target: GuardedFunctionRoute }[],
): GuardedRoutes[] {
  const groups = new Map<string, { functionArn: string; namespace?: string; keys: string[] }>();
  for (const { key, target } of guarded) {
    const { functionArn } = target.function;
    const { namespace } = target;
    const id = JSON.stringify([functionArn, namespace]);
    const group = groups.get(id) ?? { functionArn, ...(namespace !== undefined && { namespace }), keys: [] };
    group.keys.push(key);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/**
 * Lambda's 4 KB for all variables of a function
 * (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), less what stands there besides.
 */
const MAX_BYTES = 3_000;
/**
 * The ARN of a function is known at the deployment only: a partition, a region, an account,
 * and a name of 64 characters at most.
 */
const ARN_BYTES = 130;

function checkSize(routes: readonly GuardedRoutes[]): void {
  const bytes = Buffer.byteLength(JSON.stringify(routes.map((route) => ({ ...route, functionArn: "" }))));
  if (bytes + routes.length * ARN_BYTES <= MAX_BYTES) return;
  const keys = routes.flatMap((route) => route.keys).length;
  throw new InvalidPropError(
    "routes",
    `${keys} routes to ${routes.length} functions that need a session do not fit into an environment variable.`,
    "Let one function serve several of them, shorten their names, or open some with { function: fn, open: true }.",
  );
}
