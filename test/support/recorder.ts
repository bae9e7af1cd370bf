/** What happens in a local stack, recorded: given as its `log`, and asked by a test for what it waits for. */
import type { LocalEvent } from "../../local/local-event.js";

type EventOf<T extends LocalEvent["type"]> = Extract<LocalEvent, { type: T }>;

export class Recorder {
  readonly events: LocalEvent[] = [];
  readonly #looks = new Set<() => void>();

  readonly log = (event: LocalEvent): void => {
    this.events.push(event);
    for (const look of this.#looks) look();
  };

  /** The first such event from `start` on, which may have happened already. */
  find<T extends LocalEvent["type"]>(
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
    start = 0,
  ): Promise<EventOf<T>> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.events
          .slice(start)
          .find((event): event is EventOf<T> => event.type === type && fits(event as EventOf<T>));
        if (!found) return;
        this.#looks.delete(look);
        resolve(found);
      };
      this.#looks.add(look);
      look();
    });
  }

  /** What functions have printed, line by line, once a line fits. */
  async output(fits: RegExp, start = 0): Promise<string> {
    await this.find("output", ({ line }) => fits.test(line), start);
    return this.printed(start);
  }

  /** What functions have printed so far. */
  printed(start = 0): string {
    return this.events
      .slice(start)
      .flatMap((event) => (event.type === "output" ? event.line : []))
      .join("\n");
  }
}
