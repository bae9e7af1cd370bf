/** What a client missed comes in the order of the log. */
import type { EntryOf } from "../entry.js";
import { groupBy } from "../group-by.js";
import type { History } from "./history.js";
import type { Broken } from "./promise.js";
import { SETTLED_MS } from "./settled.js";

/** The packets of a recovery are sorted; live ones may come between them, so only settled ones are compared. */
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
      for (const [place, { id, offset = "" }] of missed.entries()) {
        const before = missed[place - 1];
        if (before?.offset === undefined || before.offset <= offset) continue;
        yield { promise: "logOrder", what: `client ${client} got ${before.id} before ${id}, which is older` };
      }
    }
  }
}
