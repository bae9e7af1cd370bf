/**
 * What programs put on a socket, and what they ask of a client while it connects (`habits.ts` of the app).
 */
import { type EntryOf, markOf } from "../entry.js";
import { groupBy } from "../group-by.js";
import { diedAfter } from "./disconnects.js";
import type { History } from "./history.js";
import type { Broken } from "./promise.js";

export interface Habits {
  readonly broken: readonly Broken[];
  /** Looks of handlers at what was put somewhere. */
  readonly marks: number;
  /** Callbacks of questions. */
  readonly answers: number;
  /** Of those, called because the time was over. */
  readonly unanswered: number;
  readonly greetings: number;
}

export function checkHabits(history: History): Habits {
  const { handled, answered, greeted } = history;
  const broken = [...wrongMarks(history), ...wrongAnswers(history), ...wrongGreetings(greeted)];
  return {
    broken,
    marks: handled.reduce((sum, { marks }) => sum + Object.keys(marks).length, 0),
    answers: answered.length,
    unanswered: answered.filter(({ answer }) => answer === null).length,
    greetings: greeted.length,
  };
}

function* wrongMarks(history: History): Iterable<Broken> {
  const connections = new Map(history.connections.map((connection) => [connection.link, connection]));
  for (const { id, link, marks } of history.handled) {
    // An environment that dies in the connection handler has not stored what that has set.
    const connection = connections.get(link);
    const isHalfMade = connection !== undefined && diedAfter(connection, history);
    for (const [place, found] of Object.entries(marks)) {
      if (found === markOf(link) || (found === null && isHalfMade)) continue;
      yield { promise: "own", what: `${id} (${link}) found ${found ?? "nothing"} in ${place}` };
    }
  }
}

/** One for each connection that the handler has seen: none for one that was lost by then. */
function* wrongAnswers({ answered, connections }: History): Iterable<Broken> {
  const seen = groupBy(connections, ({ link }) => link);
  for (const [link, calls] of groupBy(answered, (call) => call.link)) {
    if (calls.length > (seen.get(link)?.length ?? 0)) {
      const answers = calls.map(({ answer }) => answer ?? "no answer").join(", ");
      yield {
        promise: "asked",
        what: `${link} was asked once and called back ${calls.length} times: ${answers}`,
      };
    }
    for (const { answer } of calls) {
      if (answer !== null && answer !== markOf(link))
        yield { promise: "asked", what: `${link} was asked, and ${answer} answered` };
    }
  }
}

/**
 * A greeting out of a callback may come more than once, and to nobody else
 * (docs/decisions/whose-code-runs.md).
 */
function* wrongGreetings(greeted: readonly EntryOf<"greeted">[]): Iterable<Broken> {
  for (const { link, mark } of greeted) {
    if (mark !== markOf(link)) yield { promise: "own", what: `${link} got the greeting of ${mark}` };
  }
}
