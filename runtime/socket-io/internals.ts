/**
 * The few parts of socket.io that we touch and its types hide. All of socket.io 4.8.4
 * (github.com/socketio/socket.io/tree/socket.io@4.8.4/packages/socket.io/lib); a test checks that they still
 * exist.
 */
import type { EventEmitter } from "node:events";
import type { Namespace, Server, Socket } from "socket.io";
import type { Adapter } from "socket.io-adapter";
import type { Decoder, Encoder, Packet } from "socket.io-parser";

/** `index.ts`, class Server. */
export interface ServerInternals {
  opts: ServerOptions;
  readonly _parser: { readonly Decoder: new () => Decoder };
  readonly encoder: Encoder;
  readonly _nsps: Map<string, Namespace>;
  /** In the order in which the app made them. */
  readonly parentNsps: Map<unknown, ParentInternals>;
  /**
   * How long a client may stay without a namespace, in milliseconds: the option `connectTimeout` and the
   * method of that name.
   */
  readonly _connectTimeout: number;
  readonly httpServer?: unknown;
}

/** `parent-namespace.ts`. */
export interface ParentInternals extends EventEmitter {
  readonly children: Set<Namespace>;
  readonly adapter: { broadcast: Adapter["broadcast"] };
  createChild(name: string): Namespace;
}

/** What we read of `new Server(options)`. */
export interface ServerOptions {
  readonly parser?: unknown;
  readonly transports?: readonly string[];
  readonly allowEIO3?: boolean;
  readonly allowUpgrades?: boolean;
  readonly cookie?: true | object;
  readonly httpCompression?: boolean | { readonly threshold?: number };
  readonly connectionStateRecovery?: {
    readonly maxDisconnectionDuration?: number;
    readonly skipMiddlewares?: boolean;
  };
  readonly cors?: unknown;
  readonly allowRequest?: (
    request: unknown,
    decide: (error: string | null | undefined, allowed: boolean) => void,
  ) => void;
  readonly maxHttpBufferSize?: number;
  readonly pingInterval?: number;
  readonly pingTimeout?: number;
}

export type ConnectMiddleware = (
  socket: Socket,
  next: (error?: Error & { data?: unknown }) => void,
) => unknown;

type EventMiddleware = (event: unknown[], next: (error?: Error) => void) => unknown;

/** `client.ts`: one for each connection. */
export interface Client {
  readonly conn: object;
}

/** `namespace.ts`. */
export interface NamespaceInternals {
  /** The next ack id. Starts at 0 in each process, so two environments would give out the same. */
  _ids: number;
  readonly _fns: readonly ConnectMiddleware[];
  readonly _preConnectSockets: Map<string, Socket>;
  _add(client: Client, auth: Record<string, unknown>, done: (socket: Socket) => void): Promise<void>;
  _createSocket(client: Client, auth: Record<string, unknown>): Promise<Socket>;
  _remove(socket: Socket): void;
  run(socket: Socket, done: (error?: Error) => void): void;
  emitReserved(event: string, ...args: unknown[]): boolean;
}

/** `socket.ts`. */
export interface SocketInternals {
  /** The namespace's, until we give the socket a view of its own. */
  adapter: Adapter;
  readonly acks: Map<number, unknown>;
  /** Set by `timeout()` and its kin for the next emit, which takes them. */
  flags: object;
  /** Called by `emit` for a callback. */
  registerAckCallback(id: number, ack: (...args: unknown[]) => void): void;
  notifyOutgoingListeners(packet: Packet): void;
  /** The middlewares of `use`. */
  readonly fns: readonly EventMiddleware[];
  /** The function that sends the ack with this id, once. */
  ack(id: number): (...args: unknown[]) => void;
  _onerror(error: Error): void;
  emitReserved(event: string, ...args: unknown[]): boolean;
}

/** What the library itself puts on a `Socket`: whatever else is there is the app's. */
export const SOCKET_PROPERTIES: ReadonlySet<string> = new Set(
  "_events _eventsCount _maxListeners nsp client id pid recovered handshake data connected acks fns flags server adapter join _anyListeners _anyOutgoingListeners".split(
    " ",
  ),
);

export function internalsOf(server: Server): ServerInternals;
export function internalsOf(namespace: Namespace): NamespaceInternals;
export function internalsOf(socket: Socket): SocketInternals;
export function internalsOf(object: EventEmitter): unknown {
  return object;
}
