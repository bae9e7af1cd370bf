import type { Packet } from "socket.io-parser";
import { UnsupportedError } from "../errors.js";
import { shownNamespace } from "../log/printable.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { PacketType } from "../protocol/packet-type.js";
import type { AppLink } from "./app-link.js";
import { type Operation, type Target, toWire } from "./operation.js";
import { RemoteSocket, readSockets } from "./remote-socket.js";
import type { DefaultEventsMap, EventNames, EventParams, EventsMap } from "./types.js";

/** What makes the packets, and where they go. */
export interface EmitterParts {
  readonly link: AppLink;
  readonly encoder: { encode(packet: Packet): readonly EncodedPart[] };
  readonly parser: "default" | "own";
}

export interface Selection extends Target {
  readonly volatile: boolean;
}

/**
 * Chosen sockets of a namespace, and what can be done with them. Each of `to`, `in`, `except`, `volatile` and
 * `compress` returns a new one and changes nothing.
 */
// biome-ignore lint/suspicious/noExplicitAny: socket.io's own default
export class BroadcastOperator<EmitEvents extends EventsMap = DefaultEventsMap, SocketData = any> {
  constructor(
    protected readonly parts: EmitterParts,
    protected readonly selection: Selection,
  ) {}

  /** The sockets that are in a room. Called again: in any of them. Nobody gets a packet twice. */
  to(room: string | readonly string[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with({ rooms: union(this.selection.rooms, room) });
  }

  /** The same as `to`. */
  in(room: string | readonly string[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Without the sockets that are in a room. */
  except(room: string | readonly string[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with({ except: union(this.selection.except, room) });
  }

  /** Each packet is tried once, and is not kept for clients that recover. */
  get volatile(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with({ volatile: true });
  }

  /** There for code that was written for another emitter. API Gateway compresses nothing. */
  compress(_compress: boolean): BroadcastOperator<EmitEvents, SocketData> {
    return this.#with({});
  }

  /**
   * Emits to the chosen sockets, whatever their protocol and transport.
   *
   * **In a Lambda function, await it**, or `emitter.flush()`: what runs on after the answer is frozen with
   * the environment. Upstream's emitters return `true`; a promise is as true in an `if`.
   *
   * Resolves when the app function has posted the packet to its clients, queued it for those that poll, and
   * handed over the chunks of a large broadcast. What is emitted in one turn goes in one invocation, in its
   * order. Arguments are encoded now.
   *
   * Where it fails it is logged, so that nothing is lost in silence where nobody awaits it, and rejects.
   *
   * @throws UnsupportedError for an ack, TypeError for a reserved event, what the parser throws for arguments
   *   that cannot be encoded; all of these at once. Later: {@link AppLink.send}.
   */
  emit<Event extends EventNames<EmitEvents>>(
    event: Event,
    ...args: EventParams<EmitEvents, Event>
  ): Promise<void> {
    if (RESERVED_EVENTS.has(event)) throw new TypeError(`"${event}" is a reserved event name.`);
    if (typeof args.at(-1) === "function")
      throw new UnsupportedError(
        "an ack of an Emitter's emit()",
        "Let clients answer with an event, or ask from a listener of the app.",
      );
    const { encoder, parser } = this.parts;
    const { namespace, volatile } = this.selection;
    const packet = { type: PacketType.EVENT, nsp: namespace, data: [event, ...args] };
    const parts = encoder.encode(packet).map(toWire);
    return this.#ask({ do: "emit", parts, parser, volatile }, `emit(${JSON.stringify(event)})`);
  }

  /**
   * The chosen sockets join rooms, within the app's limits. A later emit of this emitter reaches them there.
   */
  socketsJoin(rooms: string | readonly string[]): Promise<void> {
    return this.#ask({ do: "join", changed: [rooms].flat() }, "socketsJoin()");
  }

  /** The chosen sockets leave rooms. */
  socketsLeave(rooms: string | readonly string[]): Promise<void> {
    return this.#ask({ do: "leave", changed: [rooms].flat() }, "socketsLeave()");
  }

  /**
   * The chosen sockets leave the namespace; with `true`, their connections are closed. Each `disconnect`
   * handler runs in an event of its own, which may come after this resolves.
   */
  disconnectSockets(close = false): Promise<void> {
    return this.#ask({ do: "disconnect", close }, "disconnectSockets()");
  }

  /**
   * The chosen sockets as they are now, in any environment. All of them come in one answer of Lambda's 6 MB:
   * some thousand sockets with little data.
   */
  async fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    const { sockets } = await this.#send({ do: "fetch" }, "fetchSockets()");
    const { namespace } = this.selection;
    return readSockets(sockets).map((details) => {
      const own = { namespace, rooms: [details.id], except: [], volatile: false };
      return new RemoteSocket(details, new BroadcastOperator<EmitEvents, SocketData>(this.parts, own));
    });
  }

  /** @throws UnsupportedError always. */
  serverSideEmit(..._args: unknown[]): never {
    throw new UnsupportedError("serverSideEmit()", NO_OTHER_SERVERS);
  }

  #with(change: Partial<Selection>): BroadcastOperator<EmitEvents, SocketData> {
    return new BroadcastOperator(this.parts, { ...this.selection, ...change });
  }

  #ask(operation: Action, what: string): Promise<void> {
    const done = this.#send(operation, what).then(() => {});
    done.catch(() => {}); // the link has reported it; who awaits it hears of it all the same
    return done;
  }

  #send(operation: Action, what: string) {
    const { namespace, rooms, except } = this.selection;
    const where =
      rooms.length > 0 ? `${shownNamespace(namespace)}, rooms ${rooms.join()}` : shownNamespace(namespace);
    return this.parts.link.send({ namespace, rooms, except, ...operation }, `${what} to ${where}`);
  }
}

const NO_OTHER_SERVERS =
  "There are no other servers, only functions that come and go. Use emit() for clients, fetchSockets() to see them, or a queue for other functions.";

type Action = Operation extends infer Each
  ? Each extends unknown
    ? Omit<Each, keyof Target>
    : never
  : never;

/** socket.io's (`socket-types.ts`): clients raise these themselves. */
const RESERVED_EVENTS: ReadonlySet<string> = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

function union(rooms: readonly string[], more: string | readonly string[]): readonly string[] {
  return [...new Set([...rooms, ...[more].flat().map(String)])];
}
