/**
 * `socket.io-lambda/testing`: runs an app's server in this process, on the runtime that Lambda runs and on
 * the local gateway with AWS's limits, so that a unit test of handlers meets what production does.
 *
 * ```ts
 * import { serveLocal } from "socket.io-lambda/testing";
 * import { io as connect } from "socket.io-client";
 * import { io } from "../examples/chat/app.js";
 *
 * const server = await serveLocal(io);
 * const client = connect(server.url);
 * // …
 * client.disconnect();
 * await server.close();
 * ```
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { INTEGRATION_TIMEOUT_MS, MAX_ASYNC_EVENT_BYTES } from "../runtime/aws-limits.js";
import { dynamoStores } from "../runtime/backend.js";
import { CONNECTIONS, ROOMS, ROUTE_SELECTION_EXPRESSION } from "../runtime/contract.js";
import { deliver } from "../runtime/delivery/deliver-chunk.js";
import type { DeliverEvent } from "../runtime/delivery/deliver-event.js";
import { leasedDelivery } from "../runtime/delivery/leased-delivery.js";
import { managementApi } from "../runtime/delivery/management-api.js";
import type { SelfEvent } from "../runtime/delivery/self-invocation.js";
import type { EmitterOptions } from "../runtime/emitter/emitter.js";
import type { EmitterAnswer } from "../runtime/emitter/operation.js";
import { AwsCallError } from "../runtime/errors.js";
import { createHandlers, type Handlers, longPolling } from "../runtime/index.js";
import { reportError } from "../runtime/log/log.js";
import type { HttpEvent } from "../runtime/polling/http-event.js";
import { answerPoll } from "../runtime/polling/poll-request.js";
import { withQueues } from "../runtime/polling/polling-backend.js";
import type { DynamoClient } from "../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../runtime/store/dynamo-client.js";
import { dynamoPolling } from "../runtime/store/dynamo-polling.js";
import type { TimerOptions } from "../runtime/user-code/timer-options.js";
import type { FaultControl, FaultOptions, OnFault } from "./faults/fault-options.js";
import { Faults } from "./faults/faults.js";
import { clockJumps, gatewayFaults } from "./faults/gateway-faults.js";
import { InvocationFaults } from "./faults/invocation-faults.js";
import { injectTableFaults } from "./faults/table-faults.js";
import { type Gateway, type GatewayLimits, startGateway } from "./gateway/gateway.js";
import { InProcessFunctions } from "./lambda/in-process-functions.js";
import { Parts } from "./parts.js";
import { pollingDoor } from "./polling-door.js";
import { startTables } from "./tables/tables.js";

export type { Fault, FaultControl, FaultKind, FaultOptions, OnFault } from "./faults/fault-options.js";

export interface ServeOptions {
  /**
   * Keeps nothing between two events, as Lambda may: what works then works there. `false` keeps
   * sockets in memory, as an ordinary server does: an app that passes its tests only then relies
   * on closures or module state. @default true
   */
  readonly cold?: boolean;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Name of the stage, which is the path. @default "prod" */
  readonly stage?: string;
  /** AWS's quotas unless changed. */
  readonly limits?: Partial<GatewayLimits>;
  /**
   * Pings every so many milliseconds, as the schedule does every some minutes; the options of `new Server`
   * are then not looked at. @default no pings but those of `heartbeat()`
   */
  readonly pingInterval?: number;
  /** How long a client may take to answer a ping, in milliseconds. @default 20,000 */
  readonly pingTimeout?: number;
  /** Which timers an event waits for. @default as deployed: for those of up to 5 s */
  readonly timers?: TimerOptions;
  /** What goes wrong, and how often, from a seed. @default nothing */
  readonly faults?: FaultOptions;
  /** Hears of each fault that strikes. Must not throw. */
  readonly onFault?: OnFault;
}

export interface LocalTables {
  /** The server's own client. */
  readonly client: DynamoClient;
  /** For a client of the SDK, with any credentials: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** Their names. */
  readonly connections: string;
  readonly rooms: string;
}

export interface LocalServer {
  /** For `io(url)`, with any transport: `ws://127.0.0.1:PORT`. */
  readonly url: string;
  /** For `io(url, { path, transports: ["websocket"] })`, as without a front door: `/prod`. */
  readonly path: string;
  /** For `new WebSocket(…)`: `ws://127.0.0.1:PORT/prod`. */
  readonly plainUrl: string;
  /**
   * To list the open connections, lose one as the network would (`drop`), or jump the clock
   * past a limit (`advance`).
   */
  readonly gateway: Gateway;
  /** The tables, to look into what is stored. */
  readonly tables: LocalTables;
  /** Reaches this server from code that emits elsewhere: `new Emitter(server.emitter)`. */
  readonly emitter: EmitterOptions;
  /** Changes what goes wrong, or ends it. */
  readonly faults: FaultControl;
  /** Runs the heartbeat once, now. */
  heartbeat(): Promise<void>;
  /**
   * So many minutes pass for `every` and `after`: runs what is due in each, and resolves when it has run. The
   * clock of everything else stays, and nobody is pinged. @default 1
   */
  tick(minutes?: number): Promise<void>;
  /** Resolves when no event runs any more, but for GETs of clients that poll. */
  settled(): Promise<void>;
  /** Closes all clients with 1001 and ends everything that was started. */
  close(): Promise<void>;
}

const REGION = "eu-west-1";
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const IDENTITY = { credentials: CREDENTIALS, region: REGION };
const MINUTE_MS = 60_000;
const APP_FUNCTION = "app";
const DELIVER_FUNCTION = "deliver";
const POLL_FUNCTION = "poll";
const POLL_TIMEOUT_MS = 29_000;
const CLOSE_PATIENCE_MS = 1_000;
const CONNECTIONS_TABLE = "Connections";
const ROOMS_TABLE = "Rooms";

/**
 * Rejects, leaving nothing behind.
 *
 * @throws MissingPackageError for packages that are not installed, AppError when the server
 *   is served already, PortInUseError when another program has the port, FaultOptionsError
 *   for a fault that does not exist.
 */
export async function serveLocal(
  // biome-ignore lint/suspicious/noExplicitAny: a server with events of any type
  io: Server<any, any, any, any>,
  options: ServeOptions = {},
): Promise<LocalServer> {
  const parts = new Parts();
  try {
    return await serve(io, options, parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function serve(
  // biome-ignore lint/suspicious/noExplicitAny: a server with events of any type
  io: Server<any, any, any, any>,
  options: ServeOptions,
  parts: Parts,
): Promise<LocalServer> {
  const { cold = true, port = 0, stage = "prod", limits = {}, pingInterval, pingTimeout } = options;
  if (pingInterval !== undefined) {
    Object.assign(io._opts, { pingInterval, ...(pingTimeout !== undefined && { pingTimeout }) });
  }
  const faults = new Faults(options.faults, options.onFault);
  const tables = await parts.add(startTables((message) => reportError("store", message)));
  await tables.create(TABLES);
  const client = createDynamoClient({ endpoint: tables.endpoint, identity: IDENTITY });
  injectTableFaults(faults, tables);

  const functions = new InProcessFunctions({
    functions: {
      [APP_FUNCTION]: (event) => handlers.handler(event as SelfEvent),
      [DELIVER_FUNCTION]: (event) =>
        deliver(
          { ...(event as DeliverEvent), appFunction: APP_FUNCTION },
          managementApi({ endpoint: gateway.endpoint, identity: IDENTITY }),
          invokeAsync,
          DELIVER_FUNCTION,
        ),
      [POLL_FUNCTION]: (event) =>
        answerPoll({ polling, invokeApp }, event as HttpEvent, () => POLL_TIMEOUT_MS),
    },
    waiting: [POLL_FUNCTION],
    faults: new InvocationFaults(faults),
    onAsyncError: (error) => reportError("event", error),
  });
  /** Lambda takes the event and runs it later. @throws AwsCallError where it is too large, as on Lambda */
  const invokeAsync = async (name: string, event: object) => {
    checkAsyncEvent(name, event);
    void functions.invokeAsync(name, event);
  };

  const invokeApp = (event: SelfEvent) => invokeAsync(APP_FUNCTION, event);
  const stores = dynamoStores(client, CONNECTIONS_TABLE, ROOMS_TABLE);
  const polling = dynamoPolling(client, ROOMS_TABLE);
  const handlers: Handlers = createHandlers(io, {
    keepSockets: !cold,
    tickMs: pingInterval ?? MINUTE_MS,
    longPolling,
    timers: options.timers,
    backend: () => {
      const gatewayOnly = managementApi({ endpoint: gateway.endpoint, identity: IDENTITY });
      const backend = {
        ...stores,
        delivery: leasedDelivery(gatewayOnly, stores.leases),
        endpoint: gateway.endpoint,
        invokeSelf: invokeApp,
        invokeDeliver: (event: Omit<DeliverEvent, "appFunction">) => invokeAsync(DELIVER_FUNCTION, event),
      };
      return withQueues(backend, polling);
    },
  });
  const gateway = await startGateway({
    api: apiOf(stage),
    port,
    limits,
    credentials: CREDENTIALS,
    faults: gatewayFaults(faults),
    invoke: (name, event) => functions.invoke(name, event),
  });
  const [, segment = ""] = io.path().split("/");
  const stageDoor = gateway.server.door(stage);
  if (stageDoor && !gateway.server.has(segment)) {
    gateway.server.add(
      segment,
      pollingDoor({
        invoke: (name, event) => functions.invoke(name, event),
        appFunction: APP_FUNCTION,
        pollFunction: POLL_FUNCTION,
        stage: { name: stage, door: stageDoor },
      }),
    );
  }
  const jumps = clockJumps(faults, gateway.advance);

  const heartbeat = () => functions.invokeAsync(APP_FUNCTION, { selfEvent: "heartbeat" });
  let minutes = 0;
  const tick = async (passing = 1) => {
    for (const end = minutes + passing; minutes < end; ) {
      minutes++;
      const at = Date.now() + minutes * MINUTE_MS;
      await functions.invokeAsync(APP_FUNCTION, { selfEvent: "heartbeat", at });
    }
  };
  const beats = pingInterval !== undefined && setInterval(heartbeat, pingInterval);

  return {
    heartbeat,
    tick,
    url: `ws://127.0.0.1:${gateway.port}`,
    path: `/${stage}`,
    plainUrl: gateway.url,
    gateway,
    tables: { client, endpoint: tables.endpoint, connections: CONNECTIONS_TABLE, rooms: ROOMS_TABLE },
    emitter: {
      invoke: async (event) => (await functions.invoke(APP_FUNCTION, JSON.parse(event))) as EmitterAnswer,
    },
    faults,
    settled: () => functions.settled(),
    async close() {
      if (beats) clearInterval(beats);
      jumps.close();
      faults.stop();
      // Events that end by themselves may still talk to their clients; those that wait for
      // a client would wait for long.
      await Promise.race([functions.settled(), delay(CLOSE_PATIENCE_MS)]);
      if (segment !== stage) await gateway.server.remove(segment, async () => {});
      await gateway.close();
      await tables.close();
    },
  };
}

function checkAsyncEvent(name: string, event: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes <= MAX_ASYNC_EVENT_BYTES) return;
  const cause = new Error(
    `${bytes} byte payload is too large for the Event invocation type (limit ${MAX_ASYNC_EVENT_BYTES} bytes)`,
  );
  throw new AwsCallError(413, `Invoking ${name} asynchronously`, { cause });
}

const TABLES = [
  {
    TableName: CONNECTIONS_TABLE,
    KeySchema: [{ AttributeName: CONNECTIONS.partitionKey, KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: CONNECTIONS.partitionKey, AttributeType: "S" }],
  },
  {
    TableName: ROOMS_TABLE,
    KeySchema: [
      { AttributeName: ROOMS.partitionKey, KeyType: "HASH" },
      { AttributeName: ROOMS.sortKey, KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: ROOMS.partitionKey, AttributeType: "S" },
      { AttributeName: ROOMS.sortKey, AttributeType: "S" },
    ],
  },
] as const;

function apiOf(stage: string) {
  const keys = ["$connect", "$disconnect", "$default"];
  const route = (routeKey: string) => ({
    routeKey,
    functionName: APP_FUNCTION,
    integrationTimeoutMs: INTEGRATION_TIMEOUT_MS,
    returnsResponse: false,
  });
  return {
    apiId: "local",
    stage,
    region: REGION,
    accountId: "000000000000",
    routeSelectionExpression: ROUTE_SELECTION_EXPRESSION,
    routes: new Map(keys.map((key) => [key, route(key)])),
  };
}
