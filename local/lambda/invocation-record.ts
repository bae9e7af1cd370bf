import { randomUUID } from "node:crypto";
import { FunctionError } from "../errors.js";

/** What Lambda answers to a caller in the place of a result when the function failed. */
export interface ErrorPayload {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

export function errorPayload(error: FunctionError): ErrorPayload {
  return { errorType: error.errorType, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] };
}

/** An asynchronous invocation that has failed for the last time. */
export interface FailedInvocation {
  readonly functionName: string;
  readonly functionArn: string;
  readonly event: unknown;
  readonly error: unknown;
  /** How often the function was invoked with this event. */
  readonly invokeCount: number;
}

/**
 * The record that Lambda sends to an on-failure destination:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function invocationRecord({ functionArn, event, error, invokeCount }: FailedInvocation): object {
  return {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: invokeCount,
    },
    requestPayload: event,
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: error instanceof FunctionError ? errorPayload(error) : { errorMessage: String(error) },
  };
}
