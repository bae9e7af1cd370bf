import { CfnOutput, type Stack } from "aws-cdk-lib";
import type { SocketIoApi } from "./socket-io-api.js";

/** Adds what one needs to connect to the stack's outputs, each ready to paste: `Url`, `WscatCommand`, `SocketIoClient`. */
export function addConnectionOutputs(stack: Stack, api: SocketIoApi): void {
  const { apiEndpoint } = api.webSocketApi;
  const { stageName } = api.stage;
  new CfnOutput(stack, "Url", { description: "Where WebSocket clients connect", value: api.url });
  new CfnOutput(stack, "WscatCommand", {
    description: "A plain WebSocket client, in a terminal",
    value: `wscat -c ${api.url}`,
  });
  new CfnOutput(stack, "SocketIoClient", {
    description: "A Socket.IO client, in JavaScript",
    value: `io("${apiEndpoint}", { path: "/${stageName}", transports: ["websocket"] })`,
  });
}
