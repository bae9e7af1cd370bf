/**
 * Socket.IO's adapter over DynamoDB: it knows the rooms of the sockets that this event holds in memory, and everybody
 * else's by reading the table. There is no other server to ask, so nothing here can time out because one vanished.
 */
import type { Namespace } from "socket.io";
import {
  Adapter,
  type BroadcastOptions,
  type Session as RecoveredSession,
  type Room,
} from "socket.io-adapter";
import type { Packet } from "socket.io-parser";
import { attachSocket } from "./attach-socket.js";
import { Broadcaster } from "./broadcaster.js";
import { warnOnce } from "./log.js";
import { changeMembership, saveMembership } from "./membership.js";
import { hookNamespace } from "./namespace-hooks.js";
import { recover } from "./recovery.js";
import { fetchRemoteSockets } from "./remote-sockets.js";
import type { Runtime } from "./runtime.js";
import { currentScope, isReplaying } from "./scope.js";
import { Session } from "./session.js";
import type { Member } from "./store/store.js";
import { refuseServerSideEmit } from "./unsupported.js";

type SocketId = string;

/** Returns the class that `io.adapter()` takes. */
export function dynamoAdapter(runtime: Runtime): typeof Adapter {
  return class extends DynamoAdapter {
    constructor(namespace: Namespace) {
      super(namespace, runtime);
    }
  };
}

class DynamoAdapter extends Adapter {
  readonly #broadcaster: Broadcaster;

  constructor(
    private readonly namespace: Namespace,
    private readonly runtime: Runtime,
  ) {
    super(namespace);
    this.#broadcaster = new Broadcaster(runtime, namespace, (sid) => this.#localSession(sid));
    hookNamespace(namespace);
    this.#showCurrentEvent();
  }

  /** `adapter.rooms` and `adapter.sids` show the sockets that this event holds; all others are in the table. */
  #showCurrentEvent(): void {
    const held = () => [currentScope()?.connection.sessions.get(this.namespace.name) ?? []].flat();
    const sids = () => new Map(held().map(({ sid, rooms }) => [sid, new Set(rooms)]));
    const rooms = () =>
      new Map(held().flatMap((session) => [...session.rooms].map((room) => [room, new Set([session.sid])])));
    Object.defineProperty(this, "sids", { get: sids, configurable: true });
    Object.defineProperty(this, "rooms", { get: rooms, configurable: true });
  }

  /** A socket joins. Its own room comes first of all and means that the namespace has let it in. */
  override addAll(id: SocketId, rooms: Set<Room>): Promise<void> | void {
    const scope = currentScope();
    const session = this.#sessionOf(id) ?? this.#newSession(id);
    if (!scope || !session) return warnOnce(OUTSIDE_OF_EVENT);

    const socket = this.namespace.sockets.get(id);
    const wasConnected = session.socket !== undefined;
    if (socket && !wasConnected) attachSocket(session, socket);
    if (scope.phase === "replaying") return;

    const names = [...rooms].map(String);
    for (const room of names) session.rooms.add(room);
    // What a middleware joins is kept until the namespace lets the socket in.
    if (session.socket)
      return session.connection.memberships.join(session, wasConnected ? names : session.rooms);
  }

  override del(id: SocketId, room: Room): Promise<void> | void {
    const session = this.#sessionOf(id);
    if (!session || isReplaying() || !session.rooms.delete(String(room))) return;
    if (session.socket) return session.connection.memberships.leave(session, String(room));
  }

  /** The socket is closed. */
  override delAll(id: SocketId): void {
    const session = this.#sessionOf(id);
    if (!session || isReplaying()) return;
    session.close();
  }

  override socketRooms(id: SocketId): Set<Room> | undefined {
    return this.#sessionOf(id)?.rooms;
  }

  /** With recovery on, `socket.emit` comes here too, to the socket's own room and with its ack id. */
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    const scope = currentScope();
    if (scope?.phase === "replaying") {
      if (packet.id !== undefined) scope.work.abandon(); // nobody will answer what is not sent
      return;
    }
    this.#broadcaster.send(packet, options).catch(() => {}); // reported by the outbox; `emit` has no promise
    const [own] = options.rooms;
    const session = packet.id !== undefined && own !== undefined && this.#localSession(own);
    if (session && packet.id !== undefined)
      session.connection.ackWaits.expectOwn(session, packet.id, options.flags?.timeout);
  }

  override broadcastWithAck(
    packet: Packet,
    options: BroadcastOptions,
    clientCountCallback: (clientCount: number) => void,
    ack: (...args: unknown[]) => void,
  ): void {
    const scope = currentScope();
    if (scope?.phase === "replaying")
      scope.work.abandon(); // nobody will answer what is not sent
    else this.#broadcaster.sendWithAck(packet, options, clientCountCallback, ack);
  }

  override async sockets(rooms: Set<Room>): Promise<Set<SocketId>> {
    const sids = new Set<SocketId>();
    await this.#broadcaster.place(async () => {
      for await (const members of this.#broadcaster.audience({ rooms })) {
        for (const { sid } of members) sids.add(sid);
      }
    });
    return sids;
  }

  /** Sockets of this event as they are, others as snapshots of their items. */
  override async fetchSockets(options: BroadcastOptions): Promise<never[]> {
    const found: unknown[] = [];
    await this.#broadcaster.place(async () => {
      for await (const members of this.#broadcaster.audience(options)) {
        const others = members.filter(({ sid }) => {
          const socket = this.#localSession(sid)?.socket;
          if (socket) found.push(socket);
          return !socket;
        });
        found.push(...(await fetchRemoteSockets(this.runtime.backend, this.namespace.name, others)));
      }
    });
    // The types promise local sockets only; upstream's cluster adapters return plain objects here too.
    return found as never[];
  }

  override addSockets(options: BroadcastOptions, rooms: Room[]): void {
    const join = new Set(rooms.map(String));
    this.#forEachMember(options, {
      local: (session) => {
        for (const room of join) session.rooms.add(room);
        return saveMembership({ session, join });
      },
      remote: (member) => changeMembership(this.runtime.backend, this.namespace, member, { join }),
    });
  }

  override delSockets(options: BroadcastOptions, rooms: Room[]): void {
    const leave = new Set(rooms.map(String));
    this.#forEachMember(options, {
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
    this.#forEachMember(options, {
      local: async ({ socket }) => void socket?.disconnect(close),
      remote: ({ connectionId, sid }) =>
        this.runtime.backend.invokeSelf({ selfEvent: "disconnect", connectionId, namespace, sid, close }),
    });
  }

  /** The connection is lost, for a reason from which clients recover. */
  override persistSession({ sid, pid }: Omit<RecoveredSession, "missedPackets">): void {
    const { recoveryMs } = this.runtime;
    if (recoveryMs !== undefined && !isReplaying()) this.#sessionOf(sid)?.persist(pid, recoveryMs);
  }

  /** During a replay the session is the one that is being rehydrated; a client's own recovery asks the table. */
  override async restoreSession(pid: string, offset: string): Promise<RecoveredSession> {
    const scope = currentScope();
    const { name } = this.namespace;
    if (!scope) return NO_SESSION;
    if (scope.phase !== "replaying") {
      const recovered = await recover(scope.connection, name, pid, offset);
      if (recovered) scope.connection.recovered.set(name, recovered);
      return recovered?.session ?? NO_SESSION;
    }
    const stored = scope.connection.sessions.get(name)?.stored;
    if (!stored) return NO_SESSION;
    // The session has the rooms; joining one by one would only say what is stored already.
    return { sid: stored.sid, pid: stored.pid as string, rooms: [], data: {}, missedPackets: [] };
  }

  override serverSideEmit(): never {
    return refuseServerSideEmit();
  }

  /** The session of this event's connection, or one that is kept between events. */
  #sessionOf(id: SocketId): Session | undefined {
    const session = currentScope()?.connection.sessions.get(this.namespace.name);
    return session?.sid === id ? session : this.runtime.keptSessions.get(id);
  }

  #newSession(id: SocketId): Session | undefined {
    const connection = currentScope()?.connection;
    if (!connection) return undefined;
    const session = new Session(connection, this.namespace.name, id);
    connection.sessions.set(this.namespace.name, session);
    return session;
  }

  #localSession(id: SocketId): Session | undefined {
    const session = this.#sessionOf(id);
    return session?.socket?.connected ? session : undefined;
  }

  #forEachMember(
    options: BroadcastOptions,
    { local, remote }: { local: Visit<Session>; remote: Visit<Member> },
  ): void {
    if (isReplaying()) return;
    this.#broadcaster.place(async () => {
      for await (const members of this.#broadcaster.audience(options)) {
        await Promise.all(
          members.map((member) => {
            const session = this.#localSession(member.sid);
            return session ? local(session) : remote(member);
          }),
        );
      }
    });
  }
}

// `null` starts a new session; the type forgets it, the in-memory adapter returns it (socket.io-adapter 2.5).
const NO_SESSION = null as unknown as RecoveredSession;

type Visit<T> = (visited: T) => Promise<unknown>;

const OUTSIDE_OF_EVENT = "A socket was joined to a room outside of any event; nothing was stored.";
