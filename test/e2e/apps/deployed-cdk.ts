/**
 * A stack as a real app has it: in a VPC, always warm, with variables, a layer, and a
 * package that is not bundled.
 */
import { fileURLToPath } from "node:url";
import { App, Stack } from "aws-cdk-lib";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { Code, LayerVersion } from "aws-cdk-lib/aws-lambda";
import { SocketIoApi } from "../../../lib/index.js";

const app = new App();
const order = app.node.tryGetContext("order");
const stack = new Stack(app, "Deployed");
const layer = new LayerVersion(stack, "Layer", {
  code: Code.fromAsset(fileURLToPath(new URL(".", import.meta.url))),
});

new SocketIoApi(stack, "Api", {
  app: fileURLToPath(new URL("deployed.ts", import.meta.url)),
  ...(order && { order }),
  vpc: new Vpc(stack, "Vpc"),
  environment: { COLOR: "green", NODE_OPTIONS: "--trace-uncaught" },
  bundling: { nodeModules: ["pg"] },
  layers: [layer],
  reservedConcurrency: 50,
  provisionedConcurrency: 2,
});
