import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { MAX_ASYNC_EVENT_BYTES } from "../../runtime/aws-limits.js";
import { FunctionError, FunctionNotFoundError, ThrottledError } from "../errors.js";
import { errorPayload } from "./invocation-record.js";
import type { Lambda } from "./lambda.js";
import { MAX_SYNC_BYTES } from "./limits.js";

export interface InvokeApi {
  /** For `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

/**
 * Lambda's Invoke call on a free loopback port, for `@aws-sdk/client-lambda` or any signed request:
 * `RequestResponse` (the default), `Event` and `DryRun`. The signature is not checked, but a request without
 * one is refused as AWS would. Not here: log tails, qualifiers other than `$LATEST` (they are ignored),
 * response streaming. Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function startInvokeApi(lambda: Pick<Lambda, "invoke" | "invokeAsync">): Promise<InvokeApi> {
  const server = createServer((request, response) => {
    answer(request, response, lambda).catch((error: unknown) => refuse(response, error));
  });
  // An environment sleeps between two events and would find its kept connections closed.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An error in Lambda's wire shape: status, name in a header, message in the body. */
class InvokeApiError extends Error {
  constructor(
    readonly status: number,
    name: string,
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  lambda: Pick<Lambda, "invoke" | "invokeAsync">,
): Promise<void> {
  const [, encodedName] = INVOCATIONS.exec(new URL(request.url ?? "/", "http://lambda").pathname) ?? [];
  if (request.method !== "POST" || encodedName === undefined) {
    throw new InvokeApiError(
      404,
      "UnknownOperationException",
      "The local stack knows only Lambda's Invoke call.",
    );
  }
  if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256")) {
    throw new InvokeApiError(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const functionName = nameOf(decodeURIComponent(encodedName));
  const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
  const event = await readJson(request, type === "Event");
  response.setHeader("x-amzn-RequestId", randomUUID());
  if (type === "Event") {
    lambda.invokeAsync(functionName, event);
    response.writeHead(202).end();
  } else if (type === "DryRun") {
    response.writeHead(204).end();
  } else if (type === "RequestResponse") {
    const payload = await lambda.invoke(functionName, event).then(
      (result) => JSON.stringify(result),
      (error: unknown) => {
        if (!(error instanceof FunctionError)) throw error;
        response.setHeader("X-Amz-Function-Error", "Unhandled");
        return JSON.stringify(errorPayload(error));
      },
    );
    response
      .writeHead(200, { "Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST" })
      .end(payload);
  } else {
    throw new InvokeApiError(
      400,
      "InvalidParameterValueException",
      `Unknown invocation type ${String(type)}`,
    );
  }
}

function refuse(response: ServerResponse, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const status =
    error instanceof InvokeApiError
      ? error.status
      : error instanceof FunctionNotFoundError
        ? 404
        : error instanceof ThrottledError
          ? 429
          : 500;
  response
    .writeHead(status, {
      "Content-Type": "application/json",
      "X-Amzn-ErrorType": status === 500 ? "ServiceException" : error.name,
    })
    .end(JSON.stringify({ Type: status < 500 ? "User" : "Service", Message: error.message }));
}

/** A function may be called by its name, its ARN or a part of that, with or without a qualifier. */
function nameOf(identifier: string): string {
  const [, afterFunction] = /(?:^|:)function:([^:]+)/.exec(identifier) ?? [];
  return afterFunction ?? identifier.split(":")[0] ?? identifier;
}

async function readJson(request: IncomingMessage, isAsync: boolean): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // What is too large is read to its end and not kept: the caller would meet a broken
    // connection before it has the answer.
    if (bytes <= MAX_SYNC_BYTES) chunks.push(chunk);
  }
  if (isAsync && bytes > MAX_ASYNC_EVENT_BYTES) {
    const message = `${bytes} byte payload is too large for the Event invocation type (limit ${MAX_ASYNC_EVENT_BYTES} bytes)`;
    throw new InvokeApiError(413, "RequestTooLargeException", message);
  }
  if (bytes > MAX_SYNC_BYTES) {
    const message = `Request must be smaller than ${MAX_SYNC_BYTES} bytes for the InvokeFunction operation`;
    throw new InvokeApiError(413, "RequestTooLargeException", message);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch (cause) {
    const message = `Could not parse request body into json: ${(cause as Error).message}`;
    throw new InvokeApiError(400, "InvalidRequestContentException", message);
  }
}
