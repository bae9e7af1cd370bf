/** The test kit's server: the runtime and the local gateway in this process, over the tables of a thread. */
import { setTimeout as delay } from "node:timers/promises";
import { MAX_ASYNC_EVENT_BYTES } from "../../runtime/aws-limits.js";
import { dynamoStores } from "../../runtime/backend.js";
import { deliver } from "../../runtime/delivery/deliver-chunk.js";
import { type Chunk, isRange, type RangeOfBroadcast } from "../../runtime/delivery/deliver-event.js";
import { deliverRange } from "../../runtime/delivery/deliver-range.js";
import { leasedDelivery } from "../../runtime/delivery/leased-delivery.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import type { EmitterAnswer } from "../../runtime/emitter/operation.js";
import { AwsCallError } from "../../runtime/errors.js";
import { reportError } from "../../runtime/log/log.js";
import { longPolling } from "../../runtime/long-polling.js";
import type { HttpEvent } from "../../runtime/polling/http-event.js";
import { answerPoll } from "../../runtime/polling/poll-request.js";
import { withQueues } from "../../runtime/polling/polling-backend.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import { Faults } from "../faults/faults.js";
import { clockJumps, gatewayFaults } from "../faults/gateway-faults.js";
import { InvocationFaults } from "../faults/invocation-faults.js";
import { injectTableFaults } from "../faults/table-faults.js";
import { startGateway } from "../gateway/gateway.js";
import { InProcessFunctions } from "../lambda/in-process-functions.js";
import { Parts } from "../parts.js";
import { pollingDoor } from "../polling-door.js";
import { startTables } from "../tables/tables.js";
import type { KitApp, KitOptions, LocalServer } from "./options.js";
import { APP_FUNCTION, apiOf, CONNECTIONS_TABLE, REGION, ROOMS_TABLE, TABLES } from "./stack.js";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const IDENTITY = { credentials: CREDENTIALS, region: REGION };
const MINUTE_MS = 60_000;
const DELIVER_FUNCTION = "deliver";
const POLL_FUNCTION = "poll";
const POLL_TIMEOUT_MS = 29_000;
const CLOSE_PATIENCE_MS = 1_000;

/** Rejects, leaving nothing behind. */
export async function serveKit(app: KitApp, options: KitOptions = {}): Promise<LocalServer> {
  const parts = new Parts();
  try {
    return await serve(app, options, parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function serve(app: KitApp, options: KitOptions, parts: Parts): Promise<LocalServer> {
  const { port = 0, stage = "prod", limits = {}, pingInterval } = options;
  const faults = new Faults(options.faults, options.onFault);
  const tables = await parts.add(startTables((message) => reportError("store", message)));
  await tables.create(TABLES);
  const client = createDynamoClient({ endpoint: tables.endpoint, identity: IDENTITY });
  injectTableFaults(faults, tables);

  const functions = new InProcessFunctions({
    functions: {
      [APP_FUNCTION]: (event) => handler(event as object),
      [DELIVER_FUNCTION]: (event) => {
        const delivery = managementApi({ endpoint: gateway.endpoint, identity: IDENTITY });
        const own = { ...(event as Chunk | RangeOfBroadcast), appFunction: APP_FUNCTION };
        return isRange(own)
          ? deliverRange(own, stores.rooms.pages, delivery, invokeAsync, DELIVER_FUNCTION)
          : deliver(own, delivery, invokeAsync, DELIVER_FUNCTION);
      },
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
  const handler = app.handler({
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
        invokeDeliver: (event: Chunk | RangeOfBroadcast) => invokeAsync(DELIVER_FUNCTION, event),
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
    watcher: options.watcher,
    invoke: (name, event) => functions.invoke(name, event),
  });
  const [, segment = ""] = app.path.split("/");
  const stageDoor = gateway.server.door(stage);
  if (stageDoor && !gateway.server.has(segment)) {
    gateway.server.add(
      segment,
      pollingDoor({
        invoke: (name, event) => functions.invoke(name, event),
        appFunction: APP_FUNCTION,
        pollFunction: POLL_FUNCTION,
        watcher: options.watcher,
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
