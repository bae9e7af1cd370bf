/**
 * What may go wrong, and how often: the options of `startLocal({ faults })` and of the test kit's
 * `serveLocal(io, { faults })`, and the names that `npm start -- --faults seed=7,kill=0.01` knows.
 *
 * A share is a number from 0 (never, the default of all) to 1 (always).
 */
export interface FaultOptions {
  /**
   * The same seed gives the same faults to the same sequence of calls and events. Each kind
   * draws from a generator of its own, so that one more kind does not change where the
   * others strike. A whole number from 0.
   */
  readonly seed: number;

  /**
   * Share of DynamoDB calls that are throttled: HTTP 400,
   * `ProvisionedThroughputExceededException` or `ThrottlingException`.
   */
  readonly dbThrottle?: number;
  /** Share of DynamoDB calls that do nothing and are answered with HTTP 500, `InternalServerError`. */
  readonly dbFail?: number;
  /**
   * Share of DynamoDB calls that do their work and are answered with HTTP 500 all the same:
   * the caller cannot tell.
   */
  readonly dbFailAfter?: number;
  /**
   * Share of `BatchGetItem` and `BatchWriteItem` calls of two and more items that leave
   * some of them undone, as `Unprocessed…`.
   */
  readonly dbUnprocessed?: number;
  /** Share of DynamoDB calls that wait between 0 and `dbSlowMs` milliseconds. */
  readonly dbSlow?: number;
  /** @default 1000 */
  readonly dbSlowMs?: number;

  /** Share of `@connections` posts to open connections that are answered with 429 and not delivered. */
  readonly postThrottle?: number;
  /** Share of posts that are answered with 500 and not delivered. */
  readonly postFail?: number;
  /** Share of posts that are delivered and answered with 500: a second try sends the frame twice. */
  readonly postFailAfter?: number;
  /**
   * Share of posts that are delivered and answered with 410, though the connection is open
   * (`aws-facts.md` §3).
   */
  readonly postGone?: number;
  /** Share of posts that wait between 0 and `postSlowMs` milliseconds before they are delivered. */
  readonly postSlow?: number;
  /** @default 1000 */
  readonly postSlowMs?: number;

  /**
   * Share of invocations whose environment dies: between 0 and `killWithinMs` milliseconds after the handler
   * began, or at its end if that comes first, so that its answer is lost in any case. The test kit, which has
   * no environments, loses the answer of a handler that has run, or the event of one that has not.
   */
  readonly kill?: number;
  /** @default 20 */
  readonly killWithinMs?: number;
  /** Share of invocations that are throttled: nothing runs, and only asynchronous ones are tried again. */
  readonly throttle?: number;
  /** Share of asynchronous invocations that run twice. */
  readonly repeat?: number;
  /**
   * Each invocation but `$connect` waits between 0 and so many milliseconds, so that quick
   * ones overtake each other.
   */
  readonly delayMs?: number;
  /** Share of invocations that meet a new environment. In the test kit these wait for `coldStartMs`. */
  readonly coldStart?: number;
  /** So many milliseconds each new environment takes on top of loading its code. */
  readonly coldStartMs?: number;

  /** Share of ended connections whose `$disconnect` never comes. */
  readonly loseDisconnect?: number;
  /** Share of ended connections whose `$disconnect` comes twice. */
  readonly repeatDisconnect?: number;
  /**
   * Share of messages whose connection is cut behind them, as at the end of its two hours: 1001 "Going away".
   */
  readonly cut?: number;
  /**
   * The gateway's clock jumps ahead by so many milliseconds every `jumpEveryMs`: more than
   * 10 minutes end all connections.
   */
  readonly jumpMs?: number;
  /** @default 60000 */
  readonly jumpEveryMs?: number;
}

/** What can go wrong; named as the option that brings it. */
export type FaultKind =
  | "dbThrottle"
  | "dbFail"
  | "dbFailAfter"
  | "dbUnprocessed"
  | "dbSlow"
  | "postThrottle"
  | "postFail"
  | "postFailAfter"
  | "postGone"
  | "postSlow"
  | "kill"
  | "throttle"
  | "repeat"
  | "delayMs"
  | "coldStart"
  | "loseDisconnect"
  | "repeatDisconnect"
  | "cut"
  | "jumpMs";

/** A fault that has struck, and what it has hit. */
export interface Fault {
  readonly kind: FaultKind;
  /** Of the connection whose event, message or post was hit. */
  readonly connectionId?: string | undefined;
  /** Of an invocation. */
  readonly functionName?: string | undefined;
  /** The event that the invocation was about; the same object that the function got. */
  readonly event?: unknown;
  /** Text of the post, or of the message behind which the connection was cut. */
  readonly frame?: string | undefined;
  /** Of a DynamoDB call, such as `UpdateItem`, and what it asked for. */
  readonly operation?: string | undefined;
  readonly request?: unknown;
  /** How long it lasts, in milliseconds, where it takes time. */
  readonly ms?: number | undefined;
}

/** Must not throw. */
export type OnFault = (fault: Fault) => void;

/** Switches faults on and off while the stack runs: `local.faults`, and `server.faults` of the test kit. */
export interface FaultControl {
  /**
   * From now on these faults, and no others. Without a seed the generators go on from where they are.
   * @throws FaultOptionsError
   */
  set(options: Partial<FaultOptions>): void;
  /** No more faults. What waits, waits to its end; a clock that has jumped stays where it is. */
  stop(): void;
}
