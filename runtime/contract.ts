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

/** A client's message selects a route by this expression, so a plain client's action is a route key. */
export const ROUTE_SELECTION_EXPRESSION = "$request.body.action";
