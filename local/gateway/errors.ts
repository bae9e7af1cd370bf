import type { ErrorCause } from "../../runtime/errors.js";

/** Base of all errors that the gateway makes. The message ends with what to do. */
export class GatewayError extends Error {
  constructor(message: string, options?: ErrorCause) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The port is taken by another program. */
export class PortInUseError extends GatewayError {
  constructor(
    readonly port: number,
    options?: ErrorCause,
  ) {
    super(`Port ${port} is in use. Choose another with --port, or --port 0 for a free one.`, options);
  }
}

/** The address cannot be bound for a reason other than a taken port, such as missing rights. */
export class ListenError extends GatewayError {
  constructor(
    readonly host: string,
    readonly port: number,
    options?: ErrorCause,
  ) {
    const cause = options?.cause instanceof Error ? ` (${options.cause.message})` : "";
    super(`Cannot listen on ${host}:${port}${cause}. Choose another host or a port above 1023.`, options);
  }
}

/** The route selection expression has a form that the gateway does not know. */
export class RouteSelectionExpressionError extends GatewayError {
  constructor(readonly expression: string) {
    super(
      `Route selection expression ${JSON.stringify(expression)} is not supported. ` +
        `Use $request.body.KEY, a template such as \${request.body.a}/\${request.body.b}, or a constant.`,
    );
  }
}

/** An updated API has another stage or id than the one that clients are connected to. */
export class ApiChangedError extends GatewayError {
  constructor(from: string, to: string) {
    super(`Cannot change the API from ${from} to ${to} while the gateway runs. Restart it.`);
  }
}

/** No open connection has this id. */
export class UnknownConnectionError extends GatewayError {
  constructor(readonly connectionId: string) {
    super(`No open connection ${connectionId}. Take one of connectionIds().`);
  }
}

/** The function did not answer within the route's integration timeout. It may still be running. */
export class IntegrationTimeoutError extends GatewayError {
  constructor(
    readonly functionName: string,
    readonly timeoutMs: number,
  ) {
    super(
      `Function ${functionName} did not answer within ${timeoutMs} ms, its integration timeout. ` +
        "Answer sooner and leave long work to an asynchronous invocation.",
    );
  }
}

/** What the function returned is no Lambda proxy answer. */
export class MalformedAnswerError extends GatewayError {
  constructor(
    readonly functionName: string,
    why: string,
  ) {
    super(
      `Function ${functionName} gave a malformed answer: ${why}. ` +
        "Return { statusCode } with an optional string body and optional headers, and nothing else.",
    );
  }
}

/** A mapping template cannot be rendered: its syntax is wrong, or it calls a method that does not exist. */
export class MappingTemplateError extends GatewayError {
  constructor(why: string, options?: ErrorCause) {
    super(
      `A mapping template cannot be rendered: ${why}. Correct the integration's request template.`,
      options,
    );
  }
}

/** An integration has no template for a message and may not pass it through as it is; AWS calls it 415. */
export class NoMappingTemplateError extends GatewayError {
  constructor(readonly templateKey: string | undefined) {
    const key = templateKey === undefined ? "without a template selection expression" : `"${templateKey}"`;
    super(
      `The integration has no request template for the key ${key}. ` +
        "Add one, with a template selection expression that gives its key.",
    );
  }
}

/** The local stack was given a route into an AWS service, but nothing that takes its requests. */
export class NoServiceError extends GatewayError {
  constructor(readonly uri: string) {
    super(`Nothing answers at ${uri}. Pass callService to startGateway.`);
  }
}
