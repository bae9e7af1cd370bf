/**
 * A body that a client has posted. Until its transport is known it is kept; then its packets run one after
 * another, each as the message of a WebSocket would.
 *
 * A client posts again when it has its "ok", so the "ok" makes the order: it comes when the handlers have
 * ended, or after a second, for a handler may wait for what only the client's next post brings. What runs on
 * then may meet the packets of that post. In ordered mode it always comes when they have ended, and who waits
 * for the client's next post is told that it cannot.
 *
 * Cost: 1 read of the session. Before the transport is known 1 write; then what each packet costs as a
 * message.
 */
import { within } from "../async/pause.js";
import { ENGINE_ERRORS, emptyAnswer, engineError, taken } from "../polling/answers.js";
import { isGraceOver } from "../polling/hold.js";
import { bodyOf, type HttpEvent, type HttpResult } from "../polling/http-event.js";
import { queuesOf } from "../polling/polling-backend.js";
import type { Runtime } from "../runtime.js";
import { type PollingState, pollingConnectionId } from "../store/polling-store.js";
import type { Later } from "./after-response.js";
import { behindKept } from "./behind-kept.js";
import { wasCut } from "./cut-clients.js";
import type { EngineRequest } from "./engine-request.js";
import { giveUp } from "./give-up.js";
import { stayWithPolling } from "./polling-decision.js";
import { playBodies } from "./posted-body.js";

export interface Post {
  readonly sid: string;
  /** Of a session that polls, and is not closed. */
  readonly state: PollingState;
  readonly event: HttpEvent;
  readonly leftMs: () => number;
  readonly later: Later | undefined;
}

/** Upstream's `maxHttpBufferSize`. */
const DEFAULT_MAX_BYTES = 1e6;

const PATIENCE_MS = 1_000;

/** For the post's own packets, where it has waited for others. */
const RESERVE_MS = 2_000;

export async function onPost(
  runtime: Runtime,
  request: EngineRequest,
  { sid, state, event, leftMs, later }: Post,
): Promise<HttpResult> {
  const body = bodyOf(event);
  const connectionId = pollingConnectionId(sid);
  if (request.handshake.headers["content-type"] === "application/octet-stream") {
    await giveUp(runtime, connectionId); // upstream's "invalid content"
    return request.refused(emptyAnswer(400));
  }
  const { maxHttpBufferSize = DEFAULT_MAX_BYTES } = runtime.options;
  if (Buffer.byteLength(body) > maxHttpBufferSize) return request.refused(emptyAnswer(413));

  // The client learns it from its next GET.
  if (state.mode === "closing") return request.answer(taken());
  const early = await keepUntilDecided(runtime, { sid, state, body, leftMs });
  if (early === "kept") return request.answer(taken());
  if ("statusCode" in early) return request.refused(early);
  const { requestId, timeEpoch } = event.requestContext;
  const isInTurn = runtime.order === "ordered";
  const stored = await behindKept(runtime, sid, early, isInTurn ? leftMs() - RESERVE_MS : PATIENCE_MS);
  const posted = { body, id: requestId, time: timeEpoch, isInTurn };
  const played = playBodies(runtime, connectionId, [posted], leftMs, stored);
  if (isInTurn) {
    await played;
    return request.answer(taken());
  }
  if ((await within(PATIENCE_MS, played)) !== "late") return request.answer(taken());
  if (later) later(`the rest of a post of ${connectionId}`, () => played);
  else if (isFrozenAfterAnswer()) await played;
  return request.answer(taken());
}

/** On Lambda, where nothing follows the answers of an app that is bundled without it; not in the test kit. */
function isFrozenAfterAnswer(): boolean {
  return process.env.AWS_LAMBDA_RUNTIME_API !== undefined;
}

interface Early {
  readonly sid: string;
  readonly state: PollingState;
  readonly body: string;
  readonly leftMs: () => number;
}

/** The session where the client polls for good, so that its packets can run. */
async function keepUntilDecided(
  runtime: Runtime,
  { sid, state, body, leftMs }: Early,
): Promise<"kept" | HttpResult | PollingState> {
  const polling = queuesOf(runtime.backend);
  let seen: PollingState | undefined = state;
  if (seen.mode === "deciding" && (await wasCut(runtime, body))) {
    await stayWithPolling(runtime, sid, leftMs);
    seen = await polling.state(sid);
  }
  while (seen?.mode === "deciding") {
    const kept = isGraceOver(seen, Date.now()) ? "late" : await polling.keep(sid, body);
    if (kept === "kept") return kept;
    if (kept === "late") await stayWithPolling(runtime, sid, leftMs);
    // A client that is about to upgrade cannot: its post has no room. It is closed, and comes again.
    if (kept === "full") await stayWithPolling(runtime, sid, leftMs, Number.MAX_SAFE_INTEGER);
    seen = await polling.state(sid);
  }
  if (seen?.mode === "polling") return seen;
  const { badRequest, unknownSid } = ENGINE_ERRORS;
  return engineError(seen?.mode === "websocket" ? badRequest : unknownSid);
}
