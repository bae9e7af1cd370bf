/** The stack of a person: an API with its front door, and a function of theirs that a schedule invokes. */
import { fileURLToPath } from "node:url";
import { App, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Schedule, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { BundledFunction, SocketIoApi } from "../../../lib/index.js";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const stack = new Stack(new App(), "Emitting");
const api = new SocketIoApi(stack, "Api", {
  app: here("./emitting.ts"),
  frontDoor: true,
  removalPolicy: RemovalPolicy.DESTROY,
});
const clock = new BundledFunction(stack, "Clock", { entry: here("./emitting-clock.ts") });
api.grantEmit(clock);
new Schedule(stack, "Minute", {
  schedule: ScheduleExpression.rate(Duration.minutes(1)),
  target: new LambdaInvoke(clock),
});
