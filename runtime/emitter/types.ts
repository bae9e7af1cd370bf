/** The generics of Socket.IO's servers and emitters, without Socket.IO. */

// biome-ignore-start lint/suspicious/noExplicitAny: socket.io's own bounds and defaults (`typed-events.ts`)
export interface EventsMap {
  [event: string]: any;
}

export interface DefaultEventsMap {
  [event: string]: (...args: any[]) => void;
}

export type EventNames<Map extends EventsMap> = keyof Map & string;

export type EventParams<Map extends EventsMap, Event extends EventNames<Map>> = Parameters<Map[Event]>;
// biome-ignore-end lint/suspicious/noExplicitAny: see above
