/** Everything that the server sends to one connection, whichever namespace it is for. */
import type { Socket } from "socket.io-client";
import { PacketType } from "../../runtime/protocol/packet-type.js";

/** What the client's decoder gives (socket.io-client 4.8, `manager.ts`). */
interface Packet {
  readonly type: number;
  readonly nsp: string;
  readonly id?: number;
  readonly data?: unknown;
}

export interface Mail {
  readonly nsp: string;
  readonly event: string;
  readonly args: readonly unknown[];
}

export class Mailbox {
  readonly mail: Mail[] = [];
  /** Of acks, with their namespaces. */
  readonly acks: string[] = [];
  readonly #looks = new Set<() => void>();

  /** To be made before the socket connects. */
  constructor(socket: Socket) {
    socket.io.on("packet", (packet: Packet) => {
      const { type, nsp, id, data } = packet;
      if (type === PacketType.ACK) this.acks.push(`${nsp} ${id}`);
      if (type !== PacketType.EVENT) return;
      const [event, ...args] = data as [string, ...unknown[]];
      this.mail.push({ nsp, event, args });
      for (const look of this.#looks) look();
    });
  }

  /** The first arguments of such events, in the order of their letters. */
  firsts(event: string): unknown[] {
    return this.mail.flatMap((one) => (one.event === event ? [one.args[0]] : [])).sort();
  }

  /** Resolves once so many such events have come. */
  async got(event: string, count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.firsts(event).length < count) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }
}
