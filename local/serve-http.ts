import type { IncomingMessage, ServerResponse } from "node:http";
import { STACK_JSON, sendStackJson } from "./connection-lines.js";
import type { FrontDoor } from "./front-door/front-door.js";
import type { LocalApi } from "./gateways.js";
import { readHead } from "./http/message.js";
import type { OnLocalEvent } from "./local-event.js";
import { refusePolling } from "./long-polling.js";
import { page } from "./page.js";
import { welcome } from "./welcome.js";

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

export interface ServeHttpOptions {
  /** Folder of a page that this machine alone serves. */
  readonly page: string | undefined;
  readonly log: OnLocalEvent;
}

/** What an API without a front door answers to plain HTTP: the page, or how to connect. */
export function withoutFrontDoor({ page: folder, log }: ServeHttpOptions): (api: () => LocalApi) => Serve {
  const tell = (message: string) => log({ type: "warning", message });
  return (api) => refusePolling(api, tell, folder === undefined ? welcome(api) : page({ folder, api }));
}

/**
 * What a front door's port answers to plain HTTP: the page's files and `/stack.json`, and the door all else.
 */
export function withFrontDoor({
  page: folder,
}: ServeHttpOptions): (api: () => LocalApi, door: FrontDoor) => Serve {
  return (api, door) => {
    const ask: Serve = (request, response) => void door.request(request, response);
    if (folder !== undefined) return page({ folder, api, otherwise: ask });
    return (request, response) => {
      if (request.method === "GET" && readHead(request).path === STACK_JSON) {
        sendStackJson(api(), request, response);
      } else {
        ask(request, response);
      }
    };
  };
}
