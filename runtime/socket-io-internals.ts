/**
 * The few parts of socket.io that we touch and its types hide. All of socket.io 4.8.4
 * (github.com/socketio/socket.io/tree/socket.io@4.8.4/packages/socket.io/lib); a test checks that they still exist.
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
  readonly httpServer?: unknown;
}

/** `parent-namespace.ts`. */
export interface ParentInternals {
  readonly children: Set<Namespace>;
  readonly adapter: { broadcast: Adapter["broadcast"] };
  createChild(name: string): Namespace;
  emit(event: string, ...args: unknown[]): boolean;
}

/** What we read of `new Server(options)`. */
export interface ServerOptions {
  readonly parser?: unknown;
  readonly adapter?: unknown;
  readonly transports?: readonly string[];
  readonly allowEIO3?: boolean;
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

/** `namespace.ts`. */
export interface NamespaceInternals {
  /** The next ack id. Starts at 0 in each process, so two environments would give out the same. */
  _ids: number;
  readonly _fns: readonly ConnectMiddleware[];
  readonly _preConnectSockets: Map<string, Socket>;
  _remove(socket: Socket): void;
  run(socket: Socket, done: (error?: Error) => void): void;
  emitReserved(event: string, ...args: unknown[]): boolean;
}

/** `socket.ts`. */
export interface SocketInternals {
  readonly acks: Map<number, unknown>;
  /** Set by `timeout()` and its kin for the next emit, which takes them. */
  flags: object;
  /** Called by `emit` for a callback. */
  registerAckCallback(id: number, ack: (...args: unknown[]) => void): void;
  notifyOutgoingListeners(packet: Packet): void;
  /** Calls the middlewares of the socket. */
  run(event: unknown[], done: (error?: Error) => void): void;
  emitReserved(event: string, ...args: unknown[]): boolean;
}

/** What the encoder of the server's parser makes of one packet: its text, then its attachments as the app gave them. */
export type EncodedPart = string | Buffer | Uint8Array | ArrayBuffer;

export function internalsOf(server: Server): ServerInternals;
export function internalsOf(namespace: Namespace): NamespaceInternals;
export function internalsOf(socket: Socket): SocketInternals;
export function internalsOf(object: EventEmitter): unknown {
  return object;
}
