/**
 * What the journal holds: all that is known of a run from outside of the runtime. The checker reads this and nothing else.
 *
 * Names: `m12-34` is the 34th event of client 12, `c12-3` its third connection. A client chooses both itself, so what it
 * saw and what the handlers saw can be put together without asking the runtime.
 */

/** `json` is a plain WebSocket client, `retries` a `socket.io-client` with that option; the third has no options of note. */
export type ClientKind = "socket.io" | "retries" | "json";

/** The app's events; `app.ts` says what each does. */
export type EventName = "note" | "ask" | "echo" | "say" | "others" | "all" | "join" | "leave";

/** `retries`: again and again until it is acked. The others are sent once. */
export type Manner = "once" | "ack" | "retries";

export type ClientEntry =
  | { readonly type: "client"; readonly client: number; readonly kind: ClientKind }
  | { readonly type: "opened"; readonly client: number; readonly link: string; readonly recovered: boolean }
  | { readonly type: "closed"; readonly client: number; readonly link: string; readonly reason: string }
  | {
      readonly type: "sent";
      readonly client: number;
      /** The connection at that moment; the last one, where there is none. */
      readonly link: string;
      readonly id: string;
      readonly event: EventName;
      readonly room: string | null;
      readonly manner: Manner;
    }
  | { readonly type: "acked"; readonly client: number; readonly id: string }
  /** The event `said`, which carries the id of the event that caused it, and with recovery an offset. */
  | {
      readonly type: "got";
      readonly client: number;
      readonly link: string;
      readonly id: string;
      readonly offset: string | undefined;
    };

export type HandlerEntry =
  | {
      readonly type: "connection";
      readonly link: string;
      readonly connectionId: string;
      readonly recovered: boolean;
    }
  | { readonly type: "handled"; readonly link: string; readonly id: string }
  | {
      readonly type: "disconnect";
      readonly link: string;
      readonly connectionId: string;
      readonly reason: string;
    };

export interface FaultEntry {
  readonly type: "fault";
  readonly kind: string;
  readonly connectionId: string | undefined;
  /** Of a call of DynamoDB: `DeleteItem`, … */
  readonly operation: string | undefined;
  /** Events whose ids stand in what was struck: the message of an invocation, the frame of a post. */
  readonly ids: readonly string[];
}

/** Milestones of the run: `calm` ends the faults and the losses, `quiet` is when nothing happened any more. */
export interface PhaseEntry {
  readonly type: "phase";
  readonly phase: "storm" | "calm" | "quiet" | "gone";
}

export type AnyEntry = ClientEntry | HandlerEntry | FaultEntry | PhaseEntry;

/** `at`: milliseconds since the run began, by the clock of the process that keeps the journal. */
export type Entry = AnyEntry & { readonly at: number };

export type EntryOf<Type extends Entry["type"]> = Extract<Entry, { readonly type: Type }>;

export function eventId(client: number, n: number): string {
  return `m${client}-${n}`;
}

export function linkName(client: number, n: number): string {
  return `c${client}-${n}`;
}

/** Of an event or a connection. */
export function clientOf(name: string): number {
  return Number(/^[cm](\d+)-/.exec(name)?.[1]);
}

/** Which of its client's events, or connections, this is. */
export function ordinalOf(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1]);
}

/** All events that a text speaks of. */
export function idsIn(text: string): string[] {
  return [...new Set(text.match(/\bm\d+-\d+\b/g))];
}
