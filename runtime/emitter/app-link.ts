/**
 * The way of an emitter's operations to the app function: in their order, one invocation at a time. What is
 * asked in one turn, or while an invocation is under way, goes together in the next one. So a stream of emits
 * costs few invocations, and never more environments than one.
 */
import { EmitterError } from "../errors.js";
import { reportError, warnOnce } from "../log/log.js";
import type { AppCall } from "./app-call.js";
import type { Operation, Outcome } from "./operation.js";

/** Below Lambda's 6 MB, for what a batch says besides. */
const MAX_BATCH_BYTES = 5_000_000;

interface Waiting {
  readonly what: string;
  readonly text: string;
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export class AppLink {
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Since the last `flush`. */
  #failures: unknown[] = [];

  constructor(private readonly call: AppCall) {}

  /**
   * Resolves when the app has done it. A failure is reported here, so that none is lost where nobody awaits
   * it, and rejects all the same.
   *
   * @throws EmitterError, AwsCallError, EnvironmentError, UnsupportedError
   */
  send(operation: Operation, what: string): Promise<Outcome> {
    const text = JSON.stringify(operation);
    const done = new Promise<Outcome>((resolve, reject) => {
      this.#waiting.push({ what, text, bytes: Buffer.byteLength(text), resolve, reject });
    });
    done.catch((error: unknown) => {
      this.#failures.push(error);
      reportError("delivery", error, what);
    });
    this.#running ??= this.#run();
    return done;
  }

  /** Resolves when all is done that was asked for so far. @throws the first failure since the last call. */
  async flush(): Promise<void> {
    await this.#running;
    const [first] = this.#failures.splice(0);
    if (first !== undefined) throw first;
  }

  async #run(): Promise<void> {
    await undefined; // the calls that follow in the same turn come along
    while (this.#waiting.length > 0) await this.#sendBatch(this.#takeBatch());
    this.#running = undefined; // in the same turn: what comes now begins anew
  }

  async #sendBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const texts = batch.map(({ text }) => text).join();
      const { outcomes } = await this.call(`{"emitterEvent":1,"operations":[${texts}]}`);
      for (const [index, waiting] of batch.entries()) settle(waiting, outcomes[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((waiting, index) => {
      bytes += waiting.bytes + 1;
      return index > 0 && bytes > MAX_BATCH_BYTES;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }
}

function settle({ what, resolve, reject }: Waiting, outcome: Outcome | undefined): void {
  if (outcome?.warning !== undefined) warnOnce(outcome.warning);
  if (outcome && !outcome.error) {
    resolve(outcome);
    return;
  }
  const why = outcome?.error
    ? `${outcome.error.name}: ${outcome.error.message}`
    : "the app gave no answer to it.";
  reject(new EmitterError(`${what}: ${why}`));
}
