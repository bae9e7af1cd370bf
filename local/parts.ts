interface Part {
  close(): unknown;
}

/** The parts of something that starts in steps and must end completely, also when a step fails. */
export class Parts {
  readonly #parts: Promise<Part>[] = [];

  /** Takes charge of a part that has started, or is starting: then it waits for that before it closes it. */
  add<T extends Part>(part: Promise<T>): Promise<T>;
  add<T extends Part>(part: T): T;
  add<T extends Part>(part: T | Promise<T>): T | Promise<T> {
    this.#parts.push(Promise.resolve(part));
    return part;
  }

  /**
   * Closes all parts, the last first. A part that never started is none; the one who waits for it hears why.
   */
  async close(): Promise<void> {
    for (const starting of this.#parts.splice(0).reverse()) {
      const part = await starting.catch(() => undefined);
      await part?.close();
    }
  }
}
