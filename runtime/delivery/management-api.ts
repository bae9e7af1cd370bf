/**
 * API Gateway's management API, `POST`, `GET` and `DELETE /{stage}/@connections/{id}` (`aws-facts.md` §3;
 * docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
 *
 * 429 (the account's rate, or this one client's full buffer), 5xx and broken connections are tried again with
 * full jitter; 410 is final, except for a connection that is just opening.
 *
 * Each frame is a post. A packet of several is worse than lost where a frame of it is missing or comes twice:
 * the client takes what follows for a part of it. So of such a packet only what was refused for certain (429)
 * is tried again, and a connection that may have got a part of it is closed.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Tries } from "../async/tries.js";
import { MAX_POST_BYTES } from "../aws-limits.js";
import { AwsCallError, GoneError } from "../errors.js";
import type { Answer } from "../http/http-response.js";
import { type Identity, type SignedCall, signedRequest } from "../http/signed-request.js";
import { isTransient } from "../http/transient.js";
import { triedRequest } from "../http/tried-request.js";
import { reportError } from "../log/log.js";
import type { Address } from "../store/store.js";
import { AdaptiveLimit } from "./adaptive-limit.js";
import type { Delivery, PostOptions } from "./delivery.js";

const MAX_TRIES = 12;

// 3 s of pauses in the mean. Not longer, for an account's throttle is open again within milliseconds, and a
// post that sleeps through it is the straggler that a broadcast waits for.
const LONGEST_PAUSE_MS = 800;

// `$connect` returns within milliseconds of invoking us; a cold network path may take longer. 5 s in all.
const FIRST_OPENING_PAUSE_MS = 5;
const PATIENCE_MS = 20;
const LONGEST_OPENING_PAUSE_MS = 2_560;

export interface ManagementApiOptions {
  /**
   * Where all calls go, whatever endpoint stands beside a connection. Default:
   * `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI` where it is set, as in the SDKs: that is how the local stack
   * and a VPC endpoint are reached.
   */
  readonly endpoint?: string;
  readonly identity?: Identity;
  /** How many calls may be under way at once to begin with; the number adapts. Default: 128. */
  readonly concurrency?: number;
  /** How many at most. Default: 256. */
  readonly maxConcurrency?: number;
}

export function managementApi({
  endpoint,
  identity,
  concurrency,
  maxConcurrency,
}: ManagementApiOptions = {}): Delivery {
  const limit = new AdaptiveLimit(concurrency, maxConcurrency);
  const bases = new Map<string, Base>(); // few, however many connections
  const baseOf = (address: Address): Base => {
    const text = endpoint ?? process.env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? address.endpoint;
    const known = bases.get(text);
    if (known) return known;
    const url = new URL(text);
    const base = { url, path: `${url.pathname.replace(/\/$/, "")}/@connections/` };
    bases.set(text, base);
    return base;
  };
  const callOf = (method: "POST" | "GET" | "DELETE", address: Address, body = ""): SignedCall => {
    const { url, path } = baseOf(address);
    const own = path + encodeURIComponent(address.connectionId);
    return { service: "execute-api", method, url, path: own, body, identity };
  };

  async function close(address: Address): Promise<void> {
    const answer = await send(callOf("DELETE", address), limit);
    if (answer.status !== 204 && answer.status !== 200 && answer.status !== 410) {
      throw refused(answer, `Closing ${address.connectionId}`);
    }
  }

  async function postFrame(
    to: Address,
    frame: string,
    { volatile = false, opening, until }: PostOptions,
    isTriedAgain?: (status: number | undefined) => boolean,
  ): Promise<void> {
    const call = callOf("POST", to, frame);
    let answer = await send(call, limit, volatile ? 1 : MAX_TRIES, until, isTriedAgain);
    for (let pauseMs = FIRST_OPENING_PAUSE_MS; opening && answer.status === 410; pauseMs *= 2) {
      // The first pauses are shorter than a read; from then on we ask whether the client is still there.
      if (pauseMs > LONGEST_OPENING_PAUSE_MS || (pauseMs > PATIENCE_MS && !(await opening()))) break;
      await delay(pauseMs);
      answer = await send(call, limit, MAX_TRIES, until, isTriedAgain);
    }
    if (answer.status === 410) throw new GoneError(to.connectionId);
    if (answer.status !== 200)
      throw refused(answer, `Posting ${Buffer.byteLength(frame)} bytes to ${to.connectionId}`);
  }

  return {
    async post(to, frames, options = {}) {
      const [first = "", ...attachments] = frames;
      if (attachments.length === 0) return postFrame(to, first, options);
      for (const frame of frames) {
        const bytes = Buffer.byteLength(frame);
        if (bytes > MAX_POST_BYTES) throw refused(TOO_LARGE, `Posting ${bytes} bytes to ${to.connectionId}`);
      }
      let own = options;
      for (const frame of frames) {
        try {
          await postFrame(to, frame, own, isThrottle);
        } catch (error) {
          const isUntouched = own === options && error instanceof AwsCallError && isRefusal(error.status);
          if (isUntouched) throw error;
          if (!(error instanceof GoneError)) reportError("delivery", error, CUT);
          // Also where it is said to be gone, for that may be a mistake (aws-sdk-js#3773).
          await close(to).catch((failure: unknown) => reportError("delivery", failure));
          throw new GoneError(to.connectionId);
        }
        own = { until: options.until };
      }
    },

    async check(address) {
      const answer = await send(callOf("GET", address), limit);
      if (answer.status === 410) throw new GoneError(address.connectionId);
      if (answer.status !== 200) throw refused(answer, `Asking for ${address.connectionId}`);
    },

    close,
  };
}

/** Of one API and stage: parsed once, not for each post. */
interface Base {
  readonly url: URL;
  readonly path: string;
}

/** Waiting for the next try takes up no room: others go on. */
async function send(
  call: SignedCall,
  limit: AdaptiveLimit,
  most = MAX_TRIES,
  until = Number.POSITIVE_INFINITY,
  isTriedAgain?: (status: number | undefined) => boolean,
): Promise<Answer> {
  const tries = new Tries({ most, longestPauseMs: LONGEST_PAUSE_MS, until });
  const request = async () => {
    if (Date.now() > until) throw new Error("the time was over before it was its turn");
    const sentMs = performance.now();
    const answer = await signedRequest(call);
    if (answer.status === 429) limit.throttled();
    else if (!isTransient(answer.status)) limit.succeeded(performance.now() - sentMs);
    return answer;
  };
  const post = () => limit.run(request, tries.count > 0);
  const answer = await triedRequest(post, tries, isTriedAgain);
  if (answer instanceof Error)
    throw new AwsCallError(undefined, `${call.method} ${call.url.host}`, { cause: answer });
  return answer;
}

function isThrottle(status: number | undefined): boolean {
  return status === 429;
}

/** The frame was not delivered, for certain. */
function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status < 500;
}

const CUT = "the connection is closed, for it may have got a part of a packet";

const TOO_LARGE = { status: 413, body: "" };

function refused({ status, body }: Pick<Answer, "status" | "body">, what: string): AwsCallError {
  const advice: Record<number, string> = {
    403: "The function lacks execute-api:ManageConnections on this API and stage",
    413: "API Gateway takes 128 KB a message: send less, or a link to it",
    429: "The account's rate, or this client's buffer, stayed full",
  };
  return new AwsCallError(status, what, { cause: new Error(advice[status] ?? body) });
}
