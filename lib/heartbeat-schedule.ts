import { Duration } from "aws-cdk-lib";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";
import { ENV } from "../runtime/contract.js";
import type { SelfEvent } from "../runtime/delivery/self-invocation.js";
import type { AppFunction } from "./app-function.js";

/** The most that EventBridge Scheduler offers. */
const PERIOD = Duration.minutes(1);

const HEARTBEAT: SelfEvent = { selfEvent: "heartbeat" };

/**
 * Calls the app function once a minute: it pings the connections whose turn it is and ends those that did not
 * answer (`runtime/events/heartbeat.ts`). 43,800 short invocations a month, about $0.11, also while nobody is
 * connected. A call that fails is not repeated: the next one comes soon.
 */
export class HeartbeatSchedule extends Construct {
  constructor(scope: Construct, id: string, appFunction: AppFunction) {
    super(scope, id);
    appFunction.addEnvironment(ENV.tickMs, String(PERIOD.toMilliseconds()));
    new Schedule(this, "EveryMinute", {
      schedule: ScheduleExpression.rate(PERIOD),
      description: "Socket.IO server: pings connections",
      target: new LambdaInvoke(appFunction.target, {
        input: ScheduleTargetInput.fromObject(HEARTBEAT),
        retryAttempts: 0,
        maxEventAge: PERIOD,
      }),
    });
  }
}
