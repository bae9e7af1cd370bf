/** The Lambda handler that serves an app: `$connect`, every route's messages, `$disconnect`, and what it sends itself. */
import type { DefaultEventsMap, Server } from "socket.io";
import type { AfterResponse, Invoked, Later } from "./after-response.js";
import { onConnect } from "./events/connect.js";
import { onDisconnect, onGone } from "./events/disconnect.js";
import { onDisconnectSocket } from "./events/disconnect-socket.js";
import { onMessage } from "./events/message.js";
import { onOpen } from "./events/open.js";
import { isQueueEvent, onQueued } from "./events/queued.js";
import type {
  ConnectEvent,
  DisconnectEvent,
  GatewayEvent,
  GatewayResult,
  MessageEvent,
  QueueEvent,
  QueueResult,
} from "./gateway-event.js";
import { beat } from "./heartbeat.js";
import { reportError } from "./log.js";
import { Runtime, type RuntimeOptions } from "./runtime.js";
import { isSelfEvent, type SelfEvent } from "./self-invocation.js";

/** What we read of Lambda's context object. */
export interface HandlerContext {
  readonly awsRequestId?: string;
  getRemainingTimeInMillis(): number;
}

export interface HandlerOptions extends RuntimeOptions {
  /** Where work may run after a response. Default: nowhere, so that it takes an asynchronous invocation. */
  readonly afterResponse?: AfterResponse | undefined;
}

// biome-ignore-start lint/suspicious/noExplicitAny: socket.io's own bounds and defaults of these four
export interface Handlers<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  SocketData = any,
> {
  /** The function's handler. Answers API Gateway with 200 whatever the app did, except to refuse a handshake. */
  handler(event: GatewayEvent | SelfEvent, context?: HandlerContext): Promise<GatewayResult>;
  /** In ordered mode, where a queue brings the events. Names those that it has to bring again. */
  handler(event: QueueEvent, context?: HandlerContext): Promise<QueueResult>;
  /** The server that was given, with its types. */
  readonly io: Server<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
}

type EventsMap = Record<string, any>;
// biome-ignore-end lint/suspicious/noExplicitAny: see above

/**
 * Binds a server to the Lambda function that runs it.
 *
 * ```ts
 * import { createHandlers } from "socket.io-lambda";
 * import { io } from "./app.js";
 * export const { handler } = createHandlers(io);
 * ```
 *
 * An event ends when its listeners have: promises are awaited, and so is an ack that a listener names and has not called
 * yet (for 3 s). What runs on after the function's deadline is reported and may be lost.
 *
 * @throws AppError when called twice with one server.
 */
export function createHandlers<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's own default
  SocketData = any,
>(
  io: Server<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
  { afterResponse, ...options }: HandlerOptions = {},
): Handlers<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  const runtime = new Runtime(io as unknown as Server, options);
  function handler(event: GatewayEvent | SelfEvent, context?: HandlerContext): Promise<GatewayResult>;
  function handler(event: QueueEvent, context?: HandlerContext): Promise<QueueResult>;
  function handler(
    event: GatewayEvent | SelfEvent | QueueEvent,
    context?: HandlerContext,
  ): Promise<GatewayResult | QueueResult> {
    const leftMs = timeLeft(context);
    const handleNow = (later?: Later): Promise<GatewayResult | QueueResult> =>
      isQueueEvent(event) ? onQueued(runtime, event, leftMs) : handle(runtime, event, leftMs, later);
    return afterResponse && isInvoked(context) ? afterResponse.serve(context, handleNow) : handleNow();
  }
  return { io, handler };
}

/** API Gateway gives up after 29 s and then cuts a Socket.IO client off with a frame of its own (`aws-facts.md` §1.6). */
const INTEGRATION_TIMEOUT_MS = 29_000;

/** Time to answer, and to save what there is, before the function or the gateway runs out of theirs. */
const MARGIN_MS = 1_000;

/** Returns what tells how long handlers may still take. */
function timeLeft(context: HandlerContext | undefined): () => number {
  const startedMs = performance.now();
  return () => {
    const gatewayLeftMs = INTEGRATION_TIMEOUT_MS - (performance.now() - startedMs);
    const leftMs = Math.min(context?.getRemainingTimeInMillis() ?? gatewayLeftMs, gatewayLeftMs);
    return Math.max(leftMs - MARGIN_MS, leftMs / 2);
  };
}

function isInvoked(context: HandlerContext | undefined): context is HandlerContext & Invoked {
  return context?.awsRequestId !== undefined;
}

const OK: GatewayResult = { statusCode: 200 };

async function handle(
  runtime: Runtime,
  event: GatewayEvent | SelfEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<GatewayResult> {
  if (isSelfEvent(event)) {
    await handleSelfEvent(runtime, event, leftMs()); // a rejection makes Lambda try again
    return OK;
  }
  const { eventType, connectionId } = event.requestContext;
  try {
    if (eventType === "CONNECT") return await onConnect(runtime, event as ConnectEvent, leftMs, later);
    if (eventType === "MESSAGE") await onMessage(runtime, event as MessageEvent, leftMs());
    else await onDisconnect(runtime, event as DisconnectEvent, leftMs());
    return OK;
  } catch (error) {
    reportError("event", error, `${eventType} of ${connectionId}`);
    if (eventType === "CONNECT") return { statusCode: 500 };
    if (eventType === "MESSAGE") await giveUp(runtime, connectionId);
    return OK;
  }
}

/**
 * A message got lost, for instance because DynamoDB refused all tries: its client would wait for an answer that never
 * comes. It is closed, as by a server that breaks down, and may come again.
 */
async function giveUp({ backend }: Runtime, connectionId: string): Promise<void> {
  await backend.delivery
    .close({ connectionId, endpoint: backend.endpoint, protocol: "plain" })
    .catch((error: unknown) => reportError("delivery", error, `closing ${connectionId}`));
}

function handleSelfEvent(runtime: Runtime, event: SelfEvent, deadlineMs: number): Promise<void> {
  switch (event.selfEvent) {
    case "open":
      return onOpen(runtime, event, deadlineMs);
    case "gone":
      return onGone(runtime, event, deadlineMs);
    case "heartbeat":
      return beat(runtime.backend, runtime.heartbeat);
    case "disconnect":
      return onDisconnectSocket(runtime, event, deadlineMs);
  }
}
