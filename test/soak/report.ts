/** A verdict as a page for a terminal. */

import type { Verdict } from "./check/check.js";
import type { Latency } from "./check/latencies.js";
import { type Broken, PROMISES, type PromiseName } from "./check/promise.js";
import { groupBy } from "./group-by.js";

/** Offenders that are named of each broken promise; all further ones are counted. */
const NAMED = 20;

export function report(verdict: Verdict, seed: number): string {
  const { order, broken, handling, losses, copies, disconnects, habits, leftovers, memory, latencies } =
    verdict;
  const rows: [string, string][] = [
    [
      "events",
      `${n(handling.sent)} sent, ${n(handling.handled)} handled, ${n(handling.lost)} lost on the way, ${n(handling.duplicated)} duplicated, ${n(handling.outOfOrder)} out of order`,
    ],
    [
      "deliveries",
      `${n(copies.got)} got; of ${n(losses.owed)} owed ${n(losses.lost)} lost (${n(losses.lostByOvertaking)} overtaken at a loss); ${n(copies.duplicated)} duplicated, ${n(copies.duplicatedByFault)} of them by a fault, ${n(copies.duplicatedByRecovery)} at a recovery, ${n(copies.duplicatedByOvertaking)} that were overtaken`,
    ],
    [
      "recovery",
      `${n(verdict.sessions)} sessions, ${n(verdict.recoveries)} losses recovered, ${n(losses.owedAcrossLosses)} deliveries owed across them`,
    ],
    [
      "disconnects",
      `${n(disconnects.connections)} connections, ${n(disconnects.missed)} missed (${n(disconnects.missedByFault)} by a fault), ${n(disconnects.doubled)} doubled (${n(disconnects.doubledByFault)} by a fault)`,
    ],
    [
      "habits",
      `${n(habits.marks)} marks looked at, ${n(habits.answers)} questions called back (${n(habits.unanswered)} without an answer), ${n(habits.greetings)} greetings by callback`,
    ],
    [
      "connections",
      `${counts(verdict.ways)}; ${n(verdict.together.closedByServer)} that the server or the network closed`,
    ],
    [
      "rows left over",
      `${counts(new Map([...leftovers.owned].map(([kind, keys]) => [kind, keys.length])))}; notes that expire: ${counts(leftovers.notes)}`,
    ],
    [
      "memory",
      `${mb(memory.firstMb)} in the first third, ${mb(memory.lastMb)} in the last, ${mb(memory.peakMb)} at most`,
    ],
    [
      "latency",
      `to the handler ${latency(latencies.handled)}; to recipients ${latency(latencies.broadcast)}`,
    ],
    ["faults", counts(verdict.faults)],
  ];
  const table = rows.map(([name, text]) => `  ${name.padEnd(15)} ${text}`).join("\n");
  return [`\n${order}`, table, ...tooSlow(verdict), brokenPromises(broken, order, seed)].join("\n");
}

function tooSlow({ faults }: Verdict): string[] {
  const timeouts = faults.get("timeout") ?? 0;
  if (timeouts === 0) return [];
  return [
    `  ${n(timeouts)} invocations, or their calls to the table, ran out of time: this machine is too slow for so many clients or actions`,
  ];
}

function brokenPromises(broken: readonly Broken[], order: string, seed: number): string {
  if (broken.length === 0) return "  every promise was kept";
  return [...groupBy(broken, ({ promise }) => promise)]
    .map(([promise, all]) => {
      const named = all.slice(0, NAMED).map(({ what }) => `    ${what}`);
      const further = all.length > NAMED ? [`    and ${all.length - NAMED} more`] : [];
      return [`  BROKEN in ${order} mode, seed ${seed}: ${words(promise)}`, ...named, ...further].join("\n");
    })
    .join("\n");
}

function words(promise: PromiseName): string {
  return PROMISES[promise];
}

function counts(kinds: ReadonlyMap<string, number>): string {
  if (kinds.size === 0) return "none";
  return [...kinds].map(([kind, count]) => `${n(count)} ${kind}`).join(", ");
}

function latency({ p50Ms, p99Ms }: Latency): string {
  return `p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms`;
}

function mb(value: number): string {
  return `${Math.round(value)} MB`;
}

function n(value: number): string {
  return value.toLocaleString("en");
}
