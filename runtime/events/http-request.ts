/**
 * An HTTP request to Socket.IO's path: the handshake of long-polling, a post, a GET that waits (where no
 * function of its own does), and what the protocol refuses. As engine.io 6.6 answers them (`server.ts`,
 * `transports/polling.ts`); a test asks both the same.
 */
import { randomBytes } from "node:crypto";
import { answerScript, scriptAt } from "../app-servers/client-script.js";
import { ENV, FRONT_DOOR } from "../contract.js";
import { warnOnce } from "../log/log.js";
import { emptyAnswer, engineError } from "../polling/answers.js";
import { type HttpEvent, type HttpResult, refuseStranger } from "../polling/http-event.js";
import { answerPoll } from "../polling/poll-request.js";
import { queuesOf } from "../polling/polling-backend.js";
import type { Refusal } from "../protocol/refusal.js";
import type { Runtime } from "../runtime.js";
import type { Later } from "./after-response.js";
import { onAppRequest } from "./app-request.js";
import { tellRefused } from "./connect.js";
import { EngineRequest } from "./engine-request.js";
import { isRefusal, middlewareFailed, sessionOf, verifyPolling, verifySession } from "./handshake-verdict.js";
import { beginPolling } from "./polling-handshake.js";
import { onPost, type Post } from "./polling-post.js";

export async function onHttpRequest(
  runtime: Runtime,
  event: HttpEvent,
  leftMs: () => number,
  later: Later | undefined,
): Promise<HttpResult> {
  const stranger = refuseStranger(event);
  if (stranger) return stranger;
  if (!isEngineIo(event.rawPath, runtime.io.path())) return onAppRequest(runtime, event, leftMs);
  const request = new EngineRequest(runtime, event, newSid());
  const refuseFailed = (error: unknown) => refuse(runtime, request, middlewareFailed(error));
  const preflight = await request.applyCors(leftMs()).catch(refuseFailed);
  if (preflight) return preflight;
  const script = scriptAt(runtime.io, event.rawPath);
  const scriptAnswer = script === undefined ? undefined : await answerScript(script, event);
  if (scriptAnswer) return request.beside(scriptAnswer);
  const answered = await request.applyMiddlewares(leftMs()).catch(refuseFailed);
  if (answered) return answered;
  const refusal = await verifyPolling(runtime.options, request.request, request.method);
  if (refusal) return refuse(runtime, request, refusal);
  const sid = sessionOf(request.request._query);
  if (sid !== undefined) return onSession(runtime, request, { sid, event, leftMs, later });
  const begun = await beginPolling(runtime, request);
  return isRefusal(begun) ? refuse(runtime, request, begun) : begun;
}

/** A request with a session's id. */
async function onSession(
  runtime: Runtime,
  request: EngineRequest,
  { sid, event, leftMs, later }: Omit<Post, "state">,
): Promise<HttpResult> {
  const polling = queuesOf(runtime.backend);
  if (request.method === "GET" && request.request._query.transport === "polling") {
    const isBehindDoor = process.env[ENV.frontDoorKey] !== undefined;
    if (isBehindDoor && asClientsPoll(event)) tellPath(runtime.io.path());
    // The front door has sent it here because its parameters are no client's: it does not wait here.
    else if (isBehindDoor) {
      const context = { name: "MALFORMED_QUERY" };
      return refuse(runtime, request, { status: 400, code: 3, message: "Bad request", context });
    }
    return answerPoll({ polling, invokeApp: runtime.backend.invokeSelf }, event, leftMs);
  }
  const state = await polling.state(sid);
  const refusal = verifySession(request.request, state);
  if (refusal) return refuse(runtime, request, refusal);
  if (request.method !== "POST" || !state) return request.refused(emptyAnswer(500));
  return onPost(runtime, request, { sid, state, event, leftMs, later });
}

/** The front door leads such a GET to the function that waits, where it knows the path. */
function asClientsPoll({ rawQueryString }: HttpEvent): boolean {
  const query = new URLSearchParams(rawQueryString);
  return query.getAll("sid").length === 1 && query.getAll("transport").length === 1;
}

function tellPath(path: string): void {
  const named = JSON.stringify(path);
  warnOnce(
    `The server's path is ${named}, and the front door leads another one to Socket.IO: clients stay with long-polling, and each GET that waits takes an environment of the app. Give the construct frontDoor: { path: ${named} }; the local stack without one knows ${FRONT_DOOR.path} only.`,
    "path",
  );
}

/** As upstream: a path that only begins like Socket.IO's is Socket.IO's. */
function isEngineIo(path: string, ofServer: string): boolean {
  return `${path}/`.startsWith(`${ofServer}/`);
}

function refuse(runtime: Runtime, request: EngineRequest, refusal: Refusal): Promise<HttpResult> {
  tellRefused(runtime, refusal, request.request);
  const { code, context } = refusal;
  return request.refused(engineError(code, context.message));
}

/** As long as upstream's, and as hard to guess: 15 bytes of chance. */
function newSid(): string {
  return randomBytes(15).toString("base64url");
}
