/**
 * Environments of the `deliver` function. Each has a client of its own, which knows nothing of what the
 * others post, as on Lambda; but they share this machine's cores, so a few threads hold them all.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { DeliverEvent } from "../../runtime/delivery/deliver-event.js";

export interface DeliverTask {
  readonly environment: number;
  readonly event: DeliverEvent;
}

export interface DeliverEnvironments {
  /** As `Invoke` with the type Event: the chunk is posted later. */
  invoke(event: DeliverEvent): void;
  /** Resolves when all chunks are posted; rejects when one has failed. */
  idle(): Promise<void>;
}

/** @param file compiled `deliver-worker.ts` */
export function deliverEnvironments(count: number, file: string): DeliverEnvironments {
  const workers = Array.from({ length: Math.min(count, availableParallelism()) }, () => new Worker(file));
  let running = 0;
  let invoked = 0;
  let failure: Error | undefined;
  let onIdle: (() => void) | undefined;
  for (const worker of workers) {
    worker.on("message", (error: string | undefined) => {
      if (error !== undefined) failure = new Error(`A chunk was not delivered: ${error}`);
      running--;
      if (running === 0) onIdle?.();
    });
  }
  return {
    invoke(event) {
      const environment = invoked++ % count;
      running++;
      workers[environment % workers.length]?.postMessage({ environment, event } satisfies DeliverTask);
    },
    async idle() {
      if (running > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      if (failure) throw failure;
    },
  };
}
