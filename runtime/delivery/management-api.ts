/**
 * API Gateway's management API, `POST`, `GET` and `DELETE /{stage}/@connections/{id}` (`aws-facts.md` §3;
 * docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
 *
 * 429 (the account's rate, or this one client's full buffer), 5xx and broken connections are tried again with full
 * jitter; 410 is final, but for a connection that is just opening.
 */
import { setTimeout as delay } from "node:timers/promises";
import { AwsCallError, GoneError } from "../errors.js";
import type { Address } from "../store/store.js";
import { AdaptiveLimit } from "./adaptive-limit.js";
import type { Delivery } from "./delivery.js";
import type { Answer } from "./http-response.js";
import { type Identity, type SignedCall, signedRequest } from "./signed-request.js";
import { isTransient } from "./transient.js";

const MAX_TRIES = 12;

// Pauses are random up to 25, 50, 100, 200, 400 and then 800 ms: 3 s in the mean. Not longer, for an account's throttle is
// open again within milliseconds, and whoever sleeps through it is the straggler that a broadcast waits for.
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 800;

// `$connect` returns within milliseconds of invoking us; a cold network path may take longer. 5 s in all.
const FIRST_OPENING_PAUSE_MS = 5;
const PATIENCE_MS = 20;
const LONGEST_OPENING_PAUSE_MS = 2_560;

export interface ManagementApiOptions {
  /**
   * Where all calls go, whatever endpoint stands beside a connection. Default: `AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI`
   * where it is set, as in the SDKs: that is how the local stack and a VPC endpoint are reached.
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

  return {
    async post(to, frame, { volatile = false, opening, until } = {}) {
      const call = callOf("POST", to, frame);
      let answer = await send(call, limit, volatile ? 1 : MAX_TRIES, until);
      for (let pauseMs = FIRST_OPENING_PAUSE_MS; opening && answer.status === 410; pauseMs *= 2) {
        // The first pauses are shorter than a read; from then on we ask whether the client is still there.
        if (pauseMs > LONGEST_OPENING_PAUSE_MS || (pauseMs > PATIENCE_MS && !(await opening()))) break;
        await delay(pauseMs);
        answer = await send(call, limit);
      }
      if (answer.status === 410) throw new GoneError(to.connectionId);
      if (answer.status !== 200)
        throw refused(answer, `Posting ${Buffer.byteLength(frame)} bytes to ${to.connectionId}`);
    },

    async check(address) {
      const answer = await send(callOf("GET", address), limit);
      if (answer.status === 410) throw new GoneError(address.connectionId);
      if (answer.status !== 200) throw refused(answer, `Asking for ${address.connectionId}`);
    },

    async close(address) {
      const answer = await send(callOf("DELETE", address), limit);
      if (answer.status !== 204 && answer.status !== 200 && answer.status !== 410) {
        throw refused(answer, `Closing ${address.connectionId}`);
      }
    },
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
  maxTries = MAX_TRIES,
  until = Number.POSITIVE_INFINITY,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await limit.run(() => signedRequest(call)).catch((error: unknown) => error as Error);
    const failed = answer instanceof Error;
    if (!failed && !isTransient(answer.status)) {
      limit.succeeded();
      return answer;
    }
    if (!failed && answer.status === 429) limit.throttled();
    const pauseMs = Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    if (tries === maxTries || Date.now() + pauseMs > until) {
      if (failed) throw new AwsCallError(undefined, `${call.method} ${call.url.host}`, { cause: answer });
      return answer;
    }
    await delay(pauseMs);
  }
}

function refused({ status, body }: Answer, what: string): AwsCallError {
  const advice: Record<number, string> = {
    403: "The function lacks execute-api:ManageConnections on this API and stage",
    413: "API Gateway takes 128 KB a message: send less, or a link to it",
    429: "The account's rate, or this client's buffer, stayed full",
  };
  return new AwsCallError(status, what, { cause: new Error(advice[status] ?? body) });
}
