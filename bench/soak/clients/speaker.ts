/** What the run wants of a client, whatever protocol it speaks. */
import type { EventName, Manner } from "../entry.js";

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
  /** Closes the WebSocket from the client's side, without a goodbye. */
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
  onOpened(link: string, recovered: boolean): void;
  onClosed(link: string, reason: string): void;
  onGot(link: string, id: string, offset: string | undefined): void;
}

export interface Door {
  /** `ws://localhost:PORT/STAGE` */
  readonly url: URL;
  /** The journal that handlers tell (`side-channel.ts`). */
  readonly journal: string;
}
