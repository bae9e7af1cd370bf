/** Everything a client hears, in order: what did not come is known when something later has. */
export type HeardEvent = readonly [event: string, ...args: unknown[]];

/** A `socket.io-client`, or what hears events as one does. */
export interface Hearing {
  onAny(listener: (event: string, ...args: unknown[]) => void): unknown;
}

export class Heard {
  readonly events: HeardEvent[] = [];
  readonly #looks = new Set<() => void>();

  constructor(socket: Hearing) {
    socket.onAny((event: string, ...args: unknown[]) => {
      this.events.push([event, ...args.filter((arg) => typeof arg !== "function")]);
      for (const look of this.#looks) look();
    });
  }

  /** What has come before the event, once it has come. */
  async until(event: string): Promise<readonly HeardEvent[]> {
    await this.first(([name]) => name === event);
    return this.events.slice(
      0,
      this.events.findIndex(([name]) => name === event),
    );
  }

  /** The first event that fits, which may have come already. */
  async first(fits: (event: HeardEvent) => boolean): Promise<HeardEvent> {
    const [found] = await this.some(1, fits);
    return found as HeardEvent;
  }

  /** The events that fit, once there are so many: more of them if more have come. */
  some(count: number, fits: (event: HeardEvent) => boolean): Promise<readonly HeardEvent[]> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.events.filter(fits);
        if (found.length < count) return;
        this.#looks.delete(look);
        resolve(found);
      };
      this.#looks.add(look);
      look();
    });
  }
}
