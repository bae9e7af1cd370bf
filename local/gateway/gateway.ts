import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { readHead } from "../http/message.js";
import type { CallService, Invoke, WebSocketApi } from "./api.js";
import type { Connection, ConnectionOwner } from "./connection.js";
import { ApiChangedError, NoServiceError, UnknownConnectionError } from "./errors.js";
import type { FrameWatcher } from "./frame-watcher.js";
import type { GatewayEvent, OnGatewayEvent } from "./gateway-event.js";
import type { GatewayFaults } from "./gateway-faults.js";
import { handshakes } from "./handshake.js";
import { HttpServer } from "./http-server.js";
import { DEFAULT_LIMITS, type GatewayLimits } from "./limits.js";
import { managementApi } from "./management-api.js";
import { handleDisconnect, handleMessage, type MessageOptions } from "./messages.js";
import { refuseHttp } from "./refuse-http.js";
import { type RouteTable, routeTable } from "./routes.js";
import type { Credentials } from "./sigv4-verify.js";
import { Throttles } from "./throttle.js";

export type {
  AwsIntegration,
  AwsRoute,
  CallService,
  Invoke,
  PassthroughBehavior,
  ProxyRoute,
  Route,
  ServiceRequest,
  Throttle,
  WebSocketApi,
} from "./api.js";
export * from "./errors.js";
export type { ProxyEvent, RequestContext } from "./events.js";
export type { GatewayEvent } from "./gateway-event.js";
export { DEFAULT_LIMITS, type GatewayLimits } from "./limits.js";
export type { Credentials } from "./sigv4-verify.js";

export interface GatewayOptions {
  api: WebSocketApi;
  invoke: Invoke;
  /** Takes the requests of routes into AWS services. @default refuses all, with NoServiceError */
  callService?: CallService;
  /** @default 0, a free port */
  port?: number;
  /** @default "127.0.0.1" */
  host?: string;
  /**
   * Where other APIs are served already; this one's stage must not be among theirs.
   * @default one of its own, at `host` and `port`
   */
  server?: HttpServer;
  /** AWS's quotas unless changed. */
  limits?: Partial<GatewayLimits>;
  /** The key pair that callers of `@connections` sign with. @default "local" and "local" */
  credentials?: Credentials;
  /**
   * Plain HTTP requests other than `@connections`, such as those of the example's page.
   * @default 426 for the stage's own path and 403 elsewhere, as AWS
   */
  serveHttp?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Called synchronously, in the order of what happens; must not throw. */
  onEvent?: OnGatewayEvent;
  /** @default nobody */
  watcher?: FrameWatcher | undefined;
  /** @default none */
  faults?: GatewayFaults;
  /** Clock of idle times, lifetimes and time stamps, in epoch milliseconds. @default Date.now */
  now?: () => number;
}

export interface Gateway {
  /** Takes further APIs. */
  readonly server: HttpServer;
  readonly port: number;
  readonly stage: string;
  /** What clients connect to: `ws://127.0.0.1:PORT/STAGE`. */
  readonly url: string;
  /** What the SDK posts to: `http://127.0.0.1:PORT/STAGE`. */
  readonly endpoint: string;
  /**
   * Takes an upgrade that came through another server, at `sourceIp`; its path is the stage's.
   */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer, sourceIp: string): void;
  /**
   * Takes over routes, timeouts and stage variables. Open connections stay.
   * @throws ApiChangedError for another id or stage
   */
  update(api: WebSocketApi): void;
  /**
   * Loses a client's TCP connection as the network would: it sees an abrupt end (1006).
   * @throws UnknownConnectionError
   */
  drop(connectionId: string): void;
  /** Ids of the open connections, oldest first. */
  connectionIds(): string[];
  /**
   * Moves the clock forward; who is idle or too old then is closed before this returns.
   * Integration timeouts keep real time.
   */
  advance(ms: number): void;
  /**
   * Closes all clients with 1001, and the port where no other API is served there, then resolves. No
   * `$disconnect` is sent, as the functions are going down with the gateway, and nothing is reported any
   * more: functions that still run lose their caller.
   */
  close(): Promise<void>;
}

/**
 * Amazon API Gateway's WebSocket APIs on this machine: clients speak real WebSocket, functions use the real
 * `@connections` API, both on one port. What is imitated, and from which source, stands with each part;
 * `aws-facts.md` §N is the project's collection of AWS's documentation and observations.
 *
 * Not imitated:
 * - authorizers (Lambda and IAM), API keys, request models, the account's own throttle,
 *   custom domains and mapping keys;
 * - integrations other than Lambda proxy and AWS services behind messages and `$disconnect` (HTTP, MOCK),
 *   integration responses, binary content handling;
 * - whatever order messages take into a service: here it is the order in which they came
 *   (unconfirmed on AWS);
 * - IAM permissions of `@connections`: any request with a right signature may do everything;
 * - close codes 1008 for throttling, 1011 and 1012; the 10 KB limit of headers; TLS;
 * - the loss of `$disconnect` events: here each ended connection gets exactly one, unless
 *   `faults` say otherwise;
 * - pings: answered, as `ws` does, and without effect on the idle time (unconfirmed on AWS);
 * - a slow or dead client is noticed by its full buffer (429) or the idle time only, as on AWS.
 *
 * @throws PortInUseError if another program has the port
 * @throws ListenError if the address cannot be bound for another reason
 * @throws RouteSelectionExpressionError if the API's expression is not supported
 *
 * @example
 * const gateway = await startGateway({ api, invoke: async (name, event) => ({ statusCode: 200 }) });
 * new WebSocket(gateway.url);
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { invoke, host = "127.0.0.1", port = 0, now = Date.now, faults, watcher } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const connections = new Map<string, Connection>();
  let { api } = options;
  let routes: RouteTable = routeTable(api);
  let advancedMs = 0;
  let isClosing = false;

  const clock = () => now() + advancedMs;
  const onEvent = (event: GatewayEvent) => {
    if (!isClosing) options.onEvent?.(event);
  };
  const callService: CallService = options.callService ?? refuseService;
  const parts: MessageOptions = {
    api: () => api,
    routes: () => routes,
    throttles: new Throttles(() => api, clock),
    invoke,
    callService,
    now: clock,
    onEvent,
    faults,
  };

  const owner: ConnectionOwner = {
    limits,
    now: clock,
    onMessage(connection, text, bytes) {
      watcher?.received(connection.id, text);
      void handleMessage(parts, connection, text, bytes);
      if (faults?.cuts(connection.id, text)) connection.close(1001, "Going away");
    },
    onSend(connection, text) {
      watcher?.sent(connection.id, text.toString());
    },
    onEnd(connection, code, reason) {
      connections.delete(connection.id);
      watcher?.closed(connection.id);
      if (!isClosing) void handleDisconnect(parts, connection, { code, reason });
    },
  };
  const doors = handshakes({
    ...parts,
    owner,
    onOpen(connection, request) {
      connections.set(connection.id, connection);
      watcher?.opened(connection.id, readHead(request));
    },
  });
  const management = managementApi({
    ...parts,
    limits,
    credentials: options.credentials ?? { accessKeyId: "local", secretAccessKey: "local" },
    find: (connectionId) => connections.get(connectionId),
  });
  const serveHttp = options.serveHttp ?? ((request, response) => refuseHttp(api.stage, request, response));

  const server = options.server ?? (await HttpServer.listen(port, host));
  server.add(api.stage, {
    request(request, response) {
      if (management.owns(request.url ?? "")) management.handle(request, response);
      else serveHttp(request, response);
    },
    upgrade: doors.upgrade,
  });
  const { authority } = server;

  return {
    server,
    port: server.port,
    stage: api.stage,
    url: `ws://${authority}/${api.stage}`,
    endpoint: `http://${authority}/${api.stage}`,
    upgrade: doors.upgrade,
    update(next) {
      if (next.stage !== api.stage || next.apiId !== api.apiId) {
        throw new ApiChangedError(`${api.apiId}/${api.stage}`, `${next.apiId}/${next.stage}`);
      }
      routes = routeTable(next);
      api = next;
    },
    drop(connectionId) {
      const connection = connections.get(connectionId);
      if (!connection) throw new UnknownConnectionError(connectionId);
      connection.drop();
    },
    connectionIds: () => [...connections.keys()],
    advance(ms) {
      advancedMs += ms;
      for (const connection of [...connections.values()]) connection.expireIfDue();
    },
    async close() {
      isClosing = true;
      await server.remove(api.stage, async () => {
        await Promise.all([...connections.values()].map((connection) => connection.leave(FAREWELL_MS)));
        doors.abort();
      });
    },
  };
}

function refuseService({ uri }: { uri: string }): never {
  throw new NoServiceError(uri);
}

/** How long a client may take to answer the close frame when the gateway stops. */
const FAREWELL_MS = 500;
