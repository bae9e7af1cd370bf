/**
 * What middlewares put on `socket.request`, and what of it cannot be stored: a session with methods, a store.
 * Those middlewares run again in later events (`connection/request-middlewares.ts`), and the others do not.
 */
import { REQUEST_INTERNALS } from "../connection/socket-request.js";
import { isStorable } from "../store/value.js";

/** Where the notes of `io.engine.use()` stand; a namespace's stand under its name, which begins with "/". */
export const OF_ENGINE = "engine";

/** Compares the request before and behind each middleware of a chain. */
export class RequestMarks {
  /** Whose value on the request cannot be stored. */
  readonly keys = new Set<string>();
  readonly #before: Map<string, unknown>;
  readonly #middlewares = new Set<number>();
  #isMissed = false;

  constructor(private readonly request: object) {
    this.#before = valuesOf(request);
  }

  /** The middleware at this place of the chain has ended. */
  ran(place: number): void {
    for (const [key, value] of valuesOf(this.request)) {
      if (this.#before.get(key) === value) continue;
      this.#before.set(key, value);
      if (isStorable(value)) continue;
      this.keys.add(key);
      this.#middlewares.add(place);
      // Functions alone are not worth it: passport's are there with each JWT, for what only pages do.
      if (typeof value !== "function" && !isPrivate(key)) this.#isMissed = true;
    }
  }

  /**
   * The places of the middlewares that have to run again, in their order; none where later events miss
   * nothing without.
   */
  get again(): readonly number[] {
    return this.#isMissed ? [...this.#middlewares] : [];
  }
}

/** By convention: what a middleware keeps there for itself (`_parsedUrl`, `_passport`). */
export function isPrivate(key: string): boolean {
  return key.startsWith("_");
}

/** Calls no getter. */
function valuesOf(request: object): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(request))) {
    if (!REQUEST_INTERNALS.has(key)) values.set(key, value);
  }
  return values;
}
