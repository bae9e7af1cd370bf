/**
 * A broadcast as an app makes it: one MESSAGE event, whose handler says `io.to(room).emit(…)`.
 * The socket's session comes from memory and everything else is the runtime's own:
 * rehydration, `Query` by the SDK, fan-out, posts.
 */

import { Server } from "socket.io";
import { type Backend, dynamoStores } from "../../runtime/backend.js";
import { invokeFunction } from "../../runtime/delivery/invoke-function.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import type { MessageEvent } from "../../runtime/events/invocation.js";
import { createHandlers } from "../../runtime/index.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import type { ConnectionStore, StoredConnection } from "../../runtime/store/store.js";
import { connectionId, ROOM } from "../mock/members.js";
import { deliverEnvironments } from "./deliver-environments.js";
import { FRAME, type PostAll, type PostingTask } from "./protocol.js";

/** With `deliver` in threads of this process, or in none: then the one invocation posts to all. */
export function ourBroadcast({ url, deliverEnvironments: count, deliverWorker }: PostingTask): PostAll {
  const deliver = deliverWorker === undefined ? undefined : deliverEnvironments(count, deliverWorker, url);
  const broadcast = prepare(url, deliver && (async (event) => deliver.invoke(event)));
  return async () => {
    await broadcast();
    await deliver?.idle();
  };
}

/**
 * The part of the app function's invocation where `deliver` does the rest: Lambda's API,
 * which the mock is, takes each chunk.
 */
export function ourHandOver({ url }: PostingTask): PostAll {
  process.env.AWS_ENDPOINT_URL_LAMBDA = url;
  return prepare(url, (event) => invokeFunction("deliver", { ...event, appFunction: "app" }));
}

/** An environment of the app function, whose one event is a broadcast. */
export function prepare(
  url: string,
  invokeDeliver: Backend["invokeDeliver"],
  onEmit: (name: string) => void = () => {},
): (name?: string) => Promise<void> {
  const endpoint = `${url}/prod`;
  const backend: Backend = {
    ...dynamoStores(createDynamoClient({ endpoint: url }), "Connections", "Rooms"),
    connections: connectionsInMemory(sender(endpoint)),
    delivery: managementApi(),
    invokeSelf: () => Promise.reject(new Error("Nobody is gone here.")),
    invokeDeliver,
    endpoint,
  };
  const io = new Server();
  const args = JSON.parse(FRAME.slice(2));
  io.on("connection", (socket) =>
    socket.on("broadcast", (name: string) => {
      onEmit(name);
      io.to(ROOM).emit("said", name, ...args.slice(2));
    }),
  );
  const { handler } = createHandlers(io, { backend: () => backend });
  return async (name = args[1]) => {
    const event = { ...EVENT, body: `42${JSON.stringify(["broadcast", name])}` };
    const { statusCode } = await handler(event, { getRemainingTimeInMillis: () => DEADLINE_MS });
    if (statusCode !== 200) throw new Error(`The handler answered ${statusCode}.`);
  };
}

/** The largest broadcast takes longer here than a function may. */
const DEADLINE_MS = 600_000;

const SENDER = connectionId(0);

const EVENT: MessageEvent = {
  body: "",
  requestContext: {
    eventType: "MESSAGE",
    routeKey: "$default",
    messageId: "bench",
    connectionId: SENDER,
    connectedAt: 0,
    requestTimeEpoch: 0,
    requestId: "bench",
    apiId: "bench",
    stage: "prod",
    domainName: "bench",
    identity: { sourceIp: "127.0.0.1" },
  },
};

function sender(endpoint: string): StoredConnection {
  const none = { data: new Map(), properties: new Map(), spent: new Set<string>() };
  const sid = "sid-0";
  const session = { sid, pid: "pid", parent: undefined, recovered: false, auth: {}, issued: 0, ...none };
  return {
    connectionId: SENDER,
    endpoint,
    protocol: "engine.io",
    handshake: { headers: {}, query: { EIO: "4" }, url: "/", address: "127.0.0.1", secure: true },
    connectedAt: 0,
    strays: [],
    sessions: new Map([["/", { ...session, rooms: new Set([sid, ROOM]) }]]),
  };
}

/** One connection that is always there; nothing of it changes in these events. */
function connectionsInMemory(connection: StoredConnection): ConnectionStore {
  const refuse = () => Promise.reject(new Error("Nothing is written here."));
  return {
    load: async () => connection,
    loadAll: async () => [connection],
    create: refuse,
    save: refuse,
    saveShared: refuse,
    spend: refuse,
    claimGreeting: refuse,
    // Of an event that takes a second: on a busy machine a broadcast to 100,000 does.
    noteWaiting: async () => new Set(),
    dropWaiting: async () => {},
    upgraded: refuse,
    shareRoom: refuse,
    claim: refuse,
    forget: refuse,
    forgetLater: refuse,
    noteStray: refuse,
    dropStray: refuse,
    removeSession: refuse,
  };
}
