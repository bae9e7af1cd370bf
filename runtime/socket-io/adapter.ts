/**
 * Socket.IO's adapter over DynamoDB: it knows the rooms of the sockets that this event holds in memory, and
 * everybody else's by reading the table. There is no other server to ask, so nothing here can time out
 * because one vanished.
 */
import type { Namespace } from "socket.io";
import {
  Adapter,
  type BroadcastOptions,
  type Session as RecoveredSession,
  type Room,
} from "socket.io-adapter";
import type { Packet } from "socket.io-parser";
import { expectAnswer } from "../connection/ack-waits.js";
import type { Outbox } from "../connection/outbox.js";
import { currentScope, isReplaying } from "../connection/scope.js";
import type { Session } from "../connection/session.js";
import { sessionOf } from "../connection/session-of.js";
import { reportError, warnOnceAt } from "../log/log.js";
import { recover } from "../recovery/recovery.js";
import { Broadcaster } from "../rooms/broadcaster.js";
import { changeMembership, saveMembership } from "../rooms/membership.js";
import { admit, joinRemote, refuseJoin } from "../rooms/room-limits.js";
import { ROOM_SIZES, type RoomList, type SizesOfRooms } from "../rooms/room-list.js";
import type { Runtime } from "../runtime.js";
import type { Member } from "../store/store.js";
import { isLeftOver } from "../user-code/late-callbacks.js";
import { own } from "./foreign-adapters.js";
import { hookNamespace } from "./namespace-hooks.js";
import { fetchRemoteSockets } from "./remote-sockets.js";
import { refuseServerSideEmit } from "./unsupported.js";

type SocketId = string;

/** Returns the class that `io.adapter()` takes. */
export function dynamoAdapter(runtime: Runtime): typeof Adapter {
  return own(
    class extends DynamoAdapter {
      constructor(namespace: Namespace) {
        super(namespace, runtime);
      }
    },
  );
}

/**
 * One for each namespace, and a view of it for each socket (`for`), which acts in that socket's name whatever
 * the async context says. The namespace's own acts in the name of the event that the context names.
 */
export class DynamoAdapter extends Adapter implements SizesOfRooms {
  private readonly broadcaster: Broadcaster;
  /** Whose view this is. */
  private readonly session: Session | undefined = undefined;

  constructor(
    private readonly namespace: Namespace,
    private readonly runtime: Runtime,
  ) {
    super(namespace);
    this.broadcaster = new Broadcaster(runtime, namespace);
    hookNamespace(namespace);
    this.showCurrentEvent();
  }

  for(session: Session): DynamoAdapter {
    const broadcaster = new Broadcaster(this.runtime, this.namespace, session);
    return Object.create(this, { session: { value: session }, broadcaster: { value: broadcaster } });
  }

  /** A view that acts in nobody's name, and sends through this outbox. */
  through(outbox: Outbox): DynamoAdapter {
    const broadcaster = new Broadcaster(this.runtime, this.namespace, undefined, outbox);
    return Object.create(this, { broadcaster: { value: broadcaster } });
  }

  /** What is sent or joined now is so only because the `connection` handler runs again. */
  get isReplaying(): boolean {
    return this.session ? isMuted(this.session) : isReplaying();
  }

  /** A replay wants an ack, and nobody answers what is not sent. */
  askedInReplay(): void {
    const session = this.session ?? currentScope()?.connection.sessions.get(this.namespace.name);
    session?.askedInReplay();
  }

  /**
   * `adapter.rooms` and `adapter.sids` show the sockets that this event holds; all others are in the table.
   */
  private showCurrentEvent(): void {
    const held = () => [this.runtime.scope?.connection.sessions.get(this.namespace.name) ?? []].flat();
    const sids = () => new Map(held().map(({ sid, rooms }) => [sid, new Set(rooms)]));
    const rooms = () =>
      new Map(held().flatMap((session) => [...session.rooms].map((room) => [room, new Set([session.sid])])));
    Object.defineProperty(this, "sids", { get: sids, configurable: true });
    Object.defineProperty(this, "rooms", { get: rooms, configurable: true });
  }

  /** A socket joins. Its own room comes first of all and means that the namespace has let it in. */
  override addAll(id: SocketId, rooms: Set<Room>): Promise<void> {
    const session = this.sessionOf(id);
    if (!session) {
      warnOnceAt(NOT_HERE);
      return NOTHING_TO_WRITE;
    }
    const socket = this.namespace.sockets.get(id);
    const comesIn = session.socket === undefined && socket !== undefined && sessionOf(socket) === session;
    if (comesIn) session.attach(socket);
    const names = [...rooms].map(String);
    if (names.length === 0 || isMuted(session)) return NOTHING_TO_WRITE;

    const wasNowhere = session.rooms.size === 0;
    const refusal = admit(session, names);
    if (refusal) return refuseJoin(refusal);
    // What a middleware joins is kept until the namespace lets the socket in.
    if (!session.socket) return NOTHING_TO_WRITE;
    return session.connection.memberships.join(session, comesIn ? session.rooms : names, wasNowhere);
  }

  override del(id: SocketId, room: Room): Promise<void> {
    const session = this.sessionOf(id);
    if (!session || isMuted(session) || !session.rooms.delete(String(room))) return NOTHING_TO_WRITE;
    if (!session.socket) return NOTHING_TO_WRITE;
    return session.connection.memberships.leave(session, [String(room)]);
  }

  /** The socket leaves all rooms, its own and that of the namespace too, and stays connected. */
  override delAll(id: SocketId): Promise<void> {
    const session = this.sessionOf(id);
    if (!session || isMuted(session)) return NOTHING_TO_WRITE;
    const rooms = [...session.rooms];
    session.rooms.clear();
    if (!session.socket) return NOTHING_TO_WRITE;
    return session.connection.memberships.leave(session, rooms, true);
  }

  override socketRooms(id: SocketId): Set<Room> | undefined {
    return this.sessionOf(id)?.rooms;
  }

  /**
   * With recovery on, `socket.emit` comes here too, to the socket's own room and with its ack id.
   *
   * @throws what the parser throws for a packet that cannot be encoded, as upstream does.
   */
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    if (this.isReplaying) return;
    this.broadcaster.send(packet, options);
    const [own] = options.rooms;
    const session = packet.id !== undefined && own !== undefined && this.localSession(own);
    if (session && packet.id !== undefined) expectAnswer(session, packet.id, options.flags?.timeout);
  }

  override broadcastWithAck(
    packet: Packet,
    options: BroadcastOptions,
    clientCountCallback: (clientCount: number) => void,
    ack: (...args: unknown[]) => void,
  ): void {
    this.broadcaster.sendWithAck(packet, options, clientCountCallback, ack);
  }

  override async sockets(rooms: Set<Room>): Promise<Set<SocketId>> {
    return this.broadcaster.read(async () => {
      const sids = new Set<SocketId>();
      for await (const members of this.broadcaster.audience({ rooms })) {
        for (const { sid } of members) sids.add(sid);
      }
      return sids;
    });
  }

  get [ROOM_SIZES](): RoomList {
    const { broadcaster, namespace, runtime } = this;
    const { roomCounts } = runtime.backend;
    return {
      all: () => broadcaster.read(() => roomCounts.sizes(namespace.name)),
      size: (room) => broadcaster.read(() => roomCounts.size(namespace.name, room)),
    };
  }

  /** Sockets of this event as they are, others as snapshots of their items. */
  override async fetchSockets(options: BroadcastOptions): Promise<never[]> {
    // The types promise local sockets only; upstream's cluster adapters return plain objects here too.
    return this.broadcaster.read(async () => {
      const found: unknown[] = [];
      for await (const members of this.broadcaster.audience(options)) {
        const others = members.filter(({ sid }) => {
          const socket = this.localSession(sid)?.socket;
          if (socket) found.push(socket);
          return !socket;
        });
        found.push(...(await fetchRemoteSockets(this.runtime.backend, this.namespace.name, others)));
      }
      return found as never[];
    });
  }

  override addSockets(options: BroadcastOptions, rooms: Room[]): void {
    const join = new Set(rooms.map(String));
    this.forEachMember(options, {
      local: async (session) => {
        const refusal = admit(session, join);
        if (refusal) return reportError("store", refusal);
        await saveMembership({ session, join });
      },
      remote: (member) => joinRemote(this.runtime, this.namespace, member, join),
    });
  }

  override delSockets(options: BroadcastOptions, rooms: Room[]): void {
    const leave = new Set(rooms.map(String));
    this.forEachMember(options, {
      local: (session) => {
        for (const room of leave) session.rooms.delete(room);
        return saveMembership({ session, leave });
      },
      remote: (member) => changeMembership(this.runtime.backend, this.namespace, member, { leave }),
    });
  }

  /** The `disconnect` handlers of other connections run in events of their own. */
  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    const namespace = this.namespace.name;
    this.forEachMember(options, {
      local: async ({ socket }) => void socket?.disconnect(close),
      remote: ({ connectionId, sid }) =>
        this.runtime.backend.invokeSelf({
          selfEvent: "disconnect-socket",
          connectionId,
          namespace,
          sid,
          close,
        }),
    });
  }

  /** The connection is lost, for a reason from which clients recover. */
  override persistSession({ sid, pid }: Omit<RecoveredSession, "missedPackets">): void {
    const { recoveryMs } = this.runtime;
    const session = this.sessionOf(sid);
    if (recoveryMs !== undefined && !session?.isReplaying) session?.persist(pid, recoveryMs);
  }

  /**
   * During a replay the session is the one that is being rehydrated; a client's own recovery asks the table.
   * Called in the scope of the connection (`namespace-hooks.ts`).
   */
  override async restoreSession(pid: string, offset: string): Promise<RecoveredSession> {
    const scope = currentScope();
    const { name } = this.namespace;
    if (!scope) return NO_SESSION;
    if (!scope.isReplay) {
      const recovered = await recover(scope.connection, name, pid, offset);
      if (!recovered) return NO_SESSION;
      scope.connection.recovered.set(name, recovered);
      return { ...recovered.session, rooms: [] }; // its session gets them, before anybody sees the socket
    }
    const stored = scope.connection.sessions.get(name)?.stored;
    if (!stored) return NO_SESSION;
    // The session has the rooms; joining one by one would only say what is stored already.
    return { sid: stored.sid, pid: stored.pid as string, rooms: [], data: {}, missedPackets: [] };
  }

  override serverSideEmit(): never {
    return refuseServerSideEmit();
  }

  /** The session of a view's socket, of this event's connection, or one that is kept between events. */
  private sessionOf(id: SocketId): Session | undefined {
    if (this.session?.sid === id) return this.session;
    const session = this.runtime.scope?.connection.sessions.get(this.namespace.name);
    return session?.sid === id ? session : this.runtime.keptSessions.get(id);
  }

  private localSession(id: SocketId): Session | undefined {
    const session = this.sessionOf(id);
    return session?.socket?.connected ? session : undefined;
  }

  private forEachMember(
    options: BroadcastOptions,
    { local, remote }: { local: Visit<Session>; remote: Visit<Member> },
  ): void {
    if (this.isReplaying) return;
    this.broadcaster.place(async () => {
      for await (const members of this.broadcaster.audience(options)) {
        await Promise.all(
          members.map((member) => {
            const session = this.localSession(member.sid);
            return session ? local(session) : remote(member);
          }),
        );
      }
    });
  }
}

// `null` starts a new session; the type forgets it, the in-memory adapter returns it (socket.io-adapter 2.5).
const NO_SESSION = null as unknown as RecoveredSession;

/** The `connection` handler runs again, or what it has started then. */
function isMuted(session: Session): boolean {
  return session.isReplaying || isLeftOver(session.connection);
}

const NOTHING_TO_WRITE = Promise.resolve();

type Visit<T> = (visited: T) => Promise<unknown>;

const NOT_HERE =
  "adapter.addAll() was called for a socket that this event does not hold; nothing was stored. Use io.in(id).socketsJoin().";
