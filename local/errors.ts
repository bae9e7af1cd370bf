import type { ErrorCause } from "../runtime/errors.js";

/**
 * What the local stack refuses to do, in sentences a person can act on. The command prints the
 * message of a `LocalError` without a stack: it is about the person's input. Any other error is a
 * defect of the local stack and keeps its stack.
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

/**
 * The local stack and the test kit need packages that are not installed: they are optional
 * peers (docs/decisions/package.md).
 */
export class MissingPackageError extends LocalError {
  override name = "MissingPackageError";
  /** As npm takes them: `ws@8`. */
  readonly packages: readonly string[];

  constructor(packages: readonly string[], user = "The local stack and socket.io-lambda/testing need") {
    super(`${user} packages that are not installed. Install them: npm i -D ${packages.join(" ")}`);
    this.packages = packages;
  }
}

/** The CDK app or a function's bundle could not be made: a file that is missing or does not compile. */
export class SynthError extends LocalError {
  override name = "SynthError";
  /** The files that the failed build blames, absolute: a fix in one of them is a reason to try again. */
  readonly files: readonly string[];

  constructor(message: string, files: readonly string[] = [], options?: ErrorCause) {
    super(message, options);
    this.files = files;
  }
}

/** The debugger's port is in use. */
export class InspectorError extends LocalError {
  override name = "InspectorError";

  constructor(port: number, options?: ErrorCause) {
    super(
      `The debugger's port ${port} is in use. Choose another with --inspect=PORT, or 0 for a free one.`,
      options,
    );
  }
}

/** `init` was told to write where something is already. */
export class InitError extends LocalError {
  override name = "InitError";
}

/** A synthesized template that the local stack cannot run. */
export class TemplateError extends LocalError {
  override name = "TemplateError";
}

/**
 * A value of a template that the local stack cannot work out. It ends the start only where
 * a route needs that value.
 */
export class UnresolvedError extends TemplateError {
  override name = "UnresolvedError";
}

/** What AWS calls a function error: the handler threw, its environment died, or its time was up. */
export class FunctionError extends Error {
  override name = "FunctionError";
  /**
   * Name of the error thrown inside the function, for example `TypeError`;
   * `Sandbox.Timedout` when its time was up.
   */
  readonly errorType: string;
  /** As a person knows it: their file, or the construct. */
  readonly functionName: string;

  constructor(functionName: string, thrown: ThrownInFunction) {
    super(thrown.message);
    this.functionName = functionName;
    this.errorType = thrown.name;
    // The stack of the function's own code, source-mapped where it was thrown; this
    // process's stack says nothing.
    this.stack = thrown.stack ?? `${thrown.name}: ${thrown.message}`;
  }
}

/** An error as it crosses from a worker thread. */
export interface ThrownInFunction {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/**
 * All environments of a function are busy and its queue is full; AWS answers 429 `TooManyRequestsException`.
 */
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
