/**
 * What an HTTP API hands to a function, payload format 2.0, and takes from it
 * (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html), as far as
 * we read it. Absent where there is nothing: `cookies`, `body`, a query.
 */
import { ENV, FRONT_DOOR } from "../contract.js";

export interface HttpEvent {
  readonly version: "2.0";
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  /** Names in lower case; values that came several times have commas between them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly requestId: string;
    readonly timeEpoch: number;
    readonly http: { readonly method: string; readonly sourceIp: string };
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each one a `Set-Cookie`. */
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

export function isHttpEvent(event: object): event is HttpEvent {
  return "version" in event && event.version === "2.0" && "rawPath" in event;
}

/**
 * Past the front door, anybody can call an HTTP API, and name any client's address. So nothing is answered
 * but what bears the key. (The test kit has no front door, and no key.)
 */
export function refuseStranger({ headers }: HttpEvent): HttpResult | undefined {
  if (process.env[ENV.frontDoorKey] === undefined || isFromFrontDoor(headers)) return undefined;
  return { statusCode: 403, body: "Forbidden" };
}

/** So its headers about the client are CloudFront's, and not the client's own. */
export function isFromFrontDoor(headers: Readonly<Record<string, string>>): boolean {
  const key = process.env[ENV.frontDoorKey];
  return key !== undefined && headers[FRONT_DOOR.keyHeader] === key;
}

export function bodyOf({ body = "", isBase64Encoded }: HttpEvent): string {
  return isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
}

/** A sentence for a person. */
export function textAnswer(statusCode: number, text: string): HttpResult {
  return { statusCode, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${text}\n` };
}

/** What the client itself has asked for, where CloudFront has passed it on. */
export interface Viewer {
  readonly address?: string | undefined;
  readonly host?: string | undefined;
}

export function viewerOf(headers: Readonly<Record<string, string>>): Viewer {
  if (!isFromFrontDoor(headers)) return {};
  return { address: headers[FRONT_DOOR.viewerHeader], host: headers[FRONT_DOOR.hostHeader] };
}
