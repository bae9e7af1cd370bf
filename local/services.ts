import { ENV } from "../runtime/contract.js";
import type { Faults } from "./faults/faults.js";
import { InvocationFaults } from "./faults/invocation-faults.js";
import { injectTableFaults } from "./faults/table-faults.js";
import type { Inspector } from "./lambda/inspector.js";
import type { FailedInvocation } from "./lambda/invocation-record.js";
import { invocationRecord } from "./lambda/invocation-record.js";
import { startInvokeApi } from "./lambda/invoke-api.js";
import { Lambda } from "./lambda/lambda.js";
import type { OnLocalEvent } from "./local-event.js";
import type { Parts } from "./parts.js";
import { EventSources } from "./queues/event-sources.js";
import { Sqs } from "./queues/sqs.js";
import { Schedules } from "./scheduler/schedules.js";
import { startTables } from "./tables/tables.js";
import type { StackModel } from "./template/template.js";

export interface ServicesOptions {
  readonly environments: number;
  readonly onDemand: boolean;
  readonly minuteMs: number;
  readonly inspector: Inspector | undefined;
  readonly faults: Faults;
  readonly log: OnLocalEvent;
}

/** AWS's services behind the gateway. */
export interface Services {
  readonly lambda: Lambda;
  readonly sqs: Sqs;
  readonly dynamodbEndpoint: string;
  readonly lambdaEndpoint: string;
  /** Whether no event runs, nor waits to run. */
  readonly isIdle: boolean;
  /**
   * Runs a stack in the place of the one before. Where a function fails to load, it rejects
   * and the functions stay what they were.
   */
  deploy(stack: StackModel): Promise<void>;
}

/**
 * A message whose function failed would come again after minutes on AWS. Here a minute
 * takes a second, as for asynchronous events.
 */
const REDELIVERY_SPEED = 60;

/** Starts the services, with nothing in them yet. */
export async function startServices(options: ServicesOptions, parts: Parts): Promise<Services> {
  const { environments, onDemand, minuteMs, inspector, faults, log } = options;
  const sqs = parts.add(new Sqs({ onDeadLetter: (letter) => log({ type: "dead-letter", ...letter }) }));
  const lambda: Lambda = parts.add(
    new Lambda({
      environments,
      onDemand,
      inspector,
      faults: new InvocationFaults(faults),
      onOutput: (functionName, line, stream) => log({ type: "output", functionName, line, stream }),
      onAsyncError: (functionName, error, attemptsLeft) =>
        log({ type: "async-error", functionName, error, attemptsLeft }),
      onGivenUp: (destinationArn, invocation) =>
        putToDeadLetters(sqs, destinationArn, invocation, lambda.displayName(invocation.functionName), log),
    }),
  );
  const eventSources = parts.add(
    new EventSources({
      sqs,
      invoke: (functionName, event) => lambda.invoke(functionName, event),
      redeliverySpeed: REDELIVERY_SPEED,
      onBatchFailed: (failure) => log({ type: "batch-failed", ...failure }),
    }),
  );
  const schedules = parts.add(new Schedules(lambda, minuteMs));
  const [tables, invokeApi] = await Promise.all([
    parts.add(startTables((message) => log({ type: "warning", message: `DynamoDB: ${message}` }))),
    parts.add(startInvokeApi(lambda)),
  ]);
  injectTableFaults(faults, tables);
  const variables = {
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: invokeApi.endpoint,
    [ENV.tickMs]: String(minuteMs),
    [ENV.isLocal]: "true",
    // The SDK warns of this machine's Node, which is not the one that the functions meet on AWS.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  return {
    lambda,
    sqs,
    dynamodbEndpoint: tables.endpoint,
    lambdaEndpoint: invokeApi.endpoint,
    get isIdle() {
      return lambda.isIdle && eventSources.isIdle;
    },
    async deploy(stack) {
      const route = stack.apis[0]?.routes.get("$default");
      if (route && "functionName" in route)
        inspector?.prefer(stack.functions.get(route.functionName)?.displayName ?? "");
      await tables.create(stack.tables.values());
      sqs.create(stack.queues.values());
      await lambda.deploy(stack, variables);
      eventSources.deploy(stack.eventSources);
      schedules.deploy(stack.schedules);
    },
  };
}

function putToDeadLetters(
  sqs: Sqs,
  destinationArn: string,
  invocation: FailedInvocation,
  name: string,
  log: OnLocalEvent,
): void {
  const { error, invokeCount } = invocation;
  const body = JSON.stringify(invocationRecord(invocation));
  const reason = `an event of ${name}, which failed ${invokeCount} times: ${String(error)}`;
  try {
    sqs.sendDeadLetter(destinationArn, { body }, reason);
  } catch (refusal) {
    log({ type: "warning", message: `${name}: an event is lost, not dead-lettered: ${refusal}` });
  }
}
