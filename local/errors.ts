/**
 * What the local stack refuses to do, in sentences a person can act on. The command prints the message of a `LocalError`
 * without a stack: it is about the person's input. Any other error is a defect of the local stack and keeps its stack.
 */
export class LocalError extends Error {
  override name = "LocalError";
}

/** A command line that cannot be understood. */
export class ArgumentsError extends LocalError {
  override name = "ArgumentsError";
}

/** A fault that does not exist, or a number that it does not take. */
export class FaultOptionsError extends LocalError {
  override name = "FaultOptionsError";
}

/** The CDK app or a function's bundle could not be made: a file that is missing or does not compile. */
export class SynthError extends LocalError {
  override name = "SynthError";
  /** The files that the failed build blames, absolute: a fix in one of them is a reason to try again. */
  readonly files: readonly string[];

  constructor(message: string, files: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.files = files;
  }
}

/** A synthesized template that the local stack cannot run. */
export class TemplateError extends LocalError {
  override name = "TemplateError";
}

/** What AWS calls a function error: the handler threw, its environment died, or its time was up. */
export class FunctionError extends Error {
  override name = "FunctionError";
  /** Name of the error thrown inside the function, for example `TypeError`; `Sandbox.Timedout` when its time was up. */
  readonly errorType: string;
  readonly functionName: string;

  constructor(functionName: string, thrown: ThrownInFunction) {
    super(thrown.message);
    this.functionName = functionName;
    this.errorType = thrown.name;
    // The stack of the function's own code, source-mapped where it was thrown; this process's stack says nothing.
    if (thrown.stack !== undefined) this.stack = thrown.stack;
  }
}

/** An error as it crosses from a worker thread. */
export interface ThrownInFunction {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** All environments of a function are busy and its queue is full; AWS answers 429 `TooManyRequestsException`. */
export class ThrottledError extends Error {
  override name = "TooManyRequestsException";

  constructor(functionName: string) {
    super(
      `Rate Exceeded: all environments of ${functionName} are busy and its queue is full. Start more with --environments.`,
    );
  }
}

/** No function has this name; AWS answers 404 `ResourceNotFoundException`. */
export class FunctionNotFoundError extends Error {
  override name = "ResourceNotFoundException";

  constructor(functionArn: string) {
    super(`Function not found: ${functionArn}`);
  }
}
