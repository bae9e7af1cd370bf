import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { FunctionError, type ThrownInFunction } from "../errors.js";
import type { FunctionModel } from "../resources/resource-type.js";
import { LineSplitter } from "./line-splitter.js";

/** What an environment needs to know beside the function itself. */
export interface EnvironmentOptions {
  readonly functionArn: string;
  /** All of `process.env` inside: nothing of this process's environment gets in. */
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
}

/** AWS gives a cold start ten seconds (aws-facts §8). */
const INIT_TIMEOUT_MS = 10_000;
const BOOTSTRAP = fileURLToPath(new URL("./bootstrap.mjs", import.meta.url));

/**
 * One execution environment of one function: a worker thread that has loaded the handler and runs one event at a time.
 * It ends for good when its time is up, when the function exits or throws outside of an invocation, and at `close()`.
 */
export class Environment {
  readonly #model: FunctionModel;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #wake = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #exited: Promise<void>;
  /** Settles when the handler has been loaded; rejects with what the module threw. */
  readonly initialised: Promise<void>;
  #running: Running | undefined;
  /** Why it ends, known before the thread is gone. */
  #cause: ThrownInFunction | undefined;

  constructor(model: FunctionModel, options: EnvironmentOptions) {
    this.#model = model;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(BOOTSTRAP, {
      workerData: {
        port: port2,
        wake: this.#wake.buffer,
        codeFolder: model.codeFolder,
        handler: model.handler,
        functionName: model.functionName,
        functionArn: options.functionArn,
        memoryMb: model.memoryMb,
        logGroupName: `/aws/lambda/${model.functionName}`,
      },
      transferList: [port2],
      env: { ...options.variables },
      // Without the loaders of this process (tsx, vitest): the bundle runs as it does on AWS.
      execArgv: [],
      stdout: true,
      stderr: true,
      name: model.functionName,
    });
    new LineSplitter(this.#worker.stdout, (line) => options.onOutput(line, "stdout"));
    new LineSplitter(this.#worker.stderr, (line) => options.onOutput(line, "stderr"));
    this.initialised = this.#initialise(options.coldStartMs ?? 0);
    // Whoever starts an environment ahead of time may not look at it until the first event.
    this.initialised.catch(() => {});
    this.#worker.on("error", (error) => {
      this.#cause ??= { name: error.name, message: error.message, stack: error.stack };
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#cause ??= exitError(code);
        this.#fail(this.#cause);
        this.#port.close();
        options.onExit();
        resolve();
      });
    });
  }

  /** True from the moment it can take no more events, a little before the thread is gone. */
  get ended(): boolean {
    return this.#cause !== undefined;
  }

  /**
   * Runs one event; the environment must be idle. Rejects with a `FunctionError` when the handler throws, when the
   * environment dies, and when the function's timeout is over: then the thread is killed, whatever it was doing.
   */
  async invoke(event: unknown, requestId: string): Promise<unknown> {
    await this.initialised;
    const timeoutMs = this.#model.timeoutSeconds * 1000;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = this.#model.timeoutSeconds.toFixed(2);
        this.#end({ name: "Sandbox.Timedout", message: `Task timed out after ${seconds} seconds` });
      }, timeoutMs);
      this.#running = { requestId, resolve, reject, timer };
      this.#port.postMessage({ event, requestId, deadlineMs: Date.now() + timeoutMs });
      Atomics.add(this.#wake, 0, 1);
      Atomics.notify(this.#wake, 0);
    });
  }

  /** Ends the thread, running event or not: that one rejects with `cause`. Resolves when it is gone. */
  async close(cause: ThrownInFunction = CLOSED): Promise<void> {
    this.#end(cause);
    await this.#exited;
  }

  async #initialise(coldStartMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: ThrownInFunction) => reject(new FunctionError(this.#model.functionName, error));
      const timer = setTimeout(() => {
        this.#end({ name: "Sandbox.Timedout", message: "Init timed out after 10.00 seconds" });
      }, INIT_TIMEOUT_MS);
      this.#worker.once("exit", (code) => {
        clearTimeout(timer);
        failed(this.#cause ?? exitError(code));
      });
      this.#port.on("message", (message: FromWorker) => {
        if (message.type === "ready") {
          clearTimeout(timer);
          if (coldStartMs > 0) setTimeout(resolve, coldStartMs).unref();
          else resolve();
        } else if (message.type === "failed") {
          clearTimeout(timer);
          failed(message.error);
          this.#end(message.error);
        } else {
          this.#settle(message);
        }
      });
    });
  }

  #settle(message: Extract<FromWorker, { requestId: string }>): void {
    const running = this.#running;
    if (running?.requestId !== message.requestId) return;
    this.#running = undefined;
    clearTimeout(running.timer);
    if (message.type === "result") running.resolve(JSON.parse(message.payload));
    else running.reject(new FunctionError(this.#model.functionName, message.error));
  }

  #end(cause: ThrownInFunction): void {
    this.#cause ??= cause;
    this.#fail(cause);
    void this.#worker.terminate();
  }

  #fail(cause: ThrownInFunction): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    clearTimeout(running.timer);
    running.reject(new FunctionError(this.#model.functionName, cause));
  }
}

const CLOSED: ThrownInFunction = { name: "Runtime.ExitError", message: "The local stack was closed." };

function exitError(code: number): ThrownInFunction {
  return { name: "Runtime.ExitError", message: `Runtime exited with code ${code}` };
}
