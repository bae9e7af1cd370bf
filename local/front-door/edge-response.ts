import type { HttpResponse } from "../http/message.js";

/** A response that a function at the edge gave in the place of an origin. */
export interface EdgeResponse {
  statusCode: number;
  headers?: Record<string, { value: string; multiValue?: { value: string }[] }>;
  cookies?: Record<string, EdgeCookie>;
  body?: string | { encoding: "text" | "base64"; data: string };
}

interface EdgeCookie {
  value: string;
  attributes?: string;
  multiValue?: EdgeCookie[];
}

export function isEdgeResponse(returned: unknown): returned is EdgeResponse {
  return typeof returned === "object" && returned !== null && "statusCode" in returned;
}

/** Undefined where CloudFront would not take it for a response. */
export function fromEdgeResponse(response: EdgeResponse): HttpResponse | undefined {
  const { statusCode, headers = {}, cookies = {}, body = "" } = response;
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) return undefined;
  const fields = Object.entries(headers).flatMap(([name, one]) =>
    (one.multiValue ?? [one]).map(({ value }) => [name, String(value)] as const),
  );
  const setCookies = Object.entries(cookies).flatMap(([name, one]) =>
    (one.multiValue ?? [one]).map(
      ({ value, attributes }) =>
        ["Set-Cookie", [`${name}=${value}`, attributes].filter(Boolean).join("; ")] as const,
    ),
  );
  if ([...fields, ...setCookies].some(([, value]) => /[\r\n]/.test(value))) return undefined;
  return {
    status: statusCode,
    headers: [...fields, ...setCookies, ["X-Cache", "FunctionGeneratedResponse from cloudfront"]],
    body: typeof body === "string" ? Buffer.from(body) : Buffer.from(body.data, encodingOf(body.encoding)),
  };
}

function encodingOf(encoding: string): BufferEncoding {
  return encoding === "base64" ? "base64" : "utf8";
}
