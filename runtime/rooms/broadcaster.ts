/**
 * What a namespace sends to more than one: finds the recipients, keeps the packet for recovery where the app
 * wants that, and hands it over, in the order in which this event asked for it.
 */
import type { Namespace } from "socket.io";
import type { BroadcastOptions } from "socket.io-adapter";
import type { Packet } from "socket.io-parser";
import { Asked, expectAnswers, waitRefusal } from "../connection/ack-waits.js";
import type { Connection } from "../connection/connection.js";
import type { Outbox } from "../connection/outbox.js";
import { postErrorHandler } from "../connection/reap.js";
import type { Sender } from "../connection/sender.js";
import type { Session } from "../connection/session.js";
import { CHUNK_RECIPIENTS } from "../delivery/chunks.js";
import { cutRest } from "../delivery/cut-range.js";
import { firstPage, type RangePage, type RecipientRange } from "../delivery/recipient-range.js";
import { warnOnceAt } from "../log/log.js";
import { Frames } from "../protocol/broadcast-frames.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import { PacketType } from "../protocol/packet-type.js";
import { LateWatch } from "../recovery/late-packets.js";
import { nextOffset } from "../recovery/offset.js";
import type { Runtime } from "../runtime.js";
import { internalsOf } from "../socket-io/internals.js";
import type { Address, Member } from "../store/store.js";
import { currentTask } from "../tasks/task-run.js";
import { tellOfGreeting, tellOfNoEvent } from "../user-code/late-callbacks.js";
import { audience, localAudience } from "./audience.js";
import { DIRECT_RECIPIENTS, FanOut } from "./fan-out.js";
import type { Selection } from "./selection.js";
import { isLeftTo, wholeRange } from "./whole-range.js";

/**
 * Those that the sender posts to, and a chunk: a room of that size costs one read, and an invocation for each
 * chunk of a larger one is one for each range.
 */
const FIRST_PAGE_RECIPIENTS = DIRECT_RECIPIENTS + CHUNK_RECIPIENTS;

export class Broadcaster {
  constructor(
    private readonly runtime: Runtime,
    private readonly namespace: Namespace,
    /** In whose name it sends. Default: that of the event that the async context names. */
    private readonly session?: Session,
    /** Through which it sends in nobody's name. Default: that of the event. */
    private readonly outbox?: Outbox,
  ) {}

  get #own(): Session | undefined {
    return this.session ?? this.#connection?.sessions.get(this.namespace.name);
  }

  get #connection(): Connection | undefined {
    if (this.outbox) return undefined;
    return this.session?.connection ?? this.runtime.scope?.connection;
  }

  get #sender(): Sender | undefined {
    return this.#connection ?? (this.outbox ? undefined : currentTask());
  }

  /** The selected sockets, page by page. */
  audience(selection: Selection): AsyncIterable<readonly Member[]> {
    const own = this.#own;
    if (selection.flags?.local) return localAudience(selection, own);
    return audience(this.runtime.backend.rooms, this.namespace.name, selection, own?.soleMember);
  }

  /** Runs a step behind all that this event has sent and stored so far. */
  place(step: (outbox: Outbox) => Promise<void>): Promise<void> {
    const sender = this.#sender;
    if (!sender && !this.outbox && !this.runtime.isServing) tellOfNoEvent();
    const outbox = this.outbox ?? sender?.outbox ?? this.runtime.detachedOutbox;
    return (sender ?? outbox).place("delivery", () => step(outbox));
  }

  /** What a step finds there. */
  async read<Found>(step: () => Promise<Found>): Promise<Found> {
    const found: Found[] = [];
    await this.place(async () => void found.push(await step()));
    return found[0] as Found;
  }

  /**
   * Resolves when the frames stand in the queues of all recipients, who are noted in `asked`. What fails on
   * the way is reported.
   *
   * @throws what the parser throws for a packet that cannot be encoded.
   */
  send(packet: Packet, options: BroadcastOptions, asked?: Asked): Promise<void> {
    const connection = this.#connection;
    if (connection) tellOfGreeting(() => packet.data?.[0], connection, this.#own);
    packet.nsp = this.namespace.name;
    const offset = this.#isRecoverable(packet, options) ? nextOffset() : undefined;
    if (offset) packet.data.push(offset); // the client keeps the last one, and comes back with it
    // Encoded now: the app may change the arguments once `emit` has returned.
    const parts = this.runtime.codec.encode(packet);
    const own = this.#own;
    const placed = this.place(async (outbox) => {
      const late = offset === undefined ? undefined : await this.#log(offset, parts, options);
      const fanOut = this.#fanOut(
        outbox,
        parts,
        options,
        offset,
        offset === undefined ? undefined : Date.now(),
      );
      const sendTo = (member: Member) => {
        this.#tellListeners(member, packet);
        return fanOut.send(member, own?.sid === member.sid ? own.connection.heldAt : undefined);
      };
      if (this.#needsAllMembers(options, offset, asked)) {
        for await (const members of this.audience(options)) {
          for (const member of members) {
            asked?.add(member.sid);
            late?.saw(member);
            await sendTo(member);
          }
        }
      } else await this.#sendInRanges(packet, options, fanOut, sendTo);
      if (late) {
        for await (const member of late.overlooked(() => this.audience(options))) await fanOut.send(member);
      }
      await fanOut.flush();
    });
    return placed.catch(() => {}); // the outbox has reported it
  }

  /**
   * Whether the sender has to see each member: it knows who is to answer, or (with recovery) whose connection
   * was lost while it read. A broadcast that goes to no other function is read in larger pages, too.
   */
  #needsAllMembers(
    { flags }: BroadcastOptions,
    offset: string | undefined,
    asked: Asked | undefined,
  ): boolean {
    const isHandedOver = this.runtime.backend.invokeDeliver !== undefined && !flags?.local;
    return asked !== undefined || offset !== undefined || !isHandedOver;
  }

  /** Reads one page, and leaves the others to `deliver`. */
  async #sendInRanges(
    packet: Packet,
    options: BroadcastOptions,
    fanOut: FanOut,
    sendTo: (member: Member) => Promise<void> | undefined,
  ): Promise<void> {
    const { pages } = this.runtime.backend.rooms;
    const { range, known } = wholeRange(pages, this.namespace.name, options, this.#own?.soleMember);
    for (let next: RecipientRange | undefined = range; next; ) {
      const page: RangePage = await firstPage(pages, next, FIRST_PAGE_RECIPIENTS, known);
      for (const member of page.members) {
        const room = sendTo(member);
        if (room) await room; // most go into a chunk, which has room
      }
      if (page.rest && (await fanOut.leave(cutRest(page, next.after)))) {
        this.#tellListenersOf(page.rest, options, packet);
        return;
      }
      next = page.rest;
    }
  }

  /** `onAnyOutgoing`, of recipients that are here and whose rows somebody else reads. */
  #tellListenersOf(rest: RecipientRange, options: BroadcastOptions, packet: Packet): void {
    const own = this.#own;
    const sessions = new Set([...(own ? [own] : []), ...this.runtime.keptSessions.values()]);
    for (const session of sessions) {
      const isOurs = session.namespace === this.namespace.name && isLeftTo(rest, options, session);
      if (isOurs) this.#tellListeners(session.member, packet);
    }
  }

  /** `onAnyOutgoing`, of a recipient that is here. */
  #tellListeners({ sid }: Member, packet: Packet): void {
    const own = this.#own;
    const session = own?.sid === sid ? own : this.runtime.keptSessions.get(sid);
    if (session?.socket?.connected) internalsOf(session.socket).notifyOutgoingListeners(packet);
  }

  /**
   * Sends a packet that each recipient answers, until `flags.timeout` is over: see `ack-waits.ts`.
   *
   * @throws what the parser throws for a packet that cannot be encoded.
   */
  sendWithAck(
    packet: Packet,
    options: BroadcastOptions,
    onCount: (recipients: number) => void,
    onAck: (...args: unknown[]) => void,
  ): void {
    const sender = this.#sender;
    if (!sender) {
      warnOnceAt(
        "A broadcast that waits for acks is sent by a client's event only, and not by a route, a task or a timer of the module: it was not sent. Emit without ack, and let clients answer by an event.",
      );
      return;
    }
    const refusal = waitRefusal(sender);
    if (refusal) throw refusal;
    const id = internalsOf(this.namespace)._ids++;
    const until = Date.now() + (options.flags?.timeout ?? 0);
    const asked = new Asked();
    let isSent = false;
    const sent = this.send({ ...packet, id }, options, asked).then(() => {
      isSent = true;
      onCount(asked.count);
    });
    sender.track("a broadcast with ack", sent);
    expectAnswers(sender, {
      namespace: this.namespace.name,
      id,
      asked,
      until,
      isOver: () => (isSent && asked.missing.size === 0) || Date.now() > until,
      onAnswer: (parts) => {
        const decode = this.runtime.codec.decoder();
        // An ack without arguments may have no data at all.
        for (const { data } of parts.flatMap((part) => decode(part) ?? [])) onAck(...(data ?? []));
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

  /**
   * As upstream: no packets that want an ack, for its callback lives in this process, and no volatile ones.
   */
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
    const own = this.#own?.soleMember;
    const isToSelf = rooms.length === 1 && rooms[0] === own?.sid;
    return isToSelf ? undefined : new LateWatch(backend.recovery, name, rooms, offset);
  }
}

/** A packet stays in the log longer than the session may be away: the loss itself may be noticed late. */
const LOG_MARGIN_MS = 600_000;
