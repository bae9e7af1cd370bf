import { deserialize } from "node:v8";
import type { DefaultEventsMap, EventNames, EventParams, EventsMap } from "./types.js";

/** What a client's handshake said. */
export interface RemoteHandshake {
  readonly headers: Readonly<Record<string, string>>;
  readonly time: string;
  readonly address: string;
  readonly xdomain: boolean;
  readonly secure: boolean;
  readonly issued: number;
  readonly url: string;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  readonly auth: Readonly<Record<string, unknown>>;
}

export interface RemoteDetails {
  readonly id: string;
  readonly handshake: RemoteHandshake;
  readonly rooms: readonly string[];
  readonly data: unknown;
}

/** What can be done with the sockets of a room: here, with the one whose id it bears. */
interface Operator<EmitEvents extends EventsMap> {
  emit<Event extends EventNames<EmitEvents>>(
    event: Event,
    ...args: EventParams<EmitEvents, Event>
  ): Promise<void>;
  socketsJoin(rooms: string | readonly string[]): Promise<void>;
  socketsLeave(rooms: string | readonly string[]): Promise<void>;
  disconnectSockets(close: boolean): Promise<void>;
}

/**
 * A socket as `fetchSockets()` found it: a snapshot, no longer true when the socket changes. Its methods do
 * what those of `emitter.in(id)` do.
 */
// biome-ignore lint/suspicious/noExplicitAny: socket.io's own default
export class RemoteSocket<EmitEvents extends EventsMap = DefaultEventsMap, SocketData = any> {
  readonly id: string;
  readonly handshake: RemoteHandshake;
  readonly rooms: ReadonlySet<string>;
  readonly data: SocketData;

  constructor(
    { id, handshake, rooms, data }: RemoteDetails,
    private readonly own: Operator<EmitEvents>,
  ) {
    this.id = id;
    this.handshake = handshake;
    this.rooms = new Set(rooms);
    this.data = data as SocketData;
  }

  emit<Event extends EventNames<EmitEvents>>(
    event: Event,
    ...args: EventParams<EmitEvents, Event>
  ): Promise<void> {
    return this.own.emit(event, ...args);
  }

  join(rooms: string | readonly string[]): Promise<void> {
    return this.own.socketsJoin(rooms);
  }

  leave(room: string): Promise<void> {
    return this.own.socketsLeave(room);
  }

  /** With `true`, closes the client's connection; without, it leaves the namespace. */
  disconnect(close = false): Promise<void> {
    return this.own.disconnectSockets(close);
  }
}

export function readSockets(sockets = ""): readonly RemoteDetails[] {
  return deserialize(Buffer.from(sockets, "base64"));
}
