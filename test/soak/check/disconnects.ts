/** Each connection that a handler has seen ends once, for handlers too. */

import { clientOf, type EntryOf } from "../entry.js";
import { groupBy } from "../group-by.js";
import type { History } from "./history.js";
import type { Broken } from "./promise.js";
import { SETTLED_MS } from "./settled.js";

export interface Disconnects {
  readonly broken: readonly Broken[];
  readonly connections: number;
  readonly missed: number;
  /** Of those missed: an environment died before it had stored that there was a connection. */
  readonly missedByFault: number;
  readonly doubled: number;
  /** Of those doubled: an environment died in the middle of the first. */
  readonly doubledByFault: number;
}

export function checkDisconnects(history: History): Disconnects {
  const broken: Broken[] = [];
  let [missed, missedByFault, doubled, doubledByFault] = [0, 0, 0, 0];
  const connections = groupBy(history.connections, ({ connectionId }) => connectionId);
  const disconnects = groupBy(history.disconnects, ({ connectionId }) => connectionId);
  for (const [connectionId, seen] of connections) {
    const [first] = seen;
    if (!first) continue;
    const ends = disconnects.get(connectionId) ?? [];
    const name = `${first.link} (${connectionId})`;
    if (seen.length > 1 && !diedAfter(first, history)) {
      broken.push({ promise: "disconnect", what: `${name} was seen to connect ${seen.length} times` });
    }
    const [firstEnd] = ends;
    if (firstEnd && ends.length > 1) {
      doubled++;
      const reasons = ends.map(({ reason }) => reason).join(", ");
      const what = `${name} was seen to disconnect ${ends.length} times: ${reasons}`;
      if (diedAfter(firstEnd, history)) doubledByFault++;
      else broken.push({ promise: "disconnect", what });
    }
    if (ends.length > 0) continue;
    missed++;
    if (diedAfter(first, history)) missedByFault++;
    else broken.push({ promise: "disconnect", what: `${name} was never seen to disconnect` });
  }
  for (const [connectionId, [end]] of disconnects) {
    if (connections.has(connectionId)) continue;
    broken.push({ promise: "disconnect", what: `${end?.link} was seen to disconnect and never to connect` });
  }
  return { broken, connections: connections.size, missed, missedByFault, doubled, doubledByFault };
}

/**
 * The one exception (docs/guarantees.md): the environment that told of it died, or ran out of time, before it
 * had written down what it did. In a recovery it works for the client's next connection.
 */
export function diedAfter({ link, at }: EntryOf<"connection" | "disconnect">, history: History): boolean {
  return history.faults.some(
    (fault) =>
      fault.at >= at - BEFORE_MS &&
      fault.at < at + SETTLED_MS &&
      DEADLY.has(fault.kind) &&
      (fault.connectionId === undefined || history.clientOf(fault) === clientOf(link)),
  );
}

const DEADLY = new Set(["kill", "timeout"]);

/** A fault is told of by another thread than what it strikes. */
const BEFORE_MS = 500;
