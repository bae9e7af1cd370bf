import type { IncomingMessage, ServerResponse } from "node:http";
import { type HttpResponse, readHead, writeResponse } from "../http/message.js";

/**
 * What a WebSocket API answers to plain HTTP. 426 was seen by a test on AWS in 2019 (aws-facts §1.1); AWS
 * answers Forbidden to paths that it does not know.
 */
export function httpRefusal(stage: string, path: string): HttpResponse {
  const isStage = path === `/${stage}` || path === `/${stage}/`;
  return {
    status: isStage ? 426 : 403,
    headers: [
      ["content-type", "application/json"],
      ...(isStage
        ? ([
            ["connection", "Upgrade"],
            ["upgrade", "websocket"],
          ] as const)
        : []),
    ],
    body: Buffer.from(`{"message": "${isStage ? "Upgrade Required" : "Forbidden"}"}`),
  };
}

export function refuseHttp(stage: string, request: IncomingMessage, response: ServerResponse): void {
  writeResponse(response, httpRefusal(stage, readHead(request).path));
}
