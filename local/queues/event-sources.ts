import type { EventSourceModel } from "../template/resource-type.js";
import { EventSourceMapping, type EventSourceMappingOptions } from "./event-source-mapping.js";
import type { Sqs } from "./sqs.js";

export interface EventSourcesOptions extends Omit<EventSourceMappingOptions, "queue"> {
  readonly sqs: Pick<Sqs, "queue">;
}

/** The event source mappings of a stack: which functions are invoked with the messages of which queues. */
export class EventSources {
  readonly #options: EventSourcesOptions;
  #mappings: EventSourceMapping[] = [];
  #closed = false;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
  }

  /** Whether no message waits for a function, nor is with one. */
  get isIdle(): boolean {
    return this.#mappings.every(({ isIdle }) => isIdle);
  }

  /** Takes the place of all mappings so far, whose running batches are finished. The queues must exist. */
  deploy(models: readonly EventSourceModel[]): void {
    this.#stop();
    const { sqs, ...options } = this.#options;
    this.#mappings = models.map(
      (model) =>
        new EventSourceMapping(model, {
          ...options,
          queue: sqs.queue(model.queueArn),
          onBatchFailed: (failure) => {
            // Where the functions end with the stack, each of their batches fails.
            if (!this.#closed) this.#options.onBatchFailed(failure);
          },
        }),
    );
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    for (const mapping of this.#mappings.splice(0)) mapping.stop();
  }
}
