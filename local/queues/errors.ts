/**
 * A request that SQS refuses, with SQS's own error code for its name. The message is SQS's
 * where that is known.
 */
export class SqsError extends Error {
  readonly status = 400;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

export function missingParameter(parameter: string): SqsError {
  return new SqsError("MissingParameter", `The request must contain the parameter ${parameter}.`);
}

export function invalidParameter(parameter: string, value: string, reason: string): SqsError {
  return new SqsError(
    "InvalidParameterValue",
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}
