import { randomUUID } from "node:crypto";
import { ThrottledError } from "../errors.js";
import { InvocationFaults } from "../faults/invocation-faults.js";
import type { FunctionModel } from "../template/resource-type.js";
import { CoreLoad } from "./core-load.js";
import { Environment, type OutputStream } from "./environment.js";
import type { Inspector } from "./inspector.js";
import { killed } from "./killed.js";

export interface LambdaFunctionOptions {
  readonly functionArn: string;
  /** How many environments the function may have at once: its concurrency. */
  readonly environments: number;
  /**
   * Starts environments when an event needs one, and gives it a warm one where one is idle, as Lambda does.
   * @default false
   */
  readonly onDemand?: boolean;
  /** All environment variables of the function: the template's and those that Lambda sets. */
  readonly variables: Readonly<Record<string, string>>;
  /** Events that may wait while all environments are busy; what comes beyond is throttled. @default 1000 */
  readonly queueLimit?: number;
  readonly onOutput: (line: string, stream: OutputStream) => void;
  /** @default none */
  readonly faults?: InvocationFaults;
  /**
   * What loading the code may take before Lambda stops it, and repeats it within an invocation.
   * @default 10,000
   */
  readonly initTimeoutMs?: number;
  /** Lists its threads there, for debuggers. @default none */
  readonly inspector?: Inspector | undefined;
}

/** A place for an environment. Empty until its first event, and again after the environment has died. */
interface Slot {
  environment: Environment | undefined;
  /** Started because all others were busy for long; ended when it has been idle for a while. */
  readonly isExtra: boolean;
  retirement?: NodeJS.Timeout;
}

interface Waiting {
  readonly start: (slot: Slot) => void;
  readonly reject: (error: Error) => void;
  readonly sinceMs: number;
  /** Looks again and again whether it should get an environment of its own. */
  readonly timer: NodeJS.Timeout;
}

const DEFAULT_QUEUE_LIMIT = 1000;

/**
 * AWS starts another environment at once when all are busy. Here that would start one for each
 * message of a burst, on two cores; so only an event that has waited this long gets one, such
 * as the ack that all busy handlers wait for.
 */
const EXTRA_AFTER_MS = 200;
/**
 * While events still start and the cores compute without a pause, another environment makes all of them
 * slower: it has to load, and its code is cold. Then an event gets one after this long.
 */
const EXTRA_AT_LAST_MS = 2_000;
const MAX_EXTRA = 50;
/**
 * An extra environment stays for the next burst: starting it again would cost the cores that the burst needs.
 */
const EXTRA_IDLE_MS = 5_000;

const cores = new CoreLoad();

/**
 * A function and its environments. Each runs one event at a time. An event goes to the environment that has
 * been idle for the longest, a cold one before all others, so no two events in a row meet the same memory
 * while another is idle: AWS promises no more, and an app that keeps state in memory shows it on the first
 * run. With `onDemand` it goes to the one that was busy last, and to a cold one where no other is idle
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html; which of several warm ones Lambda takes is
 * not documented). Events start in the order in which they came.
 */
export class LambdaFunction {
  readonly model: FunctionModel;
  readonly functionArn: string;
  readonly #options: LambdaFunctionOptions;
  readonly #faults: InvocationFaults;
  /** Idle slots, the longest idle first. */
  readonly #idle: Slot[];
  readonly #slots: readonly Slot[];
  /** Environments whose thread is not gone yet, the dying ones too. */
  readonly #live = new Set<Environment>();
  readonly #waiting: Waiting[] = [];
  readonly #onIdle: (() => void)[] = [];
  #running = 0;
  #extra = 0;
  #isStartingExtra = false;
  #lastStartMs = 0;
  #warmsLater = false;
  #closed = false;

  constructor(model: FunctionModel, options: LambdaFunctionOptions) {
    this.model = model;
    this.functionArn = options.functionArn;
    this.#options = options;
    this.#faults = options.faults ?? new InvocationFaults();
    this.#slots = Array.from({ length: options.environments }, () => ({
      environment: undefined,
      isExtra: false,
    }));
    this.#idle = [...this.#slots];
  }

  /**
   * Starts the first environment ahead of its first event; rejects with what the module threw. Code that
   * takes longer than Lambda's initialization is left to the first event, as on Lambda, where it can be
   * loaded in that event's time. Else this rejects as that event would.
   */
  async initialise(): Promise<void> {
    const [first] = this.#slots;
    if (!first) return;
    const environment = await this.#ready(first);
    if (environment.loadsInEvent) await this.#tryToLoad();
    else await environment.initialised;
  }

  async #tryToLoad(): Promise<void> {
    const trial = this.#environment({ loadsInEvent: true });
    try {
      await trial.load();
    } finally {
      await trial.close();
    }
  }

  /**
   * Starts all environments ahead of their first events, so that those need not wait. What fails, fails again
   * at its event. With `onDemand` it ends the one that has been started instead.
   */
  warm(): void {
    for (const slot of this.#slots) {
      if (this.#options.onDemand) empty(slot);
      else this.#started(slot);
    }
  }

  /** The same with the first event, which itself meets the environment that has been started. */
  warmLater(): void {
    if (this.#options.onDemand) this.warm();
    else this.#warmsLater = true;
  }

  /** Runs an event and gives what the handler returned. Rejects with `FunctionError` or `ThrottledError`. */
  async invoke(event: unknown): Promise<unknown> {
    const { functionName } = this.model;
    const slot = await this.#take();
    if (this.#warmsLater) {
      this.#warmsLater = false;
      this.warm();
    }
    if (this.#faults.isCold(functionName, event)) empty(slot);
    const environment = await this.#ready(slot);
    try {
      const running = environment.invoke(event, randomUUID());
      const kill = this.#faults.kill(functionName, event);
      return await (kill ? killed(environment, running, kill) : running);
    } finally {
      environment.whenFree(() => this.#release(slot));
    }
  }

  /**
   * Waits for running and waiting events, then ends all environments. For code that newer code has replaced.
   */
  async drain(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    await this.close();
  }

  /** Ends all environments now; running and waiting events reject. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearInterval(timer);
      reject(new Error("The local stack was closed."));
    }
    await Promise.all([...this.#live].map((environment) => environment.close()));
  }

  async #take(): Promise<Slot> {
    if (this.#closed) throw new Error(`${this.model.displayName} is closed.`);
    // On AWS each event that waits here has an environment of its own.
    const { reservedConcurrency = Number.POSITIVE_INFINITY } = this.model;
    const running = this.#running - (this.#isStartingExtra ? 1 : 0);
    if (running + this.#waiting.length >= reservedConcurrency) {
      throw new ThrottledError(this.model.displayName);
    }
    const slot = (this.#options.onDemand && takeWarm(this.#idle)) || this.#idle.shift();
    if (slot) {
      clearTimeout(slot.retirement);
      this.#running += 1;
      this.#lastStartMs = performance.now();
      return slot;
    }
    if (this.#waiting.length >= (this.#options.queueLimit ?? DEFAULT_QUEUE_LIMIT)) {
      throw new ThrottledError(this.model.displayName);
    }
    cores.look();
    return new Promise((start, reject) => {
      const timer = setInterval(() => this.#startExtraFor(waiting), EXTRA_AFTER_MS);
      const waiting = { start, reject, sinceMs: performance.now(), timer };
      this.#waiting.push(waiting);
    });
  }

  #startExtraFor({ sinceMs }: Waiting): void {
    const nowMs = performance.now();
    const isStalled = nowMs - this.#lastStartMs >= EXTRA_AFTER_MS;
    if (isStalled || nowMs - sinceMs >= EXTRA_AT_LAST_MS || !cores.areFull()) this.#startExtra();
  }

  /**
   * One at a time, and into service only when it has loaded: cold starts side by side would
   * take the cores from the events that the waiting ones wait for, and the first
   * environment to be free may well be another one.
   */
  #startExtra(): void {
    if (this.#closed || this.#isStartingExtra || this.#extra === MAX_EXTRA) return;
    this.#isStartingExtra = true;
    this.#extra += 1;
    this.#running += 1;
    const slot: Slot = { environment: undefined, isExtra: true };
    const started = () => {
      this.#isStartingExtra = false;
      this.#release(slot);
      const [first] = this.#waiting;
      if (first) this.#startExtraFor(first);
    };
    this.#started(slot).initialised.then(started, started);
  }

  #release(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next) {
      clearInterval(next.timer);
      this.#lastStartMs = performance.now();
      next.start(slot);
      return;
    }
    this.#idle.push(slot);
    if (slot.isExtra) slot.retirement = setTimeout(() => this.#retire(slot), EXTRA_IDLE_MS).unref();
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #retire(slot: Slot): void {
    this.#idle.splice(this.#idle.indexOf(slot), 1);
    this.#extra -= 1;
    void slot.environment?.close();
  }

  /** An environment that has loaded its code, or failed to, or that will load it within the next event. */
  async #ready(slot: Slot): Promise<Environment> {
    const environment = this.#started(slot);
    if (environment.loadsInEvent) return environment;
    await environment.initialised.catch(() => {}); // what the module throws, its `invoke` throws again
    return environment.initTimedOut ? this.#started(slot) : environment;
  }

  #started(slot: Slot): Environment {
    if (slot.environment && !slot.environment.ended) return slot.environment;
    const environment = this.#environment({ loadsInEvent: slot.environment?.initTimedOut ?? false });
    slot.environment = environment;
    return environment;
  }

  #environment({ loadsInEvent }: { readonly loadsInEvent: boolean }): Environment {
    const environment = new Environment(this.model, {
      ...this.#options,
      loadsInEvent,
      coldStartMs: this.#faults.coldStartMs,
      onExit: () => this.#live.delete(environment),
    });
    this.#live.add(environment);
    return environment;
  }
}

/** Takes the slot that was busy last, where its environment lives: one for bursts after all others. */
function takeWarm(idle: Slot[]): Slot | undefined {
  const isWarm = ({ environment }: Slot) => environment !== undefined && !environment.ended;
  const lasting = idle.findLastIndex((slot) => isWarm(slot) && !slot.isExtra);
  const index = lasting < 0 ? idle.findLastIndex(isWarm) : lasting;
  return index < 0 ? undefined : idle.splice(index, 1)[0];
}

/** Ends what an idle slot has: its next event meets a new environment. */
function empty(slot: Slot): void {
  void slot.environment?.close();
  slot.environment = undefined;
}
