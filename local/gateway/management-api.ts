import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSocketApi } from "./api.js";
import type { Connection } from "./connection.js";
import type { OnGatewayEvent } from "./gateway-event.js";
import type { GatewayFaults, PostFault } from "./gateway-faults.js";
import { isWellFormedId, newId } from "./ids.js";
import type { GatewayLimits } from "./limits.js";
import { type Credentials, signatureVerifier } from "./sigv4-verify.js";

export interface ManagementApiOptions {
  api: () => WebSocketApi;
  limits: GatewayLimits;
  credentials: Credentials;
  /** The connection of this id if it is open. */
  find: (connectionId: string) => Connection | undefined;
  onEvent: OnGatewayEvent;
  faults: GatewayFaults | undefined;
}

export interface ManagementApi {
  /** Whether a URL belongs to this API: `/{stage}/@connections/…`, `@` encoded or not. */
  owns(url: string): boolean;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * The `@connections` API that functions post to (aws-facts §3): `POST`, `GET` and `DELETE` of one connection.
 *
 * Checks run in this order: stage and signature (403), form of the id (400), method (403), existence
 * (410), size (413), room in the client's buffer (429). Every error names itself in
 * `x-amzn-errortype`, where alone SDKs look; a 410 has no body. What `faults` do comes last, so that
 * they hit only what would have been delivered. A 200 means that the data was taken, not that the
 * client read it; posts sent at once may arrive in any order.
 */
export function managementApi({
  api,
  limits,
  credentials,
  find,
  onEvent,
  faults,
}: ManagementApiOptions): ManagementApi {
  const verify = signatureVerifier(credentials, "execute-api");

  function answer(request: IncomingMessage, body: Buffer): Reply {
    const { method = "", url = "", headers } = request;
    const { stage = "", id } = splitUrl(url);
    if (stage !== api().stage) return forbidden(`No stage ${stage} here`);
    // The signer's clock is the machine's, whatever the tests have done to the gateway's.
    const refusal = verify({ method, url, headers, body }, api().region, Date.now());
    if (refusal !== undefined) return forbidden(refusal);
    if (id === undefined || !isWellFormedId(id))
      return error(400, "BadRequestException", "Invalid connectionId");
    const reply = METHODS[method]?.(find(id), body, limits, faults) ?? forbidden(`No method ${method} here`);
    const type = method.toLowerCase();
    if (type === "post" || type === "get" || type === "delete") {
      onEvent({ type, connectionId: id, status: reply.status, bytes: body.length });
    }
    return reply;
  }

  function slowness({ method, url = "" }: IncomingMessage, body: Buffer): number {
    const { id } = splitUrl(url);
    return method === "POST" && id !== undefined ? (faults?.slowPost(id, body.toString()) ?? 0) : 0;
  }

  return {
    owns: (url) => URL_PATTERN.test(url),
    handle(request, response) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
      });
      request.on("end", () => {
        const body = Buffer.concat(chunks);
        const reply = () =>
          send(response, bytes > LARGEST_BODY_BYTES ? tooLarge(limits) : answer(request, body));
        const waitMs = slowness(request, body);
        if (waitMs > 0) setTimeout(reply, waitMs).unref();
        else reply();
      });
    },
  };
}

interface Reply {
  status: number;
  errorType?: string;
  json?: unknown;
}

type Method = (
  connection: Connection | undefined,
  body: Buffer,
  limits: GatewayLimits,
  faults: GatewayFaults | undefined,
) => Reply;

const URL_PATTERN = /^\/([^/?]+)\/(?:@|%40)connections\/([^?]*)/;

/** A body that no caller needs is not kept in memory; API Gateway's own payload limit is 10 MB. */
const LARGEST_BODY_BYTES = 10 * 1024 * 1024;

const METHODS: Readonly<Record<string, Method>> = {
  POST(connection, body, limits, faults) {
    if (!connection) return GONE;
    if (body.length > limits.messageBytes) return tooLarge(limits);
    if (!connection.hasRoomFor(body.length)) return TOO_MANY;
    const fault = faults?.post(connection.id, body.toString());
    // A text frame must be UTF-8; what is not would make the client close with 1007.
    if (!fault || fault.isDelivered) connection.send(isUtf8(body) ? body : body.toString());
    return fault ? FAULT_REPLIES[fault.status] : { status: 200 };
  },

  GET(connection) {
    if (!connection) return GONE;
    const { connectedAtMs, identity, lastActiveAtMs } = connection;
    return {
      status: 200,
      json: {
        connectedAt: new Date(connectedAtMs).toISOString(),
        identity,
        lastActiveAt: new Date(lastActiveAtMs).toISOString(),
      },
    };
  },

  DELETE(connection) {
    if (!connection) return GONE;
    connection.close(1000, "Connection Closed Normally");
    return { status: 204 };
  },
};

const GONE: Reply = { status: 410, errorType: "GoneException" };

const TOO_MANY = error(429, "LimitExceededException", "Too Many Requests");

const FAULT_REPLIES: Readonly<Record<PostFault["status"], Reply>> = {
  410: GONE,
  429: TOO_MANY,
  500: error(500, "InternalServerErrorException", "Internal server error"),
};

function forbidden(message: string): Reply {
  return error(403, "ForbiddenException", message);
}

function tooLarge(limits: GatewayLimits): Reply {
  return error(413, "PayloadTooLargeException", `Message exceeds ${limits.messageBytes} bytes`);
}

function error(status: number, errorType: string, message: string): Reply {
  return { status, errorType, json: { message } };
}

/** The id is absent if its percent-encoding is broken. */
function splitUrl(url: string): { stage?: string; id?: string } {
  const [, stage, encodedId] = URL_PATTERN.exec(url) ?? [];
  if (stage === undefined || encodedId === undefined) return {};
  try {
    return { stage, id: decodeURIComponent(encodedId) };
  } catch {
    return { stage };
  }
}

function send(response: ServerResponse, { status, errorType, json }: Reply): void {
  const body = json === undefined ? "" : JSON.stringify(json);
  response.writeHead(status, {
    "x-amzn-requestid": newId(),
    ...(errorType && { "x-amzn-errortype": errorType }),
    ...(body && { "content-type": "application/json" }),
    ...(status !== 204 && { "content-length": Buffer.byteLength(body) }),
  });
  response.end(body);
}
