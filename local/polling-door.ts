/**
 * Long-polling for the test kit, which has no template and so no distribution: what the front door's edge
 * function, its HTTP API and the poll function do of a request to Socket.IO's path.
 */

import type { RequestWatcher } from "./front-door/front-door.js";
import type { Invoke } from "./gateway/api.js";
import type { StageDoor } from "./gateway/http-server.js";
import { type HttpRequest, readRequest, writeResponse } from "./http/message.js";
import { httpApi } from "./http-api/http-api.js";

export interface PollingDoorOptions {
  readonly invoke: Invoke;
  readonly appFunction: string;
  readonly pollFunction: string;
  /** @default nobody */
  readonly watcher?: RequestWatcher | undefined;
  /** Where WebSockets are served. */
  readonly stage: { readonly name: string; readonly door: StageDoor };
}

const TIMEOUT_MS = 29_000;
const POLL = "/poll";

export function pollingDoor({
  invoke,
  appFunction,
  pollFunction,
  watcher,
  stage,
}: PollingDoorOptions): StageDoor {
  const route = (routeKey: string, functionName: string) => ({
    routeKey,
    functionName,
    displayName: functionName,
    integrationTimeoutMs: TIMEOUT_MS,
  });
  const api = {
    apiId: "local",
    name: "kit",
    region: "local",
    accountId: "000000000000",
    stage: "$default",
    routes: [route("$default", appFunction), route(`GET ${POLL}`, pollFunction)],
  };
  const answer = httpApi({ api: () => api, invoke });
  return {
    async request(request, response) {
      try {
        const asked = await readRequest(request);
        watcher?.asked(asked);
        const answered = await answer(isPoll(asked) ? { ...asked, path: POLL } : asked);
        watcher?.answered(asked, answered);
        writeResponse(response, answered);
      } catch {
        response.destroy(); // the client has gone
      }
    },
    upgrade(request, stream, head) {
      const query = request.url?.split("?", 2)[1] ?? "";
      request.url = `/${stage.name}/?${query}`;
      stage.door.upgrade(request, stream, head);
    },
  };
}

function isPoll({ method, query }: HttpRequest): boolean {
  const asked = new URLSearchParams(query);
  const [sid, ...others] = asked.getAll("sid");
  return method === "GET" && asked.get("transport") === "polling" && !!sid && others.length === 0;
}
