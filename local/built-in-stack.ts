/**
 * The CDK app of a person who has none: one `SocketIoApi` around their app file. `startLocal({ app })` runs
 * it in the person's folder, and says by context what stands in it.
 */
import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { addConnectionOutputs, type Order, SocketIoApi } from "../lib/index.js";

const app = new App();
const order: Order | undefined = app.node.tryGetContext("order");
const stageName: string | undefined = app.node.tryGetContext("stage");

const stack = new Stack(app, "Local");
const api = new SocketIoApi(stack, "App", {
  app: app.node.tryGetContext("app"),
  frontDoor: true,
  removalPolicy: RemovalPolicy.DESTROY,
  ...(order === undefined ? {} : { order }),
  ...(stageName === undefined ? {} : { stageName }),
});
addConnectionOutputs(stack, api);
