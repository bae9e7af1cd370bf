/**
 * A GET with a session's id. It mostly waits, so it has a function of its own that loads no socket.io
 * (`lambdas/poll.ts`); any other may answer it, too.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { InvokeSelf } from "../delivery/self-invocation.js";
import { type PollingStore, pollingConnectionId } from "../store/polling-store.js";
import { ENGINE_ERRORS, engineError, toResult } from "./answers.js";
import { compressed } from "./compressed.js";
import { hold } from "./hold.js";
import { type HttpEvent, type HttpResult, refuseStranger } from "./http-event.js";

/**
 * An HTTP API gives up after 30 s, and CloudFront then asks again (`aws-facts.md` §11.3, §12.1); and the
 * client has to get its ping in time.
 */
const HOLD_MS = 25_000;

/** For the answer, before the function's own deadline. */
const MARGIN_MS = 2_000;

/** Of a client's `t`, in characters. Socket.IO's are far shorter; the session keeps the last ones. */
const MAX_TURN = 64;

export interface PollFunction {
  readonly polling: PollingStore;
  /** Has the app take a client that stays with polling. */
  readonly invokeApp: InvokeSelf;
}

export async function answerPoll(
  { polling, invokeApp }: PollFunction,
  event: HttpEvent,
  leftMs: () => number,
): Promise<HttpResult> {
  const stranger = refuseStranger(event);
  if (stranger) return stranger;
  const query = new URLSearchParams(event.rawQueryString);
  const sid = query.get("sid") ?? "";
  if (query.get("EIO") !== "4") {
    const { unknownSid, badRequest } = ENGINE_ERRORS;
    return engineError((await polling.state(sid)) ? badRequest : unknownSid);
  }
  const answer = await hold(polling, sid, {
    turn: turnOf(query.get("t")) ?? event.requestContext.requestId,
    holdMs: Math.min(HOLD_MS, leftMs() - MARGIN_MS),
    settle: () => invokeApp({ selfEvent: "polling", sid }),
    expire: () => invokeApp({ selfEvent: "gone", connectionId: pollingConnectionId(sid) }),
    pause,
    now: Date.now,
  });
  const result = toResult(answer);
  return answer.kind === "frames"
    ? compressed(result, answer.compressFrom, event.headers["accept-encoding"])
    : result;
}

/** A client that sends no `t` is not told from one that repeats its GET, so each is one of its own. */
function turnOf(t: string | null): string | undefined {
  return t && t.length <= MAX_TURN ? t : undefined;
}
