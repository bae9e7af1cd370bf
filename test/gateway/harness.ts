import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import {
  type Gateway,
  type GatewayEvent,
  type GatewayOptions,
  type ProxyEvent,
  type Route,
  startGateway,
  type WebSocketApi,
} from "../../local/gateway/gateway.js";
import { NodeSha256 } from "../support/node-sha256.js";

export type Handler = (event: ProxyEvent) => unknown;

/** A list that a test can wait on: nothing that happens before the wait is missed. */
export class Log<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(item: T): void {
    this.all.push(item);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves with the first item, from `start` on, that matches. */
  async find(matches: (item: T) => boolean, start = 0): Promise<T> {
    for (;;) {
      const found = this.all.slice(start).find(matches);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves with the item at `index` as soon as there is one. */
  async at(index: number): Promise<T> {
    while (this.all.length <= index) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all[index] as T;
  }
}

export interface Harness {
  gateway: Gateway;
  /** What was handed to `invoke`, in order. */
  invoked: Log<{ functionName: string; event: ProxyEvent }>;
  events: Log<GatewayEvent>;
  connect(options?: ConnectOptions): Promise<Client>;
  call(method: string, connectionId: string, options?: CallOptions): Promise<Reply>;
}

export interface HarnessOptions extends Omit<GatewayOptions, "api" | "invoke"> {
  api?: Partial<WebSocketApi>;
  /** By route key; the function bears the route's name. */
  handlers?: Record<string, Handler>;
  /** Route keys with a route response. */
  responding?: string[];
  integrationTimeoutMs?: number;
}

export function apiOf({
  handlers = {},
  responding = [],
  integrationTimeoutMs = 29_000,
  api,
}: HarnessOptions): WebSocketApi {
  const routes = Object.keys(handlers).map((routeKey): [string, Route] => [
    routeKey,
    {
      routeKey,
      functionName: routeKey,
      integrationTimeoutMs,
      returnsResponse: responding.includes(routeKey),
    },
  ]);
  return {
    apiId: "ab12cd34ef",
    stage: "prod",
    region: "eu-west-1",
    accountId: "111122223333",
    routeSelectionExpression: "$request.body.action",
    routes: new Map(routes),
    ...api,
  };
}

/** A gateway of its own for one test, closed when the test ends. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const { handlers = {}, ...rest } = options;
  const invoked = new Log<{ functionName: string; event: ProxyEvent }>();
  const events = new Log<GatewayEvent>();
  const gateway = await startGateway({
    ...rest,
    api: apiOf(options),
    invoke: async (functionName, event) => {
      invoked.add({ functionName, event: event as ProxyEvent });
      return handlers[functionName]?.(event as ProxyEvent);
    },
    onEvent: (event) => events.add(event),
  });
  onTestFinished(() => gateway.close());
  return {
    gateway,
    invoked,
    events,
    connect: (connectOptions) => connect(gateway, events, connectOptions),
    call: (method, connectionId, callOptions) => call(gateway, method, connectionId, callOptions),
  };
}

export const ok: Handler = () => ({ statusCode: 200 });

export interface ConnectOptions extends ClientOptions {
  /** Appended to the stage's URL. */
  suffix?: string;
  protocols?: string[];
}

/** A real WebSocket client that keeps what it hears. */
export interface Client {
  socket: WebSocket;
  /** The gateway's id of this connection. */
  id: string;
  received: Log<string>;
  closed: Promise<{ code: number; reason: string }>;
}

async function connect(
  gateway: Gateway,
  events: Log<GatewayEvent>,
  { suffix = "", protocols = [], ...options }: ConnectOptions = {},
): Promise<Client> {
  const start = events.all.length;
  const socket = new WebSocket(gateway.url + suffix, protocols, options);
  const received = new Log<string>();
  socket.on("message", (data) => received.add(data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, "open");
  const event = await events.find(({ type }) => type === "connect", start);
  return { socket, id: event.type === "connect" ? event.connectionId : "", received, closed };
}

/** The answer to a handshake that is refused. */
export async function refusedHandshake(url: string, options: ClientOptions = {}): Promise<Reply> {
  const socket = new WebSocket(url, options);
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => reject(new Error("The handshake was accepted")));
    socket.on("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
  });
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface CallOptions {
  body?: string | Buffer;
  /** The path as on the wire. */
  path?: string;
  sign?: boolean;
  region?: string;
  service?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  signingDate?: Date;
  /** Sent in place of what was signed. */
  tamperedBody?: string;
}

/** A request to `@connections`, signed by the AWS SDK's own signer. */
export async function call(
  gateway: Gateway,
  method: string,
  connectionId: string,
  options: CallOptions = {},
): Promise<Reply> {
  const path = options.path ?? `/prod/@connections/${encodeURIComponent(connectionId)}`;
  const headers = options.sign === false ? {} : await signedHeaders(gateway, method, path, options);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: gateway.port, method, path, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("error", reject);
    sent.end(options.tamperedBody ?? options.body);
  });
}

async function signedHeaders(
  gateway: Gateway,
  method: string,
  pathAndQuery: string,
  options: CallOptions,
): Promise<Record<string, string>> {
  const { accessKeyId = "local", secretAccessKey = "local", region = "eu-west-1" } = options;
  const signer = new SignatureV4({
    service: options.service ?? "execute-api",
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: NodeSha256,
  });
  const [path = "", query = ""] = pathAndQuery.split("?");
  const signed = await signer.sign(
    {
      method,
      protocol: "http:",
      hostname: "127.0.0.1",
      port: gateway.port,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host: `127.0.0.1:${gateway.port}`, "content-type": "application/octet-stream" },
      ...(options.body !== undefined && { body: options.body }),
    },
    options.signingDate && { signingDate: options.signingDate },
  );
  return signed.headers;
}
