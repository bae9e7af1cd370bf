/**
 * Routes to a function of the user's own: for all clients that have a session, for members,
 * and for strangers too.
 */
import { fileURLToPath } from "node:url";
import { App, Stack } from "aws-cdk-lib";
import { BundledFunction, SocketIoApi } from "../../../lib/index.js";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const app = new App();
const stack = new Stack(app, "Doors");
const clock = new BundledFunction(stack, "Clock", { entry: file("../../../examples/chat/clock.ts") });
const api = new SocketIoApi(stack, "Api", {
  app: file("doors.ts"),
  order: app.node.tryGetContext("order"),
  routes: [
    { clock },
    { "members-clock": { function: clock, namespace: "/members" } },
    { "open-clock": { function: clock, open: true } },
  ],
  forgetHeaders: ["Cookie"],
});
api.grantManageConnections(clock);
