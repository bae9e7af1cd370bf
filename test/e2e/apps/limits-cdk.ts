/**
 * An API that takes twelve messages at once on each route and then none for long, and a
 * single environment for the app.
 */
import { fileURLToPath } from "node:url";
import { App, Stack } from "aws-cdk-lib";
import { SocketIoApi } from "../../../lib/index.js";

new SocketIoApi(new Stack(new App(), "Limits"), "Api", {
  app: fileURLToPath(new URL("limits.ts", import.meta.url)),
  throttle: { rateLimit: 0.001, burstLimit: 12 },
  reservedConcurrency: 1,
});
