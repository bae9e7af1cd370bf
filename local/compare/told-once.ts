import type { Heard } from "./client-traffic.js";
import { type Cause, type Difference, differencesOf, type Runs } from "./differences.js";
import { frameName, isTransportsOwn } from "./frame.js";
import type { Sent } from "./lane.js";

/** Differences of each kind are told once: the next event of a client meets what the first one left. */
export class ToldOnce {
  readonly #told = new Set<string>();

  of(step: Heard, runs: Runs<readonly Sent[]>): Difference[] {
    const cause = causeOf(step);
    if (!cause) return [];
    return differencesOf(cause, runs).filter(({ kind }) => {
      const isNew = !this.#told.has(kind);
      this.#told.add(kind);
      return isNew;
    });
  }
}

/** Undefined for what runs no code of the app. */
function causeOf(step: Heard): Cause | undefined {
  const { client } = step;
  if (step.type === "opened") return { event: "connect", client };
  if (step.type === "closed") return { event: "disconnect", client };
  if (step.type === "sent" || isTransportsOwn(step.text)) return undefined;
  return { event: frameName(step.text), client };
}
