import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { FunctionError, type ThrownInFunction } from "../errors.js";
import type { FunctionModel } from "../template/resource-type.js";
import { CLOSED, exited, initTimedOut, TIMED_OUT, taskTimedOut, tooLarge } from "./endings.js";
import { ExtensionsApi } from "./extensions-api.js";
import type { Inspector } from "./inspector.js";
import { INIT_TIMEOUT_MS, MAX_RESPONSE_BYTES } from "./limits.js";
import { initStopped, stillLoading, waitsForDebugger } from "./still-loading.js";
import { startWorker } from "./worker.js";
import { type FromWorker, WorkerLink } from "./worker-link.js";

/** What an environment needs to know beside the function itself. */
export interface EnvironmentOptions {
  readonly functionArn: string;
  /**
   * All of `process.env` inside, beside the address of its Extensions API: nothing of this
   * process's environment gets in.
   */
  readonly variables: Readonly<Record<string, string>>;
  /** One line that the function wrote to stdout or stderr. */
  readonly onOutput: (line: string, stream: OutputStream) => void;
  /** It takes its first event so many milliseconds after its code has been loaded. @default 0 */
  readonly coldStartMs?: number;
  /** What loading its code may take, in milliseconds. @default 10,000 */
  readonly initTimeoutMs?: number;
  /**
   * Another one took longer: its code is loaded within its first event, whose time that takes.
   * @default false
   */
  readonly loadsInEvent?: boolean;
  /** Lists its thread there, for debuggers. @default a thread that no debugger can reach */
  readonly inspector?: Inspector | undefined;
  /** The environment is gone and takes no more events. */
  readonly onExit: () => void;
}

export type OutputStream = "stdout" | "stderr";

interface Running {
  readonly requestId: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: FunctionError) => void;
  readonly timer: NodeJS.Timeout;
  /** The caller has its answer, and extensions still work. */
  isAnswered: boolean;
}

/**
 * One execution environment of one function: a worker thread that has loaded the handler and runs
 * one event at a time. It ends for good when its time is up, when the function exits or throws
 * outside of an invocation, and at `close()`.
 */
export class Environment {
  readonly #model: FunctionModel;
  readonly #options: EnvironmentOptions;
  readonly #link = new WorkerLink((message) => this.#hear(message));
  /**
   * Settles when the handler has been loaded, and its extensions wait for an event; rejects
   * with what the module threw.
   */
  readonly initialised: Promise<void>;
  #worker: Worker | undefined;
  #extensions: ExtensionsApi | undefined;
  /** The runtime waits for an event. */
  #isReady = false;
  /** Extensions that do not. */
  #busy = 0;
  #running: Running | undefined;
  readonly #onFree: (() => void)[] = [];
  #begin = () => {};
  #detachDebuggers = () => {};
  #initTimedOut = false;
  /** Why it ends, known before the thread is gone. */
  #cause: ThrownInFunction | undefined;
  #setExited = () => {};
  readonly #exited = new Promise<void>((resolve) => {
    this.#setExited = resolve;
  });

  constructor(model: FunctionModel, options: EnvironmentOptions) {
    this.#model = model;
    this.#options = options;
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    this.initialised = this.loadsInEvent ? begun.then(() => this.#start()) : this.#start();
    // Whoever starts an environment ahead of time may not look at it until the first event.
    this.initialised.catch(() => {});
  }

  /** True from the moment it can take no more events, a little before the thread is gone. */
  get ended(): boolean {
    return this.#cause !== undefined;
  }

  /** Whether its code is loaded by its first event. */
  get loadsInEvent(): boolean {
    return this.#options.loadsInEvent ?? false;
  }

  /** It has ended because its code took too long to load. */
  get initTimedOut(): boolean {
    return this.#initTimedOut;
  }

  /**
   * Whether it can take an event, or will never take one again. After an answer, its
   * extensions may still work.
   */
  get isFree(): boolean {
    return this.ended || this.#running === undefined;
  }

  /** Calls back when it is free: at once, where it is. */
  whenFree(callback: () => void): void {
    if (this.isFree) callback();
    else this.#onFree.push(callback);
  }

  /**
   * Runs one event; the environment must be free. Resolves with the answer as soon as there is one. Rejects
   * with a `FunctionError` when the handler throws, when the environment dies, and when the function's
   * timeout is over: then the thread is killed, whatever it was doing.
   */
  async invoke(event: unknown, requestId: string): Promise<unknown> {
    const timeoutMs = this.#model.timeoutSeconds * 1000;
    let deadlineMs = Date.now() + timeoutMs;
    if (this.loadsInEvent) await this.#loadInEvent();
    else {
      await this.initialised;
      deadlineMs = Date.now() + timeoutMs;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#timeOut(), deadlineMs - Date.now());
      this.#running = { requestId, resolve, reject, timer, isAnswered: false };
      this.#isReady = false;
      const invokedFunctionArn = this.#options.functionArn;
      this.#extensions?.invoke({ requestId, deadlineMs, invokedFunctionArn });
      this.#link.send({ event, requestId, deadlineMs });
    });
  }

  /**
   * Loads the code within the function's timeout, as the first event does where `loadsInEvent`. Rejects as
   * `invoke` does.
   */
  async load(): Promise<void> {
    this.#begin();
    const timer = setTimeout(() => this.#timeOut(), this.#model.timeoutSeconds * 1000);
    await this.initialised.finally(() => clearTimeout(timer));
  }

  /** Ends the thread, running event or not: that one rejects with `cause`. Resolves when it is gone. */
  async close(cause: ThrownInFunction = CLOSED): Promise<void> {
    this.#end(cause);
    this.#begin(); // which then meets its end
    await this.#exited;
  }

  async #loadInEvent(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      if (this.#cause?.name === TIMED_OUT) this.#options.onOutput(stillLoading(this.#model), "stderr");
      throw error;
    }
  }

  #timeOut(): void {
    this.#end(taskTimedOut(this.#model.timeoutSeconds));
  }

  async #start(): Promise<void> {
    const { functionName, handler } = this.#model;
    const onChange = (busy: number) => {
      this.#busy = busy;
      this.#link.setBusy(busy);
      this.#freeIfWaiting();
    };
    let worker: Worker;
    try {
      this.#extensions = await ExtensionsApi.start({ functionName, handler, onChange });
      if (this.#cause) throw new FunctionError(this.#model.displayName, this.#cause); // closed meanwhile
      const { address: runtimeApi } = this.#extensions;
      worker = startWorker(this.#model, this.#options, {
        port: this.#link.workerPort,
        signals: this.#link.signals,
        runtimeApi,
      });
    } catch (error) {
      void this.#gone(error as Error);
      throw error;
    }
    this.#worker = worker;
    worker.on("error", (error) => {
      this.#cause ??= { name: error.name, message: error.message, stack: error.stack };
    });
    worker.once("exit", (code) => {
      this.#link.hearTheRest();
      void this.#gone(exited(code));
    });
    this.#link.open();
    await this.#loaded();
  }

  async #loaded(): Promise<void> {
    const { coldStartMs = 0, initTimeoutMs = INIT_TIMEOUT_MS } = this.#options;
    const timer = this.loadsInEvent
      ? undefined
      : setTimeout(() => this.#endLoading(initTimeoutMs), initTimeoutMs);
    await new Promise<void>((resolve) => this.#onFree.push(resolve));
    clearTimeout(timer);
    if (!this.#cause && coldStartMs > 0) await delay(coldStartMs, undefined, { ref: false });
    if (this.#cause) throw new FunctionError(this.#model.displayName, this.#cause);
  }

  #endLoading(timeoutMs: number): void {
    const { onOutput, inspector } = this.#options;
    if (inspector) {
      onOutput(waitsForDebugger(this.#model), "stderr");
      return;
    }
    this.#initTimedOut = true;
    // As Lambda logs it.
    onOutput(`INIT_REPORT Init Duration: ${timeoutMs}.00 ms Phase: init Status: timeout`, "stderr");
    onOutput(initStopped(this.#model, timeoutMs), "stderr");
    this.#end(initTimedOut(timeoutMs));
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "inspectable":
        this.#detachDebuggers =
          this.#options.inspector?.add(this.#model.displayName, message.url) ?? this.#detachDebuggers;
        return;
      case "ready":
        this.#extensions?.closeRegistration();
        this.#isReady = true;
        this.#freeIfWaiting();
        return;
      case "failed":
        this.#end(message.error);
        return;
      default:
        this.#settle(message);
    }
  }

  #settle(message: Extract<FromWorker, { requestId: string }>): void {
    const running = this.#running;
    if (running?.requestId !== message.requestId) return;
    running.isAnswered = true;
    this.#isReady = true;
    this.#freeIfWaiting();
    const fail = (thrown: ThrownInFunction) =>
      running.reject(new FunctionError(this.#model.displayName, thrown));
    if (message.type === "error") fail(message.error);
    else if (Buffer.byteLength(message.payload) > MAX_RESPONSE_BYTES) fail(tooLarge(message.payload));
    else running.resolve(JSON.parse(message.payload));
  }

  #freeIfWaiting(): void {
    if (this.#isReady && this.#busy === 0) this.#free();
  }

  #free(): void {
    clearTimeout(this.#running?.timer);
    this.#running = undefined;
    for (const callback of this.#onFree.splice(0)) callback();
  }

  #end(cause: ThrownInFunction): void {
    this.#cause ??= cause;
    this.#fail(cause);
    this.#detachDebuggers();
    void this.#worker?.terminate();
  }

  #fail(cause: ThrownInFunction): void {
    const running = this.#running;
    if (!running?.isAnswered) running?.reject(new FunctionError(this.#model.displayName, cause));
    // Nobody waits for this event any more; on AWS it has a line in the log.
    else if (cause !== CLOSED) this.#options.onOutput(`${running.requestId} ${cause.message}`, "stderr");
    this.#free();
  }

  /** The thread is gone, or never came to be. */
  async #gone(cause: ThrownInFunction): Promise<void> {
    this.#cause ??= cause;
    this.#fail(this.#cause);
    this.#detachDebuggers();
    this.#link.close();
    this.#options.onExit();
    await this.#extensions?.close();
    this.#setExited();
  }
}
