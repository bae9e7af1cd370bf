/**
 * The names on which infrastructure (`lib/`), functions (`lambdas/`, `runtime/`) and the local stack agree.
 * All three import this file, so it imports nothing.
 */

/** Environment variables that the construct sets on the functions. */
export const ENV = {
  /** Name of the table of connections. */
  connectionsTable: "SOCKET_IO_CONNECTIONS_TABLE",
  /** Name of the table of room members. */
  roomsTable: "SOCKET_IO_ROOMS_TABLE",
  /** Where this API takes posts to its connections: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  endpoint: "SOCKET_IO_ENDPOINT",
  /** Name of the function that posts chunks of large broadcasts. */
  deliverFunction: "SOCKET_IO_DELIVER_FUNCTION",
  /** The construct's `order`. */
  order: "SOCKET_IO_ORDER",
  /** How often the schedule calls, in milliseconds. */
  tickMs: "SOCKET_IO_TICK_MS",
} as const;

/** `Connections`: one item a connection. */
export const CONNECTIONS = {
  partitionKey: "connectionId",
  /** Epoch seconds (DynamoDB TTL). */
  expiresAt: "expiresAt",
} as const;

/** `Rooms`: one item for each socket in each room. */
export const ROOMS = {
  /** Namespace and room in one string; see `runtime/store/room-key.ts`. */
  partitionKey: "room",
  /** The socket's id. */
  sortKey: "sid",
  /** Epoch seconds (DynamoDB TTL). */
  expiresAt: "expiresAt",
} as const;

/** Ordered mode: what the mapping templates of `lib/queue-template.ts` write and `runtime/events/queued.ts` reads. */
export const QUEUE = {
  /** The values of API Gateway's `$context` that each queued event has; a message has its `messageId` too. */
  contextTexts: ["connectionId", "requestId", "apiId", "stage", "domainName"],
  contextNumbers: ["connectedAt", "requestTimeEpoch"],
  /** A connection's id is the group of its messages. With this at its end it is the group of its answers, which overtake them. */
  answersSuffix: "~",
} as const;

/** A client's message selects a route by this expression, so a plain client's action is a route key. */
export const ROUTE_SELECTION_EXPRESSION = "$request.body.action";
