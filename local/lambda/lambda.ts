import { FunctionNotFoundError } from "../errors.js";
import { InvocationFaults } from "../faults/invocation-faults.js";
import type { FunctionModel } from "../template/resource-type.js";
import type { StackModel } from "../template/template.js";
import { AsyncInvocations } from "./async-invocations.js";
import type { OutputStream } from "./environment.js";
import type { Inspector } from "./inspector.js";
import type { FailedInvocation } from "./invocation-record.js";
import { LambdaFunction } from "./lambda-function.js";
import { taskRoot } from "./task-root.js";

export interface LambdaOptions {
  /** Environments of each function. */
  readonly environments: number;
  /** Whether environments start when an event needs one, and not ahead. @default false */
  readonly onDemand?: boolean;
  readonly onOutput: (functionName: string, line: string, stream: OutputStream) => void;
  /** An asynchronous invocation failed; nobody else hears of it. */
  readonly onAsyncError: (functionName: string, error: unknown, attemptsLeft: number) => void;
  /**
   * An asynchronous invocation is given up, and its function has an on-failure destination.
   * @default it is lost
   */
  readonly onGivenUp?: (destinationArn: string, invocation: FailedInvocation) => void;
  /** Lists all threads there, for debuggers. @default none */
  readonly inspector?: Inspector | undefined;
  /** @default none */
  readonly faults?: InvocationFaults;
}

/** Lambda's default number of repetitions of a failed asynchronous invocation (aws-facts §8). */
const DEFAULT_ASYNC_RETRIES = 2;

/** All functions of a stack, by name. */
export class Lambda {
  readonly #options: LambdaOptions;
  readonly #faults: InvocationFaults;
  readonly #async: AsyncInvocations;
  #functions = new Map<string, LambdaFunction>();
  #asyncRetries: ReadonlyMap<string, number> = new Map();
  #failureDestinations: ReadonlyMap<string, string> = new Map();
  #variables: Readonly<Record<string, string>> = {};
  #running = 0;
  /** Replaced functions that finish their last events. */
  readonly #draining = new Set<Promise<void>>();

  /** Without functions until `deploy`. */
  constructor(options: LambdaOptions) {
    this.#options = options;
    this.#faults = options.faults ?? new InvocationFaults();
    this.#async = new AsyncInvocations({
      invoke: (functionName, event) => this.invoke(functionName, event),
      repeats: (functionName, event) => this.#faults.repeats(functionName, event),
      retriesOf: (functionName) =>
        this.#asyncRetries.get(this.#function(functionName).model.functionName) ?? DEFAULT_ASYNC_RETRIES,
      onError: options.onAsyncError,
      onExhausted: (functionName, event, error, invokeCount) => {
        const functionArn = this.#functions.get(functionName)?.functionArn;
        const destinationArn = this.#failureDestinations.get(functionName);
        if (functionArn === undefined || destinationArn === undefined) return;
        options.onGivenUp?.(destinationArn, { functionName, functionArn, event, error, invokeCount });
      },
    });
  }

  /**
   * Runs the functions of a template from now on. Each is loaded once before anything changes: where one
   * fails to load, this rejects and the old ones go on. Replaced functions finish the events that they have;
   * unchanged ones are kept. `variables` come on top of what the template and Lambda set.
   */
  async deploy(stack: StackModel, variables: Readonly<Record<string, string>>): Promise<void> {
    const unchangedVariables = same(variables, this.#variables);
    const functions = new Map<string, LambdaFunction>();
    const added: LambdaFunction[] = [];
    for (const [name, model] of stack.functions) {
      const old = this.#functions.get(name);
      if (old && unchangedVariables && same(old.model, model)) {
        functions.set(name, old);
        continue;
      }
      const made = this.#make(model, stack, variables);
      functions.set(name, made);
      added.push(made);
    }
    try {
      await Promise.all(added.map((fn) => fn.initialise()));
    } catch (error) {
      await Promise.all(added.map((fn) => fn.close()));
      throw error;
    }
    const replaced = [...this.#functions.values()].filter(
      (fn) => functions.get(fn.model.functionName) !== fn,
    );
    this.#functions = functions;
    this.#asyncRetries = stack.asyncRetries;
    this.#failureDestinations = stack.failureDestinations;
    this.#variables = variables;
    const entered = entries(stack);
    for (const fn of added) {
      if (entered.has(fn.model.functionName)) fn.warm();
      else fn.warmLater();
    }
    for (const fn of replaced) this.#drain(fn);
  }

  /** Rejects with `FunctionError`, `ThrottledError` or `FunctionNotFoundError`. */
  async invoke(functionName: string, event: unknown): Promise<unknown> {
    const { functionName: name } = this.#function(functionName).model;
    this.#running += 1;
    try {
      await this.#faults.before(name, event);
      // Looked up again: newer code may have come meanwhile.
      return await this.#function(name).invoke(event);
    } finally {
      this.#running -= 1;
    }
  }

  /** Accepts an event to run later, with AWS's repetitions. Throws `FunctionNotFoundError`. */
  invokeAsync(functionName: string, event: unknown): void {
    this.#async.invoke(functionName, event);
  }

  /** Whether no event runs, nor waits to run. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#async.isIdle;
  }

  /** What a person calls a function; its name where there is none of that name. */
  displayName(functionName: string): string {
    return this.#functions.get(functionName)?.model.displayName ?? functionName;
  }

  /** Ends all functions. Running events reject, waiting asynchronous ones are lost. */
  async close(): Promise<void> {
    this.#async.close();
    await Promise.all([...[...this.#functions.values()].map((fn) => fn.close()), ...this.#draining]);
  }

  #function(functionName: string): LambdaFunction {
    const found = this.#functions.get(functionName);
    if (!found) throw new FunctionNotFoundError(functionName);
    return found;
  }

  #drain(fn: LambdaFunction): void {
    const drained = fn.drain().finally(() => this.#draining.delete(drained));
    this.#draining.add(drained);
  }

  #make(
    model: FunctionModel,
    stack: StackModel,
    variables: Readonly<Record<string, string>>,
  ): LambdaFunction {
    const functionArn = `arn:aws:lambda:${stack.region}:${stack.accountId}:function:${model.functionName}`;
    return new LambdaFunction(model, {
      functionArn,
      environments: this.#options.environments,
      onDemand: this.#options.onDemand ?? false,
      faults: this.#faults,
      inspector: this.#options.inspector,
      variables: { ...model.environment, ...lambdaVariables(model, stack.region), ...variables },
      onOutput: (line, stream) => this.#options.onOutput(model.functionName, line, stream),
    });
  }
}

/**
 * The functions of WebSocket clients. The others, such as that of long-polling, may never have an event, and
 * an environment costs a tenth of a second of CPU to start.
 */
function entries(stack: StackModel): Set<string> {
  const routes = stack.apis.flatMap((api) => [...api.routes.values()]);
  const named = [...routes, ...stack.eventSources].flatMap((entry) =>
    "functionName" in entry ? [entry.functionName] : [],
  );
  return new Set(named);
}

/** What Lambda itself sets: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function lambdaVariables(model: FunctionModel, region: string): Record<string, string> {
  return {
    _HANDLER: model.handler,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split(".")[0]}.x`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(model.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: model.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${model.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_REGION: region,
    LAMBDA_TASK_ROOT: taskRoot(model.codeFolder),
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
  };
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
