/**
 * Environments of the `deliver` function. Each runs one event at a time, and has a client of its own, which
 * knows nothing of what the others post, as on Lambda; but they share this machine's cores, so a few threads
 * hold them all.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Chunk, RangeOfBroadcast } from "../../runtime/delivery/deliver-event.js";

export type DeliverInput = Chunk | RangeOfBroadcast;

export interface DeliverTask {
  readonly environment: number;
  readonly event: DeliverInput;
}

/** What a thread says. */
export type FromDeliver =
  | { readonly type: "ended"; readonly environment: number; readonly error: string | undefined }
  /** It has invoked its own function. */
  | { readonly type: "invoked"; readonly event: DeliverInput };

export interface DeliverEnvironments {
  /** As `Invoke` with the type Event: it runs later, when an environment is free. */
  invoke(event: DeliverInput): void;
  /** Resolves when all events have run; rejects when one has failed. */
  idle(): Promise<void>;
}

/**
 * @param most environments at once
 * @param file compiled `deliver-worker.ts`
 * @param url the mock of AWS
 */
export function deliverEnvironments(most: number, file: string, url: string): DeliverEnvironments {
  const workers = Array.from(
    { length: Math.min(most, availableParallelism()) },
    () => new Worker(file, { workerData: { url } }),
  );
  const free: number[] = [];
  const waiting: DeliverInput[] = [];
  let made = 0;
  let running = 0;
  let failure: Error | undefined;
  let onIdle: (() => void) | undefined;

  const invoke = (event: DeliverInput) => {
    const environment = free.pop() ?? (made < most ? made++ : undefined);
    if (environment === undefined) return void waiting.push(event);
    running++;
    workers[environment % workers.length]?.postMessage({ environment, event } satisfies DeliverTask);
  };
  for (const worker of workers) {
    worker.on("message", (message: FromDeliver) => {
      if (message.type === "invoked") return invoke(message.event);
      if (message.error !== undefined) failure = new Error(`An event of deliver failed: ${message.error}`);
      running--;
      free.push(message.environment);
      const next = waiting.shift();
      if (next) invoke(next);
      else if (running === 0) onIdle?.();
    });
  }
  return {
    invoke,
    async idle() {
      if (running > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      if (failure) throw failure;
    },
  };
}
