/** The same as `ErrorOptions` of ES2022, which an app's compiler settings may lack. */
export interface ErrorCause {
  readonly cause?: unknown;
}

/**
 * Base of all errors that this library throws or logs: a name to search for, a cause, a message that says
 * what to do.
 */
export class SocketIoLambdaError extends Error {
  constructor(message: string, options?: ErrorCause) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The app's module cannot be served: it exports no server, or one that has already been given handlers. */
export class AppError extends SocketIoLambdaError {}

/** A variable that the construct sets on the function is missing. */
export class EnvironmentError extends SocketIoLambdaError {
  constructor(
    readonly variable: string,
    next = "The SocketIoApi construct sets it; a function of your own gets it from grantManageConnections().",
  ) {
    super(`The environment variable ${variable} is not set. ${next}`);
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
    options?: ErrorCause,
  ) {
    super(`${what} ${status === undefined ? "got no answer" : `was answered with HTTP ${status}`}.`, options);
  }
}

export interface DynamoReason {
  readonly status?: number;
  /** DynamoDB's own name of it, such as `ConditionalCheckFailedException`; empty where no answer came. */
  readonly code?: string;
  readonly message?: string;
}

/** A call to DynamoDB was refused, or failed after all its tries. */
export class DynamoError extends SocketIoLambdaError {
  readonly status: number | undefined;
  readonly code: string;

  constructor(
    readonly call: string,
    readonly tries: number,
    { status, code = "", message = "" }: DynamoReason,
    options?: ErrorCause,
  ) {
    const times = tries === 1 ? "" : `, the last of ${tries} times,`;
    const answer = status === undefined ? "got no answer" : `was answered with HTTP ${status}`;
    super(`DynamoDB's ${call}${times} ${answer}${code && `, ${code}`}${message && `: ${message}`}`, options);
    this.status = status;
    this.code = code;
  }
}

/** A packet did not get its turn: see `leased-delivery.ts`. */
export class ConnectionBusyError extends SocketIoLambdaError {
  constructor(
    readonly connectionId: string,
    options?: ErrorCause,
  ) {
    super(
      `A packet to the connection ${connectionId} did not get its turn and was not sent, for others went on posting. Send it less, or use a parser that makes one frame of each packet.`,
      options,
    );
  }
}

/** The app function did not do what an emitter asked for, or not wholly (`socket.io-lambda/emitter`). */
export class EmitterError extends SocketIoLambdaError {
  constructor(what: string, options?: ErrorCause) {
    super(`An emitter's wish was not done: ${what}`, options);
  }
}

/** A host of AWS gave no HTTP answer that can be read. The call may have been carried out all the same. */
export class HttpError extends SocketIoLambdaError {
  constructor(what: string, options?: ErrorCause) {
    super(`The host ${what}.`, options);
  }
}

/** Lambda's Extensions API refused a call, or did not answer it. */
export class ExtensionError extends SocketIoLambdaError {
  constructor(
    readonly call: string,
    why: string,
    options?: ErrorCause,
  ) {
    super(
      `Lambda's Extensions API failed at ${call}: ${why}. Where it cannot be had, leave out what registers for it; the first packet of a connection then takes an invocation of its own.`,
      options,
    );
  }
}

/**
 * A handler still ran when the invocation had to answer. Its client is not cut off; what it does later may be
 * lost.
 */
export class DeadlineError extends SocketIoLambdaError {
  /** @param event whose time was up, with its connection */
  constructor(
    readonly running: readonly string[],
    readonly event?: string,
  ) {
    const of = event === undefined ? "" : ` of ${event}`;
    super(
      `Still running when the time${of} was up: ${running.join(", ") || "what it sends and saves"}. Make it shorter, or hand the work to a queue; API Gateway waits for 29 s at most.`,
    );
  }
}

/**
 * A value in `socket.data`, or put on the socket, its handshake or its request, cannot be stored, so the next
 * event will not see it.
 */
export class UnstorableValueError extends SocketIoLambdaError {
  constructor(
    readonly key: string,
    options?: ErrorCause,
  ) {
    const why = options?.cause instanceof Error ? ` (${JSON.stringify(options.cause.message)})` : "";
    super(
      `"${key}" cannot be stored${why}: the next event runs elsewhere and will not see it. Store plain data (objects, arrays, Date, Map, Set, Buffer, BigInt), and make functions and class instances where they are used.${hintFor(key)}`,
      options,
    );
  }
}

/**
 * A middleware of the request has failed where it runs again, in an event behind the handshake. The event
 * goes on without what it would have put on the request.
 */
export class RequestMiddlewareError extends SocketIoLambdaError {
  constructor(
    /** How the app has registered it: `io.engine.use()`. */
    readonly registeredBy: string,
    options: ErrorCause,
  ) {
    const why = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(
      `A middleware of ${registeredBy} has let a client in, and failed when it ran again in a later event: ${why}. socket.request lacks what it makes, a session for example. See docs/sessions.md#middlewares-that-run-again.`,
      options,
    );
  }
}

/** Middlewares of Express put their objects on the request. */
function hintFor(key: string): string {
  return /^socket\.(?:request|handshake|conn|client)\./.test(key)
    ? " Of what a middleware puts there, such as a session, copy the data that later events need: socket.data.userId = …"
    : "";
}

/**
 * A key of `socket.data`, or a property, has grown beyond what is stored of one socket. The table keeps what
 * it had of it.
 */
export class ValueTooLargeError extends SocketIoLambdaError {
  constructor(
    readonly key: string,
    /** Which event of the client it was: `the event "say" of /chat`. */
    readonly event: string,
    readonly bytes: number,
    why: string,
  ) {
    super(
      `"${key}" (${bytes} bytes) was not saved in ${event}: ${why}. The next event sees what was saved last. Keep large or growing things in a table or bucket of your own, and their key in socket.data.`,
    );
  }
}

/**
 * The table did not take what an event has changed of `socket.data` or of properties. What the event sent has
 * gone out.
 */
export class UnsavedValuesError extends SocketIoLambdaError {
  constructor(
    readonly keys: readonly string[],
    readonly event: string,
    options?: ErrorCause,
  ) {
    super(
      `${keys.map((key) => `"${key}"`).join(", ")}: not saved in ${event}, so the next event may see what was saved last. Its cause has DynamoDB's words.`,
      options,
    );
  }
}

/** What a client can make grow has reached its limit (`limit` names the option). Nothing was changed. */
export class LimitError extends SocketIoLambdaError {
  constructor(
    readonly limit: string,
    what: string,
  ) {
    super(
      `${what}, and more than limits.${limit} is not stored of one connection. Leave rooms that are not needed, use shorter names, or raise the limit (docs/options.md has its price).`,
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

/**
 * In ordered mode, a handler wanted an ack of its own client, which could come only after the handler has
 * ended.
 */
export class OrderedAckError extends SocketIoLambdaError {
  constructor() {
    super(
      "The client's ack would wait in the queue behind the handler that wants it: with a parser of its own (new Server({ parser })), ordered mode cannot tell an ack from an event, and a client that polls sends nothing before the handler has ended. Let the client answer with an event, or use concurrent mode or the default parser.",
    );
  }
}

/**
 * A client keeps so many events waiting, each in an environment of its own, that no other may wait for long.
 */
export class WaitLimitError extends SocketIoLambdaError {
  constructor(readonly limit: number) {
    super(
      `${limit} events of this client wait already, for acks that it has not given or that a handler has not called, or for timers, and each holds an environment: so another one does not wait. Give questions a short timeout, call every ack, and stop asking a client that does not answer; or raise SOCKET_IO_MAX_WAITING_EVENTS of the app function.`,
    );
  }
}

/** A client's ack has more than the table can hand over to the event that waits for it. The ack is lost. */
export class AnswerTooLargeError extends SocketIoLambdaError {
  constructor(readonly bytes: number) {
    super(
      `An ack of ${bytes} bytes is more than an item of DynamoDB holds, so it cannot be handed over to the event that waits for it. Let the client upload what is large, and answer with a link to it.`,
    );
  }
}

/** The arguments of a task that `after()` sets are larger than what is stored of them. */
export class ArgumentsTooLargeError extends SocketIoLambdaError {
  constructor(
    readonly task: string,
    readonly bytes: number,
    limit: number,
  ) {
    super(
      `The arguments of after(${JSON.stringify(task)}) have ${bytes} bytes, and ${limit} are stored at most. Keep what is large in a table or bucket of your own, and give its key.`,
    );
  }
}

/** A run that `after()` has set was begun, and its environment has died over it. It is not repeated. */
export class LostRunError extends SocketIoLambdaError {
  constructor(readonly task: string) {
    super(
      `A run of after(${JSON.stringify(task)}) was begun and has not ended: its environment has died. Runs are not repeated. Look for the cause at that time in the log, such as memory or a timeout; where a run must not be lost, use a queue.`,
    );
  }
}

/**
 * A part of a client's binary packet was lost with the environment that had it. The packet cannot be put
 * together.
 */
export class LostPartError extends SocketIoLambdaError {
  constructor() {
    super(
      "A part of a binary packet has not been stored: its environment has died, or the table refused it. The client is closed, and may come again and send it anew.",
    );
  }
}

/**
 * Events of a batch were not begun, for the invocation had no time left. The queue gives them out again; of a
 * post by long-polling they are lost, and the client is closed.
 */
export class NoTimeLeftError extends SocketIoLambdaError {
  constructor(readonly events: number) {
    super(
      `${events} ${events === 1 ? "event was" : "events were"} not begun: the invocation had no time left. Make handlers shorter, the function's timeout longer, or the batches smaller.`,
    );
  }
}

/**
 * An item in the tables was written by newer code than this. The event ends here; what is stored stays as it
 * is.
 */
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
