/**
 * What the journal holds: all that is known of a run from outside of the runtime. The
 * checker reads this and nothing else.
 *
 * Names: `m12-34` is the 34th event of client 12, `c12-3` its third connection. A client chooses both itself,
 * so what it saw and what the handlers saw can be put together without asking the runtime.
 */

/**
 * `json` is a plain WebSocket client, `retries` a `socket.io-client` with that option; the
 * third has no options of note.
 */
export type ClientKind = "socket.io" | "retries" | "json";

/** What a client is told to use. `default`: nothing, so it begins with long-polling and upgrades. */
export type Transports = "websocket" | "default" | "polling";

/** The app's events; `app.ts` says what each does. */
export type EventName = "note" | "ask" | "echo" | "say" | "others" | "all" | "join" | "leave";

/** `retries`: again and again until it is acked. The others are sent once. */
export type Manner = "once" | "ack" | "retries";

export type ClientEntry =
  | { readonly type: "client"; readonly client: number; readonly kind: ClientKind }
  | {
      readonly type: "opened";
      readonly client: number;
      readonly link: string;
      readonly recovered: boolean;
      /** How: by a WebSocket from the start, by one after an upgrade, or by long-polling. */
      readonly by: "websocket" | "upgrade" | "polling";
    }
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
    }
  /** Pictures of `said` that are not those that were sent. */
  | { readonly type: "torn"; readonly client: number; readonly link: string; readonly id: string }
  /** The event `greeting`, which carries the mark of whom it is for. */
  | { readonly type: "greeted"; readonly client: number; readonly link: string; readonly mark: string };

/** Where something of the client's own was put, and what is found there when an event is handled. */
export type Marks = Readonly<Record<string, string | null>>;

export type HandlerEntry =
  | {
      readonly type: "connection";
      readonly link: string;
      readonly connectionId: string;
      readonly recovered: boolean;
    }
  | { readonly type: "handled"; readonly link: string; readonly id: string; readonly marks: Marks }
  /**
   * A question of the connection handler has called back: with the client's mark, or with
   * `null` when its time was over.
   */
  | { readonly type: "answered"; readonly link: string; readonly answer: string | null }
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
  /** Events whose ids are in what was struck: the message of an invocation, the frame of a post. */
  readonly ids: readonly string[];
}

/**
 * Milestones of the run: `calm` ends the faults and the losses, `quiet` is when nothing happened any more.
 */
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

/** What a client is known by: of its own, and the same on each of its connections. */
export function markOf(link: string): string {
  return `client ${clientOf(link)}`;
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
