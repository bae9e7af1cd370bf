/** What the run wants of a client, whatever protocol it speaks. */
import type { EntryOf, EventName, Manner, Transports } from "../entry.js";

export interface Message {
  readonly id: string;
  readonly event: EventName;
  readonly room: string | null;
}

export interface Speaker {
  /** Lets events in. */
  readonly isConnected: boolean;
  /** The name of the newest connection. */
  readonly link: string;
  /** Connects, and after a loss connects again by itself until `disconnect()`. */
  connect(): void;
  /** Says goodbye, as the protocol has it, and stays away. */
  disconnect(): void;
  /**
   * Loses its network for a moment, and with it what was on its way to the server, or `"answer"`: what comes
   * from there next. `undefined` where the stack has to lose the connection.
   */
  readonly lose?: (what: "all" | "answer") => void;
  /** Loses its network for good. */
  readonly vanish?: () => void;
  /** Closes the connection from the client's side, without a goodbye of Socket.IO's. */
  closeSocket(): void;
  /** Has no network for so long, then connects again. */
  stayAway(ms: number): void;
  /** `onAck` is called at most once, and never for "once". */
  emit(message: Message, manner: Manner, onAck: () => void): void;
}

/** What a client tells of itself. */
export interface Ear {
  /** A new name for the connection that is about to be made. */
  nextLink(): string;
  onOpened(link: string, recovered: boolean, by: EntryOf<"opened">["by"]): void;
  onClosed(link: string, reason: string): void;
  /** `more`: the pictures, and with recovery an offset. */
  onGot(link: string, id: string, more: readonly unknown[]): void;
  onGreeted(link: string, mark: string): void;
}

export interface Door {
  /** `ws://localhost:PORT/STAGE`, for those who use no long-polling; the front door is on the same port. */
  readonly url: URL;
  readonly transports: Transports;
  /** The journal that handlers tell (`side-channel.ts`). */
  readonly journal: string;
}
