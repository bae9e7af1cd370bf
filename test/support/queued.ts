/** Events as ordered mode brings them: through the mapping template's JSON and the queue. */
import { randomUUID } from "node:crypto";
import { Server, type ServerOptions } from "socket.io";
import type { Backend } from "../../runtime/backend.js";
import { QUEUE } from "../../runtime/contract.js";
import type {
  DisconnectEvent,
  MessageEvent,
  QueueEvent,
  QueueRecord,
} from "../../runtime/events/invocation.js";
import { createHandlers, type Handlers } from "../../runtime/handlers.js";
import { testBackends } from "./backend.js";
import { GatewayEvents } from "./gateway-events.js";

export interface OrderedOptions {
  readonly io?: Partial<ServerOptions>;
  readonly change?: (backend: Backend) => Partial<Backend>;
}

/** Returns what serves an app in ordered mode, in this process. One set of tables a file. */
export function orderedServers() {
  const makeBackend = testBackends();
  return (app: (io: Server) => void, { io: options, change }: OrderedOptions = {}) => {
    const io = new Server(options);
    app(io);
    const world = makeBackend();
    const backend = { ...world.backend, ...change?.(world.backend) };
    const { handler }: Handlers = createHandlers(io, { backend: () => backend, order: "ordered" });
    return {
      ...world,
      handler,
      /** A plain client's handshake and greeting. */
      async plain(): Promise<GatewayEvents> {
        const client = new GatewayEvents();
        await handler(client.connect());
        const open = world.selfEvents.at(-1);
        if (open) await handler(open);
        return client;
      },
      async engineIo(): Promise<GatewayEvents> {
        const client = new GatewayEvents();
        await handler(client.connect({ EIO: "4", transport: "websocket" }));
        return client;
      },
      framesOf: (client: GatewayEvents) => world.delivery.to(client.connectionId).map(String),
    };
  };
}

export function queueEvent(...Records: QueueRecord[]): QueueEvent {
  return { Records };
}

export function queued(event: MessageEvent | DisconnectEvent): QueueRecord {
  const { eventType, connectionId } = event.requestContext;
  if (eventType !== "MESSAGE") {
    const {
      disconnectStatusCode: _code,
      disconnectReason: _reason,
      ...requestContext
    } = event.requestContext;
    return recordOf(connectionId, { requestContext });
  }
  const { body, requestContext } = event as MessageEvent;
  const isBase64Encoded = true;
  return recordOf(connectionId, {
    isBase64Encoded,
    body: Buffer.from(body).toString("base64"),
    requestContext,
  });
}

/** An answer, which the template puts into a group of its own. */
export function queuedAnswer(event: MessageEvent): QueueRecord {
  const { attributes, ...record } = queued(event);
  return { ...record, attributes: { MessageGroupId: attributes.MessageGroupId + QUEUE.answersSuffix } };
}

export function recordOf(MessageGroupId: string, body: object | string): QueueRecord {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { messageId: randomUUID(), body: text, attributes: { MessageGroupId } };
}
