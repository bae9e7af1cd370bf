import type { ServiceRequest } from "../gateway/gateway.js";
import type { QueueModel } from "../template/resource-type.js";
import { SqsError } from "./errors.js";
import type { Message, SentMessage } from "./message.js";
import { Queue } from "./queue.js";
import { readSendMessage } from "./send-message.js";

export interface SqsOptions {
  /** A message has come to the end of its deliveries, and lies in the dead-letter queue from now on. */
  readonly onDeadLetter: (letter: DeadLetter) => void;
  /** In epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

export interface DeadLetter {
  /** Of the queue in which it lies now. */
  readonly queueName: string;
  readonly messageId: string;
  /** A sentence: where it comes from and why it got there. */
  readonly reason: string;
}

/** All queues of a stack. */
export class Sqs {
  readonly #options: SqsOptions;
  /** By ARN. */
  readonly #queues = new Map<string, Queue>();

  constructor(options: SqsOptions) {
    this.#options = options;
  }

  /**
   * Creates the queues that do not exist yet. Existing ones keep their messages and take
   * over their new settings.
   */
  create(models: Iterable<QueueModel>): void {
    for (const model of models) {
      const existing = this.#queues.get(model.arn);
      if (existing) existing.configure(model);
      else this.#queues.set(model.arn, this.#make(model));
    }
  }

  /** @throws SqsError AWS.SimpleQueueService.NonExistentQueue */
  queue(arn: string): Queue {
    const queue = this.#queues.get(arn);
    if (!queue) {
      throw new SqsError(
        "AWS.SimpleQueueService.NonExistentQueue",
        `The specified queue does not exist: ${arn}`,
      );
    }
    return queue;
  }

  /**
   * Takes a request that API Gateway's integration has made. It is done when this returns, so messages
   * stand in the queue in the order of the calls.
   *
   * @throws SqsError for what SQS answers with HTTP 400
   */
  call({ uri, headers, body }: ServiceRequest): void {
    this.queue(queueArnIn(uri) ?? uri).send(readSendMessage(headers, body));
  }

  /** Puts a message that its owner gave up into a queue. @throws SqsError */
  sendDeadLetter(arn: string, message: SentMessage, reason: string): void {
    const queue = this.queue(arn);
    const { messageId } = queue.send(message);
    this.#options.onDeadLetter({ queueName: queue.model.queueName, messageId, reason });
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  #make(model: QueueModel): Queue {
    const queue: Queue = new Queue(model, {
      now: this.#options.now ?? Date.now,
      onDeadLetter: (message) => this.#redrive(queue.model, message),
    });
    return queue;
  }

  #redrive({ queueName, redrive }: QueueModel, message: Message): void {
    if (!redrive) return;
    const target = this.queue(redrive.deadLetterArn);
    target.takeDeadLetter(message);
    const group = message.groupId === undefined ? "" : `, group ${message.groupId}`;
    this.#options.onDeadLetter({
      queueName: target.model.queueName,
      messageId: message.messageId,
      reason: `from ${queueName}${group}: received ${message.receiveCount} times and never deleted`,
    });
  }
}

/** The queue that an integration's URI names: `arn:aws:apigateway:{region}:sqs:path/{account}/{queue}`. */
export function queueArnIn(uri: string): string | undefined {
  const match = /^arn:([\w-]+):apigateway:([\w-]+):sqs:path\/(\d+)\/([\w-]+(?:\.fifo)?)$/.exec(uri);
  return match ? `arn:${match[1]}:sqs:${match[2]}:${match[3]}:${match[4]}` : undefined;
}
