/**
 * Asks the app function, and waits for its answer
 * (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 */
import { Tries } from "../async/tries.js";
import { ENV } from "../contract.js";
import { AwsCallError, EmitterError, EnvironmentError, UnsupportedError } from "../errors.js";
import { HttpPool } from "../http/http-pool.js";
import { signedRequest } from "../http/signed-request.js";
import type { Credentials } from "../http/sigv4.js";
import { triedRequest } from "../http/tried-request.js";
import { type CredentialsProvider, defaultCredentials } from "./credentials.js";
import type { EmitterAnswer } from "./operation.js";

/** How the app function is reached. Each has a default from the environment that `api.grantEmit(fn)` sets. */
export interface AppCallOptions {
  /**
   * The ARN of the app function. `api.emitterEnvironment` has it. @default the variable
   * `SOCKET_IO_APP_FUNCTION`
   */
  readonly appFunction?: string;
  /** @default what the AWS SDK finds: variables, the role of a container or an instance, a profile */
  readonly credentials?: Credentials | CredentialsProvider;
  /**
   * Where Lambda's API is. @default the variable `AWS_ENDPOINT_URL_LAMBDA` or `SOCKET_IO_LAMBDA_ENDPOINT`, or
   * the region's of the ARN
   */
  readonly endpoint?: string;
  /** Asks the app in the place of Lambda's API, for unit tests: `new Emitter(server.emitter)`. */
  readonly invoke?: AppCall;
}

/** Sends an `EmitterEvent`, as JSON. */
export type AppCall = (event: string) => Promise<EmitterAnswer>;

/** Longer than the app function may take, with a cold start. */
const SILENCE_MS = 60_000;

/** What Lambda answers with at most, and some headers. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024 + 16 * 1024;

const pools = new Map<string, HttpPool>(); // by origin: few

export function appCall(options: AppCallOptions): AppCall {
  if (options.invoke) return options.invoke;
  const { credentials = defaultCredentials() } = options;
  const provide = typeof credentials === "function" ? credentials : async () => credentials;
  return async (event) => {
    // Read at each call: an emitter may be made before a test or a script has set its variables.
    const { appFunction, region, url } = whereIs(options);
    const call = {
      service: "lambda",
      method: "POST",
      url,
      headers: { "x-amz-invocation-type": "RequestResponse" },
      body: event,
      identity: { credentials: await provide(), region },
    } as const;
    // What got no answer may have run: nobody wants to hear it twice.
    const isRefused = (status: number | undefined) => status === 429 || (status ?? 0) >= 500;
    const answer = await triedRequest(() => signedRequest(call, poolOf(url)), new Tries(), isRefused);
    const what = `Invoking ${appFunction} for an emitter`;
    if (answer instanceof Error) throw new AwsCallError(undefined, what, { cause: answer });
    if (answer.status !== 200)
      throw new AwsCallError(answer.status, what, { cause: new Error(ADVICE[answer.status] ?? answer.body) });
    return readAnswer(answer.body);
  };
}

const ADVICE: Readonly<Record<number, string>> = {
  403: "The caller may not invoke the app function: grant it api.grantEmit(…), in the account and region of the API",
  404: "There is no such function: take appFunction from api.emitterEnvironment",
  413: "Lambda takes 6 MB, and API Gateway 128 KB a message: send less, or a link to it",
  429: "The account's environments, or those reserved for the app function, stayed busy: emit less, or raise reservedConcurrency",
};

function poolOf(url: URL): HttpPool {
  const known = pools.get(url.origin);
  if (known) return known;
  const pool = new HttpPool(url, { silenceMs: SILENCE_MS, maxAnswerBytes: MAX_ANSWER_BYTES });
  pools.set(url.origin, pool);
  return pool;
}

/** @throws EnvironmentError, UnsupportedError */
function whereIs({ appFunction = process.env[ENV.appFunction], endpoint }: AppCallOptions) {
  if (!appFunction) throw new EnvironmentError(ENV.appFunction, HINT);
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_LAMBDA, AWS_LAMBDA_FUNCTION_NAME } = process.env;
  const [, ofArn, name] = /^arn:[^:]+:lambda:([^:]+):[^:]*:function:([^:]+)/.exec(appFunction) ?? [];
  if (AWS_LAMBDA_FUNCTION_NAME && AWS_LAMBDA_FUNCTION_NAME === (name ?? appFunction))
    throw new UnsupportedError(
      "an Emitter in the app function",
      "It would wait for itself. Use io, which is there.",
    );
  const region = ofArn ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (!region)
    throw new EnvironmentError("AWS_REGION", "Set it, or give appFunction as an ARN, which names it.");
  const domain = process.env[ENV.awsDomain] || `${region}.amazonaws.com`;
  const host = endpoint || AWS_ENDPOINT_URL_LAMBDA || `https://lambda.${domain}`;
  const path = `/2015-03-31/functions/${encodeURIComponent(appFunction)}/invocations`;
  return { appFunction, region, url: new URL(path, host) };
}

const HINT =
  "api.grantEmit(fn) sets it on a Lambda function; anything else takes it from api.emitterEnvironment, as a variable or as new Emitter({ appFunction }).";

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // of a proxy, perhaps: `readAnswer` shows it
  }
}

/** @throws EmitterError for what is none: of an app that failed, or is older than emitters are. */
function readAnswer(body: string): EmitterAnswer {
  const answer = parsed(body) as Partial<EmitterAnswer> & { errorType?: unknown; errorMessage?: unknown };
  if (Array.isArray(answer?.outcomes)) return answer as EmitterAnswer;
  if (answer?.errorMessage !== undefined)
    throw new EmitterError(
      `the app function failed (${String(answer.errorType)}: ${String(answer.errorMessage)}), so nobody knows what was sent. Its log says more.`,
    );
  throw new EmitterError(
    `the function answered something else (${body.slice(0, 200)}). Take appFunction from api.emitterEnvironment, and deploy the app with this version of socket.io-lambda.`,
  );
}
