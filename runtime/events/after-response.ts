/**
 * Work for after the handler's answer, in the same environment: what API Gateway must have our answer for,
 * such as the first packet to a connection that is open only when `$connect` has returned.
 *
 * Lambda passes the answer on as soon as the handler has ended (aws.amazon.com/blogs/compute/
 * performance-and-functionality-improvements-for-aws-lambda-extensions), and neither freezes the environment
 * nor gives it another event before all of its extensions have asked for the next one
 * (docs.aws.amazon.com/lambda/latest/dg/ lambda-runtime-environment.html). So we are an extension, which asks
 * when its work has ended; AWS describes the pattern in
 * aws.amazon.com/blogs/compute/running-code-after-returning-a-response-from-an-aws-lambda-function. Not
 * confirmed by a run on AWS: docs/decisions/open-packet.md lists what is documented, what others have seen,
 * and what has to be tried.
 *
 * Guaranteed: work begins when the answer is out. Its failures are reported. It may take what is left of the
 * function's timeout; what takes longer is reported, frozen with the environment, and goes on in the next
 * invocation. Not guaranteed: that it runs. With the environment it dies, and nobody repeats it.
 *
 * It costs every invocation one call to this machine, beside the handler. Its time is billed like the
 * handler's.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { within } from "../async/pause.js";
import { DeadlineError } from "../errors.js";
import { reportError, warnOnce } from "../log/log.js";
import { Extension, type InvokeEvent } from "./extension.js";

/** Takes work for after the answer of the invocation that it was given for. */
export type Later = (what: string, work: () => Promise<void>) => void;

/** What we read of Lambda's context object. */
export interface Invoked {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** An environment whose extension has not asked when the function's timeout is over is ended. */
const MARGIN_MS = 200;

/**
 * Registers the extension; call it while the module is loaded, with a top-level `await`. Resolves with
 * `undefined` where there is none: not on Lambda, or Lambda has refused, which is told once.
 */
export async function registerAfterResponse(): Promise<AfterResponse | undefined> {
  const address = process.env.AWS_LAMBDA_RUNTIME_API;
  if (!address) return undefined;
  try {
    const extension = await Extension.register(address);
    const afterResponse = new AfterResponse();
    afterResponse.follow(() => extension.next()).catch(leave);
    return afterResponse;
  } catch (error) {
    warnOnce(`No work can run after a response, so it takes an invocation of its own: ${error}`);
    return undefined;
  }
}

export class AfterResponse {
  readonly #invocations = new Map<string, Invocation>();

  /** Runs the handler of an invocation. Each has to pass here, for the extension waits for all of them. */
  async serve<T>(invoked: Invoked, handle: (later: Later) => Promise<T>): Promise<T> {
    const invocation = this.#invocation(invoked.awsRequestId);
    try {
      return await handle(invocation.later);
    } finally {
      // Nobody waits for it but `follow`; it reports what fails, and does not reject.
      void invocation.answered(() => invoked.getRemainingTimeInMillis());
    }
  }

  /**
   * Asks for one event after another, each when all is done that the one before has started. Rejects when
   * `next` does.
   */
  async follow(next: () => Promise<InvokeEvent>): Promise<never> {
    for (;;) {
      const { requestId } = await next();
      await this.#invocation(requestId).over;
      this.#invocations.delete(requestId); // an asynchronous event that is tried again has the same id
    }
  }

  /** Lambda tells the runtime and the extension at the same time: either may ask first. */
  #invocation(requestId: string): Invocation {
    const known = this.#invocations.get(requestId);
    if (known) return known;
    const invocation = new Invocation();
    this.#invocations.set(requestId, invocation);
    return invocation;
  }
}

class Invocation {
  readonly #work: { readonly what: string; readonly work: () => Promise<void> }[] = [];
  #end: () => void = () => {};
  /** Resolves when the handler has ended, and all that it has left for later. */
  readonly over = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  readonly later: Later = (what, work) => void this.#work.push({ what, work });

  async answered(remainingMs: () => number): Promise<void> {
    if (this.#work.length > 0) {
      // Lambda's runtime posts the answer one turn after the handler has ended (github.com/aws/
      // aws-lambda-nodejs-runtime-interface-client, `src/runtime/lifecycle-manager.ts`), and does not yield
      // while it posts.
      await nextTurn();
      await nextTurn();
      await this.#run(remainingMs() - MARGIN_MS);
    }
    this.#end();
  }

  async #run(limitMs: number): Promise<void> {
    const running = new Set(this.#work.map(({ what }) => what));
    const done = this.#work.map(async ({ what, work }) => {
      await work().catch((error: unknown) => reportError("event", error, what));
      running.delete(what);
    });
    await within(limitMs, Promise.all(done));
    if (running.size > 0) reportError("deadline", new DeadlineError([...running]));
  }
}

/**
 * Lambda would wait for us until the function's timeout, at each invocation, so the environment ends now, as
 * its documentation asks for: an extension whose call fails should exit. The answer before is out, and
 * nothing is running.
 */
function leave(error: unknown): void {
  reportError("event", error, "the environment ends");
  process.exit(1);
}
