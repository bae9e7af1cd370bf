/**
 * What a namespace sends to more than one: finds the recipients, keeps the packet for recovery where the app wants that,
 * and hands it over, in the order in which this event asked for it.
 */
import type { Namespace } from "socket.io";
import type { BroadcastOptions } from "socket.io-adapter";
import type { Packet } from "socket.io-parser";
import { audience, localAudience } from "./audience.js";
import { FanOut } from "./fan-out.js";
import { Frames } from "./frames.js";
import { LateWatch } from "./late-packets.js";
import { warnOnce } from "./log.js";
import { nextOffset } from "./offset.js";
import type { Outbox } from "./outbox.js";
import { PacketType } from "./protocol/packet-type.js";
import { postErrorHandler } from "./reap.js";
import type { Runtime } from "./runtime.js";
import { currentScope } from "./scope.js";
import type { Session } from "./session.js";
import { type EncodedPart, internalsOf } from "./socket-io-internals.js";
import type { Address, Member } from "./store/store.js";

/** Which sockets: those of a union of rooms, or of the whole namespace where there are none. */
export type Selection = Pick<BroadcastOptions, "rooms"> & Partial<BroadcastOptions>;

export class Broadcaster {
  constructor(
    private readonly runtime: Runtime,
    private readonly namespace: Namespace,
    /** The session of a socket that is connected in this process. */
    private readonly localSession: (sid: string) => Session | undefined,
  ) {}

  /** The selected sockets, page by page. */
  audience(selection: Selection): AsyncIterable<readonly Member[]> {
    const own = currentScope()?.connection.sessions.get(this.namespace.name);
    if (selection.flags?.local) return localAudience(selection, own);
    return audience(this.runtime.backend.rooms, this.namespace.name, selection, own?.soleMember);
  }

  /** Runs a step behind all that this event has sent and stored so far. */
  place(step: (outbox: Outbox) => Promise<void>): Promise<void> {
    const connection = currentScope()?.connection;
    const outbox = connection?.outbox ?? this.runtime.detachedOutbox;
    return (connection ?? outbox).place("delivery", () => step(outbox));
  }

  /** Resolves with the number of recipients when the frames stand in the queues of all of them. */
  async send(packet: Packet, options: BroadcastOptions): Promise<number> {
    packet.nsp = this.namespace.name;
    const offset = this.#isRecoverable(packet, options) ? nextOffset() : undefined;
    if (offset) packet.data.push(offset); // the client keeps the last one, and comes back with it
    // Encoded now: the app may change the arguments once `emit` has returned.
    const parts = this.runtime.codec.encode(packet);
    let count = 0;
    await this.place(async (outbox) => {
      const late = offset === undefined ? undefined : await this.#log(offset, parts, options);
      const fanOut = this.#fanOut(
        outbox,
        parts,
        options,
        offset,
        offset === undefined ? undefined : Date.now(),
      );
      for await (const members of this.audience(options)) {
        count += members.length;
        for (const member of members) {
          const socket = this.localSession(member.sid)?.socket;
          if (socket) internalsOf(socket).notifyOutgoingListeners(packet);
          late?.saw(member);
          await fanOut.send(member);
        }
      }
      if (late) {
        for await (const member of late.overlooked(() => this.audience(options))) await fanOut.send(member);
      }
      await fanOut.flush();
    });
    return count;
  }

  /** Sends a packet that each recipient answers, until `flags.timeout` is over: see `ack-waits.ts`. */
  sendWithAck(
    packet: Packet,
    options: BroadcastOptions,
    onCount: (recipients: number) => void,
    onAck: (...args: unknown[]) => void,
  ): void {
    const scope = currentScope();
    if (!scope) {
      warnOnce("A broadcast outside of any event cannot wait for acks, so it was not sent.");
      return;
    }
    const id = internalsOf(this.namespace)._ids++;
    const until = Date.now() + (options.flags?.timeout ?? 0);
    let left = Number.POSITIVE_INFINITY;
    const sent = this.send({ ...packet, id }, options).then((count) => {
      left = count;
      onCount(count);
    });
    scope.work.track("a broadcast with ack", sent);
    scope.connection.ackWaits.expect({
      namespace: this.namespace.name,
      id,
      until,
      isOver: () => left === 0 || Date.now() > until,
      onAnswer: (_sid, parts) => {
        const decode = this.runtime.codec.decoder();
        for (const { data } of parts.flatMap((part) => decode(part) ?? [])) onAck(...data);
        left--;
      },
    });
  }

  #fanOut(
    { posts }: Outbox,
    parts: readonly EncodedPart[],
    options: BroadcastOptions,
    offset: string | undefined,
    loggedAt: number | undefined,
  ): FanOut {
    const { backend, codec } = this.runtime;
    const namespace = this.namespace.name;
    const rooms = [...options.rooms].map(String);
    const volatile = options.flags?.volatile ?? false;
    // We post to members only.
    const staleOf = (to: Address) => ({ namespace, member: to as Member, rooms, offset, loggedAt });
    const broadcast = { namespace, rooms, volatile, offset, loggedAt, frames: new Frames(parts, codec) };
    return new FanOut(backend, posts, broadcast, postErrorHandler(backend, staleOf));
  }

  /** As upstream: no packets that want an ack, for its callback lives in this process, and no volatile ones. */
  #isRecoverable({ type, id }: Packet, { flags }: BroadcastOptions): boolean {
    const isSent = !flags?.volatile && !flags?.local;
    return this.runtime.recoveryMs !== undefined && type === PacketType.EVENT && id === undefined && isSent;
  }

  /** `undefined` for a packet to the socket itself: its room is not read. */
  async #log(
    offset: string,
    parts: readonly EncodedPart[],
    options: BroadcastOptions,
  ): Promise<LateWatch | undefined> {
    const { backend, recoveryMs = 0 } = this.runtime;
    const { name } = this.namespace;
    const except = [...(options.except ?? [])].map(String);
    const rooms = [...options.rooms].map(String);
    await backend.recovery.log(name, rooms, { offset, parts, except }, recoveryMs + LOG_MARGIN_MS);
    const own = currentScope()?.connection.sessions.get(name)?.soleMember;
    const isToSelf = rooms.length === 1 && rooms[0] === own?.sid;
    return isToSelf ? undefined : new LateWatch(backend.recovery, name, rooms, offset);
  }
}

/** A packet stays in the log longer than the session may be away: the loss itself may be noticed late. */
const LOG_MARGIN_MS = 600_000;
