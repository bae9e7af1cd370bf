/**
 * What a client may do next, and how often. Everything is drawn from its own generator,
 * whatever state it is in.
 */
import type { Random } from "../../../tools/simulate/random.js";
import type { EventName } from "../entry.js";

export type Action =
  | {
      readonly kind: "emit";
      readonly event: EventName;
      readonly room: string | null;
      readonly withAck: boolean;
    }
  /** Several notes without a pause: they overtake each other where they can. */
  | { readonly kind: "burst" }
  /** The network is lost; the client notices, and comes back by itself. */
  | { readonly kind: "drop" }
  /** The client has no network for a while. */
  | { readonly kind: "offline"; readonly awayMs: number }
  /** The client's program closes the WebSocket, and comes back by itself. */
  | { readonly kind: "close" }
  | { readonly kind: "goodbye"; readonly awayMs: number };

const ROOM_SIZE = 8;

/** Of the time without network that a client takes to say goodbye and reconnect. */
const GOODBYE_SHARE = 0.1;

const WEIGHTS = {
  say: 30,
  ask: 14,
  join: 12,
  note: 10,
  others: 8,
  echo: 6,
  burst: 6,
  leave: 4,
  drop: 3,
  offline: 3,
  close: 2,
  goodbye: 2,
} as const;

type Weighted = keyof typeof WEIGHTS | "all";

export interface Habits {
  readonly clients: number;
  /** The longest time without network. */
  readonly awayMs: number;
}

export function nextAction(random: Random, habits: Habits): Action {
  const { clients } = habits;
  const kind = draw(random, clients);
  const room = `room ${Math.floor(random.next() * Math.max(2, clients / ROOM_SIZE))}`;
  const withAck = random.next() < 0.5;
  const awayMs = random.next() * habits.awayMs;
  switch (kind) {
    case "burst":
    case "drop":
    case "close":
      return { kind };
    case "offline":
      return { kind, awayMs };
    case "goodbye":
      return { kind, awayMs: awayMs * GOODBYE_SHARE };
    case "join":
    case "leave":
      return { kind: "emit", event: kind, room, withAck: true };
    case "say":
    case "others":
      return { kind: "emit", event: kind, room, withAck };
    case "note":
      return { kind: "emit", event: kind, room: null, withAck: false };
    case "ask":
      return { kind: "emit", event: kind, room: null, withAck: true };
    case "echo":
    case "all":
      return { kind: "emit", event: kind, room: null, withAck };
  }
}

function draw(random: Random, clients: number): Weighted {
  // One event to everybody makes as many posts as there are clients: as many in all as a room's talk.
  const weights: [Weighted, number][] = [
    ...(Object.entries(WEIGHTS) as [Weighted, number][]),
    ["all", Math.min(4, 100 / clients)],
  ];
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  let left = random.next() * sum;
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "note";
}
