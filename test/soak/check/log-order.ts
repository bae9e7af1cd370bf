/** What a client missed comes in the order of the log. */
import type { EntryOf } from "../entry.js";
import { groupBy } from "../group-by.js";
import type { History } from "./history.js";
import type { Broken } from "./promise.js";
import { SETTLED_MS } from "./settled.js";

/**
 * The packets of a recovery are sorted; live ones may come between them, so only settled ones are compared.
 * And only the first copy of each: where a recovery was cut off, its packets and those of the next one come
 * one after the other, and `copies.ts` counts them.
 */
export function* checkLogOrder(history: History): Iterable<Broken> {
  const byLink = groupBy(
    history.entries.filter((entry): entry is EntryOf<"got"> => entry.type === "got"),
    ({ link }) => link,
  );
  for (const { client, gaps, links } of history.sessions) {
    for (const [index, { from, to }] of gaps.entries()) {
      const missed = (byLink.get(links[index + 1] ?? "") ?? []).filter(({ id }) =>
        history.event(id)?.handled.every(({ at }) => at > from && at < to - SETTLED_MS),
      );
      const firstCopies = [...groupBy(missed, ({ id }) => id).values()].map(([first]) => first);
      for (const [place, { id, offset = "" }] of firstCopies.entries()) {
        const before = firstCopies[place - 1];
        if (before?.offset === undefined || before.offset <= offset) continue;
        yield { promise: "logOrder", what: `client ${client} got ${before.id} before ${id}, which is older` };
      }
    }
  }
}
