import { ThrottledError } from "../errors.js";
import type { Invoke, Throttle } from "../gateway/api.js";
import { IntegrationTimeoutError } from "../gateway/errors.js";
import { newId } from "../gateway/ids.js";
import { Throttles } from "../gateway/throttle.js";
import { type HttpRequest, type HttpResponse, jsonResponse, MAX_BODY_BYTES } from "../http/message.js";
import { inTime } from "../in-time.js";
import { toHttpEvent } from "./http-event.js";
import { readHttpResult } from "./http-result.js";
import { selectRoute } from "./http-routes.js";

/** One stage of one HTTP API, as the synthesized template describes it. */
export interface HttpApi {
  readonly apiId: string;
  /** What a person calls it: the construct's path in its stack. */
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** `$default` is served at `/`, any other name below its own path. */
  readonly stage: string;
  readonly routes: readonly HttpRoute[];
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** Of each route by itself. @default none */
  readonly throttle?: Throttle;
  /** By route key, in the place of the stage's. */
  readonly routeThrottles?: ReadonlyMap<string, Throttle>;
}

export interface HttpRoute {
  /** `$default`, or a method (`ANY` for all) and a path: `GET /users/{id}`, `ANY /{proxy+}`. */
  readonly routeKey: string;
  readonly functionName: string;
  /** What lines of the log and errors call the function. */
  readonly displayName: string;
  /** 50 to 30,000 on AWS. */
  readonly integrationTimeoutMs: number;
}

export interface HttpApiOptions {
  /** Asked at every request: a reload may bring another. */
  readonly api: () => HttpApi;
  readonly invoke: Invoke;
  /** Hears of each request that reached a function. Must not throw. @default nobody */
  readonly onAnswer?: (answered: AnsweredRequest) => void;
  readonly now?: () => number;
}

export interface AnsweredRequest {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** As a person knows it. */
  readonly functionName: string;
  /** Why the function gave no answer that counts. */
  readonly error?: unknown;
}

/**
 * Headers and request line together
 * (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
 */
const MAX_HEAD_BYTES = 10_240;

/** What Lambda takes as the event of an invocation that somebody waits for. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;

/**
 * An HTTP API of API Gateway: a request becomes one invocation, and what it returns the answer. Never
 * rejects.
 *
 * Limits: 10,240 bytes of headers and request line (431), 10 MB of body and 6 MB of event (413). A function
 * that throws or gives a malformed answer makes a 500 `{"message":"Internal Server Error"}`; one that
 * overruns its integration timeout (30 s at most) or is throttled a 503 `{"message":"Service Unavailable"}`
 * (of the throttled one, the status is unconfirmed). A function goes on after its timeout, and hears nothing
 * of a client that hangs up. Not imitated: authorizers, CORS settings, parameter mappings, payload format
 * 1.0.
 */
export function httpApi({ api, invoke, onAnswer, now = Date.now }: HttpApiOptions) {
  const throttles = new Throttles(api, now);

  return async (request: HttpRequest): Promise<HttpResponse> => {
    const refusal = refuseLarge(request);
    if (refusal) return refusal;
    const { stage, routes } = api();
    const path = pathInStage(request.path, stage);
    const selected = path === undefined ? undefined : selectRoute(routes, request.method, path);
    if (!selected) return message(404, "Not Found");
    const { route, pathParameters } = selected;
    if (!throttles.takes(route.routeKey)) return message(429, "Too Many Requests");

    const { functionName, displayName, integrationTimeoutMs } = route;
    const requestId = newId();
    const event = toHttpEvent(request, {
      api: api(),
      routeKey: route.routeKey,
      pathParameters,
      requestId,
      nowMs: now(),
    });
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) {
      return message(413, "Request Entity Too Large");
    }
    try {
      const result = await inTime(invoke(functionName, event), integrationTimeoutMs, () => {
        throw new IntegrationTimeoutError(displayName, integrationTimeoutMs);
      });
      const response = readHttpResult(displayName, result, requestId);
      onAnswer?.({ request, response, functionName: displayName });
      return response;
    } catch (error) {
      const response = failure(error);
      onAnswer?.({ request, response, functionName: displayName, error });
      return response;
    }
  };
}

function refuseLarge({ method, path, query, headers, body }: HttpRequest): HttpResponse | undefined {
  const head = [
    `${method} ${path}${query && `?${query}`} HTTP/1.1`,
    ...headers.map(([n, v]) => `${n}: ${v}`),
  ];
  if (head.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 2, 0) > MAX_HEAD_BYTES) {
    return message(431, "Request Header Fields Too Large");
  }
  return body.length > MAX_BODY_BYTES ? message(413, "Request Entity Too Large") : undefined;
}

/** Undefined where the path is not the stage's. */
function pathInStage(path: string, stage: string): string | undefined {
  if (stage === "$default") return path;
  if (path === `/${stage}`) return "/";
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : undefined;
}

function failure(error: unknown): HttpResponse {
  const isUnavailable = error instanceof IntegrationTimeoutError || error instanceof ThrottledError;
  return isUnavailable ? message(503, "Service Unavailable") : message(500, "Internal Server Error");
}

function message(status: number, text: string): HttpResponse {
  return jsonResponse(status, { message: text });
}
