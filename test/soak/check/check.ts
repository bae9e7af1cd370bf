/** The checker: from the journal alone, and knowing nothing of the runtime. */
import type { EntryOf } from "../entry.js";
import { groupBy } from "../group-by.js";
import type { Leftovers } from "../leftovers.js";
import type { Order } from "../options.js";
import type { Evidence } from "../soak.js";
import { type Copies, checkCopies } from "./copies.js";
import { checkDisconnects, type Disconnects } from "./disconnects.js";
import { checkHabits, type Habits } from "./habits.js";
import { checkHandling, type Handling } from "./handling.js";
import { History } from "./history.js";
import { type Latencies, latencies } from "./latencies.js";
import { checkLogOrder } from "./log-order.js";
import { checkLosses, type Losses } from "./losses.js";
import type { Broken } from "./promise.js";
import { checkLeftovers, checkMemory, type Memory } from "./remains.js";
import { checkTogether, type Together } from "./together.js";

export interface Verdict {
  readonly order: Order;
  readonly broken: readonly Broken[];
  readonly handling: Handling;
  readonly losses: Losses;
  readonly copies: Copies;
  readonly disconnects: Disconnects;
  readonly habits: Habits;
  readonly together: Together;
  readonly leftovers: Leftovers;
  readonly memory: Memory;
  readonly latencies: Latencies;
  /** Sessions, and losses from which clients recovered. */
  readonly sessions: number;
  readonly recoveries: number;
  /** How often clients connected, by each way there is. */
  readonly ways: ReadonlyMap<EntryOf<"opened">["by"], number>;
  /** How often each kind of fault struck. */
  readonly faults: ReadonlyMap<string, number>;
}

export function check({ order, entries, leftovers, rssBytes }: Evidence): Verdict {
  const history = new History(entries);
  const handling = checkHandling(history, order);
  const losses = checkLosses(history);
  const copies = checkCopies(history, losses.owedAcrossLosses);
  const disconnects = checkDisconnects(history);
  const habits = checkHabits(history);
  const together = checkTogether(history);
  const memory = checkMemory(rssBytes);
  const opened = entries.filter((entry) => entry.type === "opened");
  const faults = groupBy(history.faults, ({ kind }) => kind);
  return {
    order,
    broken: [handling, losses, copies, disconnects, habits, together, memory]
      .flatMap(({ broken }) => broken)
      .concat([...checkLogOrder(history)], checkLeftovers(leftovers, history)),
    handling,
    losses,
    copies,
    disconnects,
    habits,
    together,
    leftovers,
    memory,
    latencies: latencies(history),
    sessions: history.sessions.length,
    recoveries: history.sessions.reduce((sum, { gaps }) => sum + gaps.length, 0),
    ways: new Map([...groupBy(opened, ({ by }) => by)].map(([by, all]) => [by, all.length])),
    faults: new Map([...faults].map(([kind, struck]) => [kind, struck.length])),
  };
}
