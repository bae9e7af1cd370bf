import { Callbacks } from "./callbacks.js";
import { EventTime } from "./event-time.js";
import { Kinds } from "./kinds.js";
import type { Sources } from "./load-program.js";
import { Places } from "./places.js";
import { Values } from "./values.js";
import { type Write, writesIn } from "./writes.js";

/** What the rules ask about a program. */
export interface Analysis {
  readonly sources: Sources;
  readonly values: Values;
  readonly kinds: Kinds;
  readonly callbacks: Callbacks;
  readonly eventTime: EventTime;
  readonly places: Places;
  readonly writes: readonly Write[];
}

export function analyze(sources: Sources): Analysis {
  const { modules } = sources;
  const values = new Values(sources);
  const kinds = new Kinds(values);
  const callbacks = new Callbacks(modules, values, kinds);
  const eventTime = new EventTime(values, callbacks);
  const places = new Places(values);
  return { sources, values, kinds, callbacks, eventTime, places, writes: writesIn(modules, places, values) };
}
