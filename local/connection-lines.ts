import type { IncomingMessage, ServerResponse } from "node:http";
import { FRONT_DOOR } from "../runtime/contract.js";
import { writeResponse } from "./http/message.js";

/** How to connect, for the page and for people. `GET /stack.json` answers it. */
export interface ConnectionLines {
  /** Origin of the API for WebSocket clients: `ws://localhost:3000`. */
  readonly url: string;
  /** Path of the API for WebSocket clients: `/prod`. */
  readonly path: string;
  /** A command for a terminal. */
  readonly wscat: string;
  /** An expression for a program. */
  readonly client: string;
}

/** What the lines depend on. */
export interface Connectable {
  readonly stage: string;
  /** Where Socket.IO's clients connect without knowing the stage. */
  readonly frontDoor?: FrontDoorAddress;
}

export interface FrontDoorAddress {
  /** `http://localhost:3000` */
  readonly url: string;
  /** The `path` of `socket.io-client`, whose own default is `/socket.io`. */
  readonly path: string;
}

/** `authority` is the name and port by which somebody reached the stack. */
export function connectionLines(authority: string, { stage, frontDoor }: Connectable): ConnectionLines {
  const url = `ws://${authority}`;
  const path = `/${stage}`;
  return {
    url,
    path,
    wscat: `npx -y wscat -c ${url}${path}`,
    client: frontDoor
      ? `io("http://${authority}"${frontDoor.path === FRONT_DOOR.path ? "" : `, { path: "${frontDoor.path}" }`})`
      : `io("${url}", { path: "${path}", transports: ["websocket"] })`,
  };
}

export const STACK_JSON = "/stack.json";

/** Answers `/stack.json` under the very name by which the browser reached the page. */
export function sendStackJson(
  api: Connectable,
  request: Pick<IncomingMessage, "headers">,
  response: ServerResponse,
): void {
  const lines = connectionLines(request.headers.host ?? "localhost", api);
  const headers = { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-cache" };
  writeResponse(response, {
    status: 200,
    headers: Object.entries(headers),
    body: Buffer.from(JSON.stringify(lines)),
  });
}
