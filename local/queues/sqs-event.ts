import type { QueueModel } from "../template/resource-type.js";
import { type MessageAttributes, md5, type ReceivedMessage } from "./message.js";

/** The event that Lambda makes of a batch (LAM/with-sqs). */
export interface SqsEvent {
  Records: SqsRecord[];
}

export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  /** All values are texts, also the numbers. What does not apply to the queue's type is absent. */
  attributes: {
    ApproximateReceiveCount: string;
    SentTimestamp: string;
    SequenceNumber?: string;
    MessageGroupId?: string;
    SenderId: string;
    MessageDeduplicationId?: string;
    ApproximateFirstReceiveTimestamp: string;
  };
  messageAttributes: MessageAttributes;
  md5OfBody: string;
  eventSource: "aws:sqs";
  eventSourceARN: string;
  awsRegion: string;
}

/** On AWS the id of the role that sent it. */
const SENDER_ID = "AROALOCALLOCALLOCAL00:local";

export function sqsEvent(queue: QueueModel, batch: readonly ReceivedMessage[]): SqsEvent {
  return { Records: batch.map((message) => sqsRecord(queue, message)) };
}

function sqsRecord({ arn }: QueueModel, message: ReceivedMessage): SqsRecord {
  const { sequenceNumber, groupId, deduplicationId } = message;
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentMs),
      ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
      ...(groupId !== undefined && { MessageGroupId: groupId }),
      SenderId: SENDER_ID,
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    },
    messageAttributes: message.attributes ?? {},
    md5OfBody: md5(message.body),
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: arn.split(":")[3] ?? "",
  };
}
