import { MalformedAnswerError } from "../gateway/errors.js";
import type { HeaderFields, HttpResponse } from "../http/message.js";

/**
 * The answer that an HTTP API makes of what a function returned, in payload format 2.0. A result without a
 * `statusCode` is the body of a 200 of type `application/json`: a text as it is, anything else as JSON.
 * Several `Set-Cookie` come from `cookies`. Base64 is decoded wherever `isBase64Encoded` is true. Source:
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @throws MalformedAnswerError where the status, a header or the body has a type that AWS would answer with
 *   500
 */
export function readHttpResult(functionName: string, result: unknown, requestId: string): HttpResponse {
  const id = ["Apigw-Requestid", requestId] as const;
  if (!isAnswer(result)) {
    const text = typeof result === "string" ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: [["Content-Type", "application/json"], id], body: Buffer.from(text) };
  }
  const malformed = (why: string) => new MalformedAnswerError(functionName, why);
  const { statusCode, headers, cookies, body, isBase64Encoded } = result;
  const status = typeof statusCode === "string" ? Number(statusCode) : statusCode;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 100 || status > 599) {
    throw malformed(`its statusCode is ${JSON.stringify(statusCode)}`);
  }
  if (body !== undefined && body !== null && typeof body !== "string") {
    throw malformed(`its body is of type ${typeof body}, not a string`);
  }
  const fields = [...headersIn(headers, malformed), ...cookiesIn(cookies, malformed)];
  const hasType = fields.some(([name]) => name.toLowerCase() === "content-type");
  const hasBody = status !== 204 && status !== 304;
  return {
    status,
    headers: [
      ...fields,
      // Seen on AWS where a function names none; unconfirmed.
      ...(hasType || !hasBody ? [] : [["Content-Type", "text/plain;charset=UTF-8"] as const]),
      id,
    ],
    body: Buffer.from(hasBody ? (body ?? "") : "", isBase64Encoded === true ? "base64" : "utf8"),
  };
}

type Malformed = (why: string) => Error;

/** What API Gateway sets itself. */
const OWN_HEADERS = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

function isAnswer(result: unknown): result is Record<string, unknown> & { statusCode: unknown } {
  return typeof result === "object" && result !== null && "statusCode" in result;
}

function headersIn(headers: unknown, malformed: Malformed): HeaderFields {
  if (headers === undefined || headers === null) return [];
  if (typeof headers !== "object" || Array.isArray(headers)) throw malformed("its headers are no object");
  return Object.entries(headers)
    .filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => {
      if (typeof value === "object") throw malformed(`its header ${JSON.stringify(name)} is no text`);
      return [name, checkLine(name, String(value), malformed)] as const;
    });
}

function cookiesIn(cookies: unknown, malformed: Malformed): HeaderFields {
  if (cookies === undefined || cookies === null) return [];
  if (!Array.isArray(cookies)) throw malformed("its cookies are no list");
  return cookies.map((cookie) => ["Set-Cookie", checkLine("Set-Cookie", String(cookie), malformed)] as const);
}

function checkLine(name: string, value: string, malformed: Malformed): string {
  if (/[\r\n]/.test(value)) throw malformed(`its header ${JSON.stringify(name)} has a line break`);
  return value;
}
