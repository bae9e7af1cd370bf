import type { Distribution } from "../front-door/distribution.js";
import type { ServedApi } from "../template/served-apis.js";
import type { StackModel } from "../template/template.js";

/** Longer than anybody looks at a breakpoint, and within what a timer takes. */
const A_DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The same stack for a person with a debugger: a function that stands at a breakpoint neither times out, nor
 * does its client get the error frame of an integration timeout.
 */
export function withoutDeadlines(stack: StackModel): StackModel {
  const functions = [...stack.functions].map(
    ([name, model]) => [name, { ...model, timeoutSeconds: A_DAY_MS / 1000 }] as const,
  );
  const [first, ...others] = stack.apis;
  return {
    ...stack,
    functions: new Map(functions),
    apis: [patient(first), ...others.map(patient)],
    httpApis: stack.httpApis.map((api) => ({ ...api, routes: api.routes.map(patientRoute) })),
    distributions: stack.distributions.map(patientDistribution),
  };
}

function patient(api: ServedApi): ServedApi {
  const routes = [...api.routes].map(([key, route]) => [key, patientRoute(route)] as const);
  return { ...api, routes: new Map(routes) };
}

function patientRoute<T extends object>(route: T): T & { integrationTimeoutMs: number } {
  return { ...route, integrationTimeoutMs: A_DAY_MS };
}

function patientDistribution(distribution: Distribution): Distribution {
  const origins = [...distribution.origins].map(
    ([id, origin]) => [id, { ...origin, readTimeoutMs: A_DAY_MS }] as const,
  );
  return { ...distribution, origins: new Map(origins) };
}
