import { ArnFormat, Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { type IWebSocketApi, PassthroughBehavior } from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketAwsIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import { DeduplicationScope, FifoThroughputLimit, Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { deadLetterAlarm } from "./dead-letter-alarm.js";
import { DISCONNECT_TEMPLATE, MESSAGE_TEMPLATE } from "./queue-template.js";

export interface EventQueueProps {
  /** The API whose messages go through the queue. */
  readonly api: IWebSocketApi;
  /** The app function, or its alias. */
  readonly consumer: IFunction;
  /** Of the app function. */
  readonly timeout: Duration;
  /** What becomes of the queues, and of what lies in them, when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * An event that has killed its environment so many times goes to the dead letters; until
 * then its client's next ones wait.
 */
const MAX_RECEIVE_COUNT = 3;

/**
 * Ordered mode: an SQS FIFO queue between the API and the app. Its group is the connection,
 * so the app gets the messages and the `$disconnect` of one client one after another, and
 * those of different clients side by side.
 *
 * At least once: an event whose environment dies comes again after `6 × timeout`. After three times
 * it lies in `deadLetters` for two weeks, where `deadLetterAlarm` sees it (add an action to be
 * told), and the client's next event goes on.
 */
export class EventQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly deadLetterAlarm: Alarm;
  /** For the routes that lead messages to the app. */
  readonly messages: WebSocketAwsIntegration;
  /** For `$disconnect`. */
  readonly disconnects: WebSocketAwsIntegration;

  constructor(scope: Construct, id: string, { api, consumer, timeout, removalPolicy }: EventQueueProps) {
    super(scope, id);
    const fifo = {
      fifo: true,
      // Both together are high throughput. Without it the whole queue takes 300 calls a second.
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      enforceSSL: true,
      removalPolicy,
    };
    this.deadLetters = new Queue(this, "DeadLetters", { ...fifo, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, "Queue", {
      ...fifo,
      // What AWS asks for, so that Lambda has time to try again while it throttles
      // (docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.deadLetterAlarm = deadLetterAlarm(
      this,
      this.deadLetters,
      "A client's event was given up: see docs/decisions/ordered-mode.md, and the messages in the queue.",
    );
    this.#feed(consumer);

    const sender = new Role(this, "Sender", { assumedBy: apiGatewayFor(api) });
    this.queue.grant(sender, "sqs:SendMessage");
    this.messages = this.#integration("Messages", MESSAGE_TEMPLATE, sender);
    this.disconnects = this.#integration("Disconnects", DISCONNECT_TEMPLATE, sender);
  }

  /**
   * One event an invocation: in a batch, one client's event would wait for the slowest of all others in it.
   */
  #feed(consumer: IFunction): void {
    // Less than CDK's grantConsumeMessages: exactly what Lambda asks of a function's role
    // for its own polling.
    this.queue.grant(consumer, "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage");
    new EventSourceMapping(this, "ToApp", {
      target: consumer,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
    });
  }

  #integration(id: string, template: string, credentialsRole: Role): WebSocketAwsIntegration {
    const stack = Stack.of(this);
    return new WebSocketAwsIntegration(id, {
      // The form that API Gateway wants: arn:…:apigateway:{region}:sqs:path/{account}/{queue}
      integrationUri: stack.formatArn({
        service: "apigateway",
        account: "sqs",
        resource: `path/${stack.account}`,
        resourceName: this.queue.queueName,
      }),
      integrationMethod: "POST",
      credentialsRole,
      // The inner quotes make it a value and not the name of one.
      requestParameters: {
        "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
      },
      templateSelectionExpression: "\\$default",
      requestTemplates: { $default: template },
      passthroughBehavior: PassthroughBehavior.NEVER,
    });
  }
}

/**
 * API Gateway, on behalf of this API and no other. `…IfExists`, because API Gateway was seen to name no
 * source when it assumes the role of an integration: a condition that asks for one makes every message fail
 * (github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/479).
 * Where it names one, it has to be ours.
 */
function apiGatewayFor(api: IWebSocketApi): ServicePrincipal {
  const stack = Stack.of(api);
  const sourceArn = stack.formatArn({
    service: "execute-api",
    resource: api.apiId,
    resourceName: "*",
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return new ServicePrincipal("apigateway.amazonaws.com", {
    conditions: {
      StringEqualsIfExists: { "aws:SourceAccount": stack.account },
      ArnLikeIfExists: { "aws:SourceArn": sourceArn },
    },
  });
}
