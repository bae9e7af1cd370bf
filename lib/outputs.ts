import { CfnOutput, type Stack } from "aws-cdk-lib";
import { FRONT_DOOR } from "../runtime/contract.js";
import type { SocketIoApi } from "./socket-io-api.js";

/**
 * Adds what one needs to connect to the stack's outputs, each ready to paste: `Url` and `WscatCommand` for
 * plain WebSocket clients, `SocketIoClient`, and with a front door `Address`, where a browser goes.
 */
export function addConnectionOutputs(stack: Stack, api: SocketIoApi): void {
  if (api.frontDoor) {
    new CfnOutput(stack, "Address", {
      description: "The one address for browsers and every Socket.IO client",
      value: api.frontDoor.url,
    });
  }
  new CfnOutput(stack, "Url", { description: "Where WebSocket clients connect", value: api.url });
  new CfnOutput(stack, "WscatCommand", {
    description: "A plain WebSocket client, in a terminal",
    value: `wscat -c ${api.url}`,
  });
  new CfnOutput(stack, "SocketIoClient", {
    description: "A Socket.IO client, in JavaScript",
    value: clientLine(api),
  });
}

function clientLine({ frontDoor, webSocketApi, stage }: SocketIoApi): string {
  if (!frontDoor) {
    return `io("${webSocketApi.apiEndpoint}", { path: "/${stage.stageName}", transports: ["websocket"] })`;
  }
  const options = frontDoor.path === FRONT_DOOR.path ? "" : `, { path: "${frontDoor.path}" }`;
  return `io("${frontDoor.url}"${options})`;
}
