/** One front door, behind it the server file, and the same Express app in a function of its own. */
import { fileURLToPath } from "node:url";
import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { BundledFunction, SocketIoApi } from "../../lib/index.js";

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const stack = new Stack(new App(), "PlainHttp");
const chat = new SocketIoApi(stack, "Chat", {
  app: file("server.ts"),
  frontDoor: true,
  removalPolicy: RemovalPolicy.DESTROY,
});
const alone = new BundledFunction(stack, "Alone", { entry: file("serverless.ts"), memorySize: 1_024 });
const http = chat.node.findAll().find((construct) => construct instanceof HttpApi);
http?.addRoutes({
  path: "/alone/{proxy+}",
  integration: new HttpLambdaIntegration("Alone", alone),
});
