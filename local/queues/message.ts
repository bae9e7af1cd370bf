import { createHash } from "node:crypto";

/** What a sender gives. */
export interface SentMessage {
  readonly body: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly attributes?: MessageAttributes;
}

/** As Lambda shows them, empty lists included. */
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface MessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly stringListValues: readonly [];
  readonly binaryListValues: readonly [];
}

/** A message in a queue. It keeps its id when it moves to a dead-letter queue. */
export interface Message extends SentMessage {
  readonly messageId: string;
  readonly sentMs: number;
  /** Only in FIFO queues: 20 digits that grow. */
  readonly sequenceNumber?: string;
  /** How often it has been received, from this queue. */
  readonly receiveCount: number;
  readonly firstReceivedMs: number | undefined;
}

/** A message that somebody has received and not deleted: nobody else sees it until `visibleAtMs`. */
export interface ReceivedMessage extends Message {
  readonly firstReceivedMs: number;
  /** For `delete`, and only for this receipt. */
  readonly receiptHandle: string;
  readonly visibleAtMs: number;
}

export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
