/**
 * The Lambda handler that serves an app: `$connect`, every route's messages, `$disconnect`, and what it sends
 * itself.
 */
import type { DefaultEventsMap, Server } from "socket.io";
import { BoundServer, type RuntimeOptions } from "./bind-server.js";
import { timeLeft } from "./connection/deadline.js";
import { isSelfEvent, type SelfEvent } from "./delivery/self-invocation.js";
import { type EmitterAnswer, type EmitterEvent, isEmitterEvent } from "./emitter/operation.js";
import type { AfterResponse, Invoked, Later } from "./events/after-response.js";
import { onConnect } from "./events/connect.js";
import { onDeliver } from "./events/deliver.js";
import { onDisconnect } from "./events/disconnect.js";
import { onDisconnectSocket } from "./events/disconnect-socket.js";
import { onEmitted } from "./events/emitted.js";
import { giveUp } from "./events/give-up.js";
import { onGone } from "./events/gone.js";
import { onGuardedMessage } from "./events/guarded-message.js";
import type {
  ConnectEvent,
  DisconnectEvent,
  GatewayEvent,
  GatewayResult,
  MessageEvent,
  QueueEvent,
  QueueResult,
} from "./events/invocation.js";
import { onMessage } from "./events/message.js";
import { onOpen } from "./events/open.js";
import { isQueueEvent, onQueued } from "./events/queued.js";
import { onTick } from "./events/tick.js";
import { reportError } from "./log/log.js";
import { type HttpEvent, type HttpResult, isHttpEvent } from "./polling/http-event.js";
import type { Runtime } from "./runtime.js";
import { watchRegistrations } from "./user-code/late-registrations.js";
import { tellOfLoadTimers } from "./user-code/load-timers.js";
import { quietReplays } from "./user-code/quiet-console.js";

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
  /**
   * The function's handler. Answers API Gateway with 200 whatever the app did, except to refuse a handshake.
   */
  handler(event: GatewayEvent | SelfEvent, context?: HandlerContext): Promise<GatewayResult>;
  /** Behind a front door: a request of a client that polls. */
  handler(event: HttpEvent, context?: HandlerContext): Promise<HttpResult>;
  /** An emitter asks (`socket.io-lambda/emitter`). */
  handler(event: EmitterEvent, context?: HandlerContext): Promise<EmitterAnswer>;
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
 * An event ends when its listeners have: promises are awaited, and so is an ack that a listener names and has
 * not called yet (for 3 s). What runs on after the function's deadline is reported and may be lost.
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
  const runtime = new BoundServer(io as unknown as Server, options);
  Reflect.set(globalThis, LOADED, true);
  let hasBegun = false;
  function handler(event: GatewayEvent | SelfEvent, context?: HandlerContext): Promise<GatewayResult>;
  function handler(event: HttpEvent, context?: HandlerContext): Promise<HttpResult>;
  function handler(event: EmitterEvent, context?: HandlerContext): Promise<EmitterAnswer>;
  function handler(event: QueueEvent, context?: HandlerContext): Promise<QueueResult>;
  function handler(
    event: GatewayEvent | SelfEvent | HttpEvent | EmitterEvent | QueueEvent,
    context?: HandlerContext,
  ): Promise<Answer> {
    const leftMs = timeLeft(context);
    if (!hasBegun) watchRegistrations(runtime.io);
    hasBegun = true;
    const handleNow = (later?: Later): Promise<Answer> => {
      if (isEmitterEvent(event)) return onEmitted(runtime, event, leftMs());
      if (isQueueEvent(event)) return onQueued(runtime, event, leftMs);
      if (isHttpEvent(event)) return onHttpEvent(runtime, event, leftMs, later);
      return handle(runtime, event, leftMs, later);
    };
    const answer =
      afterResponse && isInvoked(context) ? afterResponse.serve(context, handleNow) : handleNow();
    // Behind it, for it begins with a read, and replays come when that has its answer.
    quietReplays();
    tellOfLoadTimers();
    return answer;
  }
  return { io, handler };
}

/** Asked for by `lib/stubs/cluster-adapters.cts`: the app's module has been loaded. */
const LOADED = Symbol.for("socket.io-lambda.loaded");

function isInvoked(context: HandlerContext | undefined): context is HandlerContext & Invoked {
  return context?.awsRequestId !== undefined;
}

type Answer = GatewayResult | HttpResult | EmitterAnswer | QueueResult;

const OK: GatewayResult = { statusCode: 200 };

async function handle(
  runtime: BoundServer,
  event: GatewayEvent | SelfEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<GatewayResult> {
  if (isSelfEvent(event)) {
    await handleSelfEvent(runtime, event, leftMs); // a rejection makes Lambda try again
    return OK;
  }
  const { eventType, connectionId } = event.requestContext;
  try {
    if (eventType === "CONNECT") return await onConnect(runtime, event as ConnectEvent, leftMs, later);
    if (eventType === "MESSAGE") await onAnyMessage(runtime, event as MessageEvent, leftMs());
    else await onDisconnect(runtime, event as DisconnectEvent, leftMs());
    return OK;
  } catch (error) {
    reportError("event", error, `${eventType} of ${connectionId}`);
    if (eventType === "CONNECT") return { statusCode: 500 };
    if (eventType === "MESSAGE") await giveUp(runtime, connectionId);
    return OK;
  }
}

/** A function that nobody has told of long-polling is asked for nothing else by HTTP. */
async function onHttpEvent(
  runtime: Runtime,
  event: HttpEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<HttpResult> {
  const { longPolling } = runtime;
  return longPolling ? longPolling.request(runtime, event, leftMs, later) : { statusCode: 404 };
}

function onAnyMessage(runtime: BoundServer, event: MessageEvent, withinMs: number): Promise<void> {
  const guarded = runtime.guardedRoutes.get(event.requestContext.routeKey);
  return guarded ? onGuardedMessage(runtime, event, guarded, withinMs) : onMessage(runtime, event, withinMs);
}

function handleSelfEvent(runtime: Runtime, event: SelfEvent, leftMs: () => number): Promise<void> {
  const withinMs = leftMs();
  switch (event.selfEvent) {
    case "open":
      return onOpen(runtime, event, withinMs);
    case "gone":
      return onGone(runtime, event, withinMs);
    case "polling":
      return runtime.longPolling?.stay(runtime, event.sid, leftMs) ?? Promise.resolve();
    case "deliver":
      return onDeliver(runtime, event, withinMs);
    case "heartbeat":
      return onTick(runtime, leftMs, event.at);
    case "disconnect-socket":
    case "disconnect":
      return onDisconnectSocket(runtime, event, withinMs);
  }
}
