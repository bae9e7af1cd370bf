/** Base of all errors that this library throws or logs: a name to search for, a cause, a message that says what to do. */
export class SocketIoLambdaError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The app's module cannot be served: it exports no server, or one that has already been given handlers. */
export class AppError extends SocketIoLambdaError {}

/** A variable that the construct sets on the function is missing. */
export class EnvironmentError extends SocketIoLambdaError {
  constructor(readonly variable: string) {
    super(
      `The environment variable ${variable} is not set. The SocketIoApi construct sets it; a function of your own gets it from grantManageConnections().`,
    );
  }
}

/** The connection is closed, or was never open: API Gateway answered 410 GoneException. */
export class GoneError extends SocketIoLambdaError {
  constructor(readonly connectionId: string) {
    super(`The connection ${connectionId} is gone.`);
  }
}

/** A call to AWS was refused, or failed after all its tries. */
export class AwsCallError extends SocketIoLambdaError {
  constructor(
    readonly status: number | undefined,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${what} ${status === undefined ? "got no answer" : `was answered with HTTP ${status}`}.`, options);
  }
}

/** A host of AWS gave no HTTP answer that can be read. The call may have been carried out all the same. */
export class HttpError extends SocketIoLambdaError {
  constructor(what: string, options?: ErrorOptions) {
    super(`The host ${what}.`, options);
  }
}

/** Lambda's Extensions API refused a call, or did not answer it. */
export class ExtensionError extends SocketIoLambdaError {
  constructor(
    readonly call: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `Lambda's Extensions API failed at ${call}: ${why}. Where it cannot be had, leave out what registers for it; the first packet of a connection then takes an invocation of its own.`,
      options,
    );
  }
}

/** A handler still ran when the invocation had to answer. Its client is not cut off; what it does later may be lost. */
export class DeadlineError extends SocketIoLambdaError {
  constructor(readonly running: readonly string[]) {
    super(
      `Still running when the time was up: ${running.join(", ")}. Make it shorter, or hand the work to a queue; API Gateway waits for 29 s at most.`,
    );
  }
}

/** A value in `socket.data`, or put on the socket, cannot be stored, so the next event will not see it. */
export class UnstorableValueError extends SocketIoLambdaError {
  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(
      `"${key}" cannot be stored: the next event runs elsewhere and will not see it. Store plain data (objects, arrays, Date, Map, Set, Buffer, BigInt), and make functions and class instances where they are used.`,
      options,
    );
  }
}

/** A member of Socket.IO's API that cannot exist here. */
export class UnsupportedError extends SocketIoLambdaError {
  constructor(
    readonly member: string,
    why: string,
  ) {
    super(`${member} does not work on Lambda: ${why}`);
  }
}

/** In ordered mode, a handler wanted an ack of its own client, which could come only after the handler has ended. */
export class OrderedAckError extends SocketIoLambdaError {
  constructor() {
    super(
      "The client's ack would wait in the queue behind the handler that wants it: with a parser of its own (new Server({ parser })), ordered mode cannot tell an ack from an event. Let the client answer with an event, use the default parser, or use concurrent mode.",
    );
  }
}

/** Events of a batch were not begun, for the invocation had no time left. The queue gives them out again. */
export class NoTimeLeftError extends SocketIoLambdaError {
  constructor(readonly events: number) {
    super(
      `${events} queued ${events === 1 ? "event was" : "events were"} not begun: the invocation had no time left. Make handlers shorter, the function's timeout longer, or the batches smaller.`,
    );
  }
}

/** An item in the tables was written by newer code than this. The event ends here; what is stored stays as it is. */
export class ItemVersionError extends SocketIoLambdaError {
  constructor(
    what: string,
    readonly version: number,
  ) {
    super(
      `${what} was stored in version ${version}, which this version of socket.io-lambda cannot read. Deploy the newer one again; its clients may also reconnect.`,
    );
  }
}
