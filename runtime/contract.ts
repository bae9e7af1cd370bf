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
  /**
   * Where this API takes posts to its connections:
   * `https://{api}.execute-api.{region}.amazonaws.com/{stage}`.
   */
  endpoint: "SOCKET_IO_ENDPOINT",
  /** Name of the function that posts chunks of large broadcasts. */
  deliverFunction: "SOCKET_IO_DELIVER_FUNCTION",
  /**
   * `:` and the alias by which the app function invokes itself, where the construct
   * provisions concurrency for one.
   */
  alias: "SOCKET_IO_ALIAS",
  /** The construct's `order`. */
  order: "SOCKET_IO_ORDER",
  /** The construct's `limits`, as JSON. */
  limits: "SOCKET_IO_LIMITS",
  /**
   * How many events of one client may wait for long at once. Not set by the construct: the runtime has a
   * default.
   */
  maxWaitingEvents: "SOCKET_IO_MAX_WAITING_EVENTS",
  /** The construct's `timers.awaitUpTo`, in milliseconds. */
  awaitTimers: "SOCKET_IO_AWAIT_TIMERS_MS",
  /** How often the schedule calls, in milliseconds. */
  tickMs: "SOCKET_IO_TICK_MS",
  /**
   * Routes to functions of the user's own that need a session, as JSON (`runtime/events/route-guards.ts`).
   */
  routes: "SOCKET_IO_ROUTES",
  /** Names of headers of the handshake that are not stored, with commas between them. */
  forgottenHeaders: "SOCKET_IO_FORGOTTEN_HEADERS",
  /** How the host names of AWS's services end: `{region}.{URL suffix of the partition}`. */
  awsDomain: "SOCKET_IO_LAMBDA_AWS_DOMAIN",
  /** What the front door alone sends along (`FRONT_DOOR.keyHeader`). Not set where there is none. */
  frontDoorKey: "SOCKET_IO_FRONT_DOOR_KEY",
  /**
   * Whom the poll function and emitters invoke: the app function, with its alias where it has one. By its
   * name, or for emitters by its ARN.
   */
  appFunction: "SOCKET_IO_APP_FUNCTION",
  /** Set by the local stack, and nowhere else. */
  isLocal: "SOCKET_IO_LOCAL",
  /** "true" where the local stack runs the app as a server would, to compare (`dev --compare`). */
  keepSockets: "SOCKET_IO_LOCAL_KEEP_SOCKETS",
} as const;

/**
 * Set in CDK's context by the local stack: a bundle then needs no packages beside it, for
 * it finds those of the project.
 */
export const LOCAL_CONTEXT = "socket.io-lambda:local";
/**
 * Between the construct and the local stack: the context that asks for each function's
 * file, and the metadata that names it.
 */
export const NAME_FILES = "socket.io-lambda:name-files";
export const FILE_METADATA = "socket.io-lambda:file";

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

/**
 * Ordered mode: what the mapping templates of `lib/queue-template.ts` write and `runtime/events/queued.ts`
 * reads.
 */
export const QUEUE = {
  /** The values of API Gateway's `$context` that each queued event has; a message has its `messageId` too. */
  contextTexts: ["connectionId", "requestId", "apiId", "stage", "domainName"],
  contextNumbers: ["connectedAt", "requestTimeEpoch"],
  /**
   * A connection's id is the group of its messages. With this at its end it is the group of its answers,
   * which overtake them.
   */
  answersSuffix: "~",
} as const;

/**
 * What the front door's edge function (`lib/`) and the functions behind it agree on. Header names are in
 * lower case, as CloudFront and API Gateway hand them over.
 */
export const FRONT_DOOR = {
  /** The path of Socket.IO's clients where the construct names none. */
  path: "/socket.io",
  /** Where the edge function sends the GETs that wait for packets, on the HTTP API. */
  pollPath: "/socket.io-lambda/poll",
  /** Proves that a request has come through the front door. */
  keyHeader: "x-socket-io-key",
  /** The client's address, as CloudFront sees it. */
  viewerHeader: "x-socket-io-viewer",
  /** The `Host` that the client asked for; API Gateway sees its own. */
  hostHeader: "x-socket-io-host",
} as const;

/** The client's script beside the app's bundle: those that socket.io 4.8 serves, and their version. */
export const CLIENT_FILES = {
  folder: "socket.io-client",
  version: "version",
  names: ["socket.io", "socket.io.min", "socket.io.esm.min", "socket.io.msgpack.min"].flatMap((name) => [
    `${name}.js`,
    `${name}.js.map`,
  ]) as readonly string[],
} as const;

/** A client's message selects a route by this expression, so a plain client's action is a route key. */
export const ROUTE_SELECTION_EXPRESSION = "$request.body.action";
