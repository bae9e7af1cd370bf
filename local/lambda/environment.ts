import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { FunctionError, type ThrownInFunction } from "../errors.js";
import type { FunctionModel } from "../resources/resource-type.js";
import { ExtensionsApi } from "./extensions-api.js";
import { LineSplitter } from "./line-splitter.js";

/** What an environment needs to know beside the function itself. */
export interface EnvironmentOptions {
  readonly functionArn: string;
  /** All of `process.env` inside, beside the address of its Extensions API: nothing of this process's environment gets in. */
  readonly variables: Readonly<Record<string, string>>;
  /** One line that the function wrote to stdout or stderr. */
  readonly onOutput: (line: string, stream: OutputStream) => void;
  /** It takes its first event so many milliseconds after its code has been loaded. @default 0 */
  readonly coldStartMs?: number;
  /** The environment is gone and takes no more events. */
  readonly onExit: () => void;
}

export type OutputStream = "stdout" | "stderr";

type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly error: ThrownInFunction }
  | { readonly type: "result"; readonly requestId: string; readonly payload: string }
  | { readonly type: "error"; readonly requestId: string; readonly error: ThrownInFunction };

interface Running {
  readonly requestId: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: FunctionError) => void;
  readonly timer: NodeJS.Timeout;
  /** The caller has its answer, and extensions still work. */
  isAnswered: boolean;
}

/** AWS gives a cold start ten seconds (aws-facts §8). */
const INIT_TIMEOUT_MS = 10_000;
const BOOTSTRAP = fileURLToPath(new URL("./bootstrap.mjs", import.meta.url));

/** The numbers that the worker reads; see `bootstrap.mjs`. */
const [NEWS, BUSY] = [0, 1] as const;
const SIGNALS = 2;

/**
 * One execution environment of one function: a worker thread that has loaded the handler and runs one event at a time.
 * It ends for good when its time is up, when the function exits or throws outside of an invocation, and at `close()`.
 */
export class Environment {
  readonly #model: FunctionModel;
  readonly #options: EnvironmentOptions;
  readonly #signals = new Int32Array(new SharedArrayBuffer(SIGNALS * Int32Array.BYTES_PER_ELEMENT));
  readonly #port: MessagePort;
  readonly #workerPort: MessagePort;
  /** Settles when the handler has been loaded, and its extensions wait for an event; rejects with what the module threw. */
  readonly initialised: Promise<void>;
  #worker: Worker | undefined;
  #extensions: ExtensionsApi | undefined;
  /** The runtime waits for an event. */
  #isReady = false;
  /** Extensions that do not. */
  #busy = 0;
  #running: Running | undefined;
  readonly #onFree: (() => void)[] = [];
  /** Why it ends, known before the thread is gone. */
  #cause: ThrownInFunction | undefined;
  #setExited = () => {};
  readonly #exited = new Promise<void>((resolve) => {
    this.#setExited = resolve;
  });

  constructor(model: FunctionModel, options: EnvironmentOptions) {
    this.#model = model;
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#workerPort = port2;
    this.initialised = this.#start();
    // Whoever starts an environment ahead of time may not look at it until the first event.
    this.initialised.catch(() => {});
  }

  /** True from the moment it can take no more events, a little before the thread is gone. */
  get ended(): boolean {
    return this.#cause !== undefined;
  }

  /** Whether it can take an event, or will never take one again. After an answer, its extensions may still work. */
  get isFree(): boolean {
    return this.ended || this.#running === undefined;
  }

  /** Calls back when it is free: at once, where it is. */
  whenFree(callback: () => void): void {
    if (this.isFree) callback();
    else this.#onFree.push(callback);
  }

  /**
   * Runs one event; the environment must be free. Resolves with the answer as soon as there is one. Rejects with a
   * `FunctionError` when the handler throws, when the environment dies, and when the function's timeout is over: then the
   * thread is killed, whatever it was doing.
   */
  async invoke(event: unknown, requestId: string): Promise<unknown> {
    await this.initialised;
    const timeoutMs = this.#model.timeoutSeconds * 1000;
    const deadlineMs = Date.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = this.#model.timeoutSeconds.toFixed(2);
        this.#end({ name: "Sandbox.Timedout", message: `Task timed out after ${seconds} seconds` });
      }, timeoutMs);
      this.#running = { requestId, resolve, reject, timer, isAnswered: false };
      this.#isReady = false;
      this.#port.postMessage({ event, requestId, deadlineMs });
      this.#wake();
      const invokedFunctionArn = this.#options.functionArn;
      this.#extensions?.invoke({ requestId, deadlineMs, invokedFunctionArn });
    });
  }

  /** Ends the thread, running event or not: that one rejects with `cause`. Resolves when it is gone. */
  async close(cause: ThrownInFunction = CLOSED): Promise<void> {
    this.#end(cause);
    await this.#exited;
  }

  async #start(): Promise<void> {
    const { functionName, handler } = this.#model;
    const onChange = (busy: number) => {
      this.#busy = busy;
      Atomics.store(this.#signals, BUSY, busy);
      this.#wake();
      this.#freeIfWaiting();
    };
    let worker: Worker;
    try {
      this.#extensions = await ExtensionsApi.start({ functionName, handler, onChange });
      if (this.#cause) throw new FunctionError(functionName, this.#cause); // closed meanwhile
      worker = this.#createWorker(this.#extensions.address);
    } catch (error) {
      void this.#gone(error as Error);
      throw error;
    }
    this.#worker = worker;
    worker.on("error", (error) => {
      this.#cause ??= { name: error.name, message: error.message, stack: error.stack };
    });
    worker.once("exit", (code) => {
      this.#hearTheRest();
      void this.#gone(exitError(code));
    });
    this.#port.on("message", (message: FromWorker) => this.#hear(message));
    await this.#loaded();
  }

  #createWorker(runtimeApi: string): Worker {
    const { codeFolder, handler, functionName, memoryMb } = this.#model;
    const { functionArn, variables, onOutput } = this.#options;
    const worker = new Worker(BOOTSTRAP, {
      workerData: {
        port: this.#workerPort,
        signals: this.#signals.buffer,
        codeFolder,
        handler,
        functionName,
        functionArn,
        memoryMb,
        logGroupName: `/aws/lambda/${functionName}`,
      },
      transferList: [this.#workerPort],
      env: { ...variables, AWS_LAMBDA_RUNTIME_API: runtimeApi },
      // Without the loaders of this process (tsx, vitest): the bundle runs as it does on AWS.
      execArgv: [],
      stdout: true,
      stderr: true,
      name: functionName,
    });
    new LineSplitter(worker.stdout, (line) => onOutput(line, "stdout"));
    new LineSplitter(worker.stderr, (line) => onOutput(line, "stderr"));
    return worker;
  }

  async #loaded(): Promise<void> {
    const { coldStartMs = 0 } = this.#options;
    const timer = setTimeout(() => {
      this.#end({ name: "Sandbox.Timedout", message: "Init timed out after 10.00 seconds" });
    }, INIT_TIMEOUT_MS);
    await new Promise<void>((resolve) => this.#onFree.push(resolve));
    clearTimeout(timer);
    if (!this.#cause && coldStartMs > 0) await delay(coldStartMs, undefined, { ref: false });
    if (this.#cause) throw new FunctionError(this.#model.functionName, this.#cause);
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
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

  /** What the worker has said and nobody has heard, for its end may be noticed first. */
  #hearTheRest(): void {
    for (let rest = receiveMessageOnPort(this.#port); rest; rest = receiveMessageOnPort(this.#port)) {
      this.#hear(rest.message as FromWorker);
    }
  }

  /** Tells the worker to look what is new. */
  #wake(): void {
    Atomics.add(this.#signals, NEWS, 1);
    Atomics.notify(this.#signals, NEWS);
  }

  #settle(message: Extract<FromWorker, { requestId: string }>): void {
    const running = this.#running;
    if (running?.requestId !== message.requestId) return;
    running.isAnswered = true;
    this.#isReady = true;
    this.#freeIfWaiting();
    if (message.type === "result") running.resolve(JSON.parse(message.payload));
    else running.reject(new FunctionError(this.#model.functionName, message.error));
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
    void this.#worker?.terminate();
  }

  #fail(cause: ThrownInFunction): void {
    const running = this.#running;
    if (!running?.isAnswered) running?.reject(new FunctionError(this.#model.functionName, cause));
    // Nobody waits for this event any more; on AWS it has a line in the log.
    else if (cause !== CLOSED) this.#options.onOutput(`${running.requestId} ${cause.message}`, "stderr");
    this.#free();
  }

  /** The thread is gone, or never came to be. */
  async #gone(cause: ThrownInFunction): Promise<void> {
    this.#cause ??= cause;
    this.#fail(this.#cause);
    this.#port.close();
    this.#options.onExit();
    await this.#extensions?.close();
    this.#setExited();
  }
}

const CLOSED: ThrownInFunction = { name: "Runtime.ExitError", message: "The local stack was closed." };

function exitError(code: number): ThrownInFunction {
  return { name: "Runtime.ExitError", message: `Runtime exited with code ${code}` };
}
