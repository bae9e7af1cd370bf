import { inTime } from "../in-time.js";
import type { Invoke, ProxyRoute } from "./api.js";
import { IntegrationTimeoutError, MalformedAnswerError } from "./errors.js";

/** A Lambda proxy answer, checked. */
export interface ProxyAnswer {
  statusCode: number;
  /** `""` if the function returned none. */
  body: string;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
}

/**
 * Calls a route's function and checks what it answers. The call itself starts before this
 * returns, so calls start in the order of their messages. A function that overruns goes on
 * running; what comes of it then is dropped, as on AWS.
 *
 * @throws IntegrationTimeoutError after the route's timeout (aws-facts §1.6)
 * @throws MalformedAnswerError for anything but `{ statusCode, body?, headers?,
 * multiValueHeaders?, isBase64Encoded? }` (§1.5)
 * @throws whatever `invoke` rejected with
 */
export async function integrate(invoke: Invoke, route: ProxyRoute, event: unknown): Promise<ProxyAnswer> {
  const { functionName, displayName = functionName, integrationTimeoutMs } = route;
  const answer = await inTime(invoke(functionName, event), integrationTimeoutMs, () => {
    throw new IntegrationTimeoutError(displayName, integrationTimeoutMs);
  });
  return checkAnswer(displayName, answer);
}

const ALLOWED_KEYS = new Set(["statusCode", "body", "headers", "multiValueHeaders", "isBase64Encoded"]);

function checkAnswer(functionName: string, answer: unknown): ProxyAnswer {
  const malformed = (why: string) => new MalformedAnswerError(functionName, why);
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    throw malformed(`it is ${Array.isArray(answer) ? "an array" : String(answer)}, not an object`);
  }
  const extraKey = Object.keys(answer).find((key) => !ALLOWED_KEYS.has(key));
  if (extraKey !== undefined) throw malformed(`it has the extra key ${JSON.stringify(extraKey)}`);

  const { statusCode, body, headers } = answer as Record<string, unknown>;
  const status = typeof statusCode === "string" ? Number(statusCode) : statusCode;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    throw malformed(`its statusCode is ${JSON.stringify(statusCode)}`);
  }
  if (body !== undefined && body !== null && typeof body !== "string") {
    throw malformed(`its body is of type ${typeof body}, not a string`);
  }
  return { statusCode: status, body: body ?? "", headers: checkHeaders(headers, malformed) };
}

function checkHeaders(headers: unknown, malformed: (why: string) => Error): Map<string, string> {
  const checked = new Map<string, string>();
  if (headers === undefined || headers === null) return checked;
  if (typeof headers !== "object" || Array.isArray(headers)) throw malformed("its headers are no object");
  for (const [name, value] of Object.entries(headers)) {
    const text = String(value);
    if (/[\r\n]/.test(text)) throw malformed(`its header ${JSON.stringify(name)} has a line break`);
    checked.set(name.toLowerCase(), text);
  }
  return checked;
}
