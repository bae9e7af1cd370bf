/**
 * A client begins with HTTP long-polling: its session, and the connection that it will have unless it
 * upgrades, are stored. No handler runs before the transport is known (docs/decisions/long-polling.md).
 *
 * Cost: 2 writes.
 */

import { withHeaders } from "../connection/socket-request.js";
import { emptyAnswer, frames } from "../polling/answers.js";
import type { HttpResult } from "../polling/http-event.js";
import { queuesOf } from "../polling/polling-backend.js";
import type { Refusal } from "../protocol/refusal.js";
import type { Runtime } from "../runtime.js";
import type { ServerOptions } from "../socket-io/internals.js";
import { pollingConnectionId } from "../store/polling-store.js";
import { requestToStore } from "../values/connection-values.js";
import type { EngineRequest } from "./engine-request.js";
import { withoutForgotten } from "./handshake.js";
import { generateId, refuseHandshake } from "./handshake-verdict.js";
import { openFrameOf } from "./open.js";

export async function beginPolling(
  runtime: Runtime,
  engineRequest: EngineRequest,
): Promise<HttpResult | Refusal> {
  const { backend, limits, options } = runtime;
  const { request, handshake, marks } = engineRequest;
  const tooLarge = refuseHandshake(handshake, limits);
  if (tooLarge) return engineRequest.refused(emptyAnswer(tooLarge.status));
  const kept = withoutForgotten(handshake);
  const sid = await generateId(runtime, request);
  if (typeof sid !== "string") return sid;
  const { headers, repeated } = engineRequest.initialHeaders(sid);
  const own = kept === handshake ? request : withHeaders(request, kept);
  const startedAt = Date.now();
  const upgrades = upgradesOf(options);
  await Promise.all([
    queuesOf(backend).begin(sid, {
      startedAt,
      mayUpgrade: upgrades.length > 0,
      headers: repeated,
      compressFrom: compressFrom(options),
    }),
    backend.connections.create({
      connectionId: pollingConnectionId(sid),
      endpoint: backend.endpoint,
      protocol: "engine.io",
      handshake: kept,
      connectedAt: startedAt,
      shared: requestToStore(own, kept, limits, marks),
      sessions: new Map(),
      strays: [],
    }),
  ]);
  return engineRequest.answer(frames([openFrameOf(runtime, sid, upgrades)]), headers);
}

/** engine.io's default. */
const COMPRESS_FROM = 1024;

function compressFrom({ httpCompression = { threshold: COMPRESS_FROM } }: ServerOptions): number | undefined {
  if (!httpCompression) return undefined;
  return (httpCompression === true ? undefined : httpCompression.threshold) ?? 0;
}

function upgradesOf({ allowUpgrades = true, transports = ["websocket"] }: ServerOptions): readonly string[] {
  return allowUpgrades && transports.includes("websocket") ? ["websocket"] : [];
}
