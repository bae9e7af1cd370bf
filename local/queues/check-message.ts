import type { QueueModel } from "../template/resource-type.js";
import { invalidParameter, missingParameter, SqsError } from "./errors.js";
import type { SentMessage } from "./message.js";

/** Letters, digits and punctuation of ASCII, 1 to 128 (aws-facts §5). */
const ID = /^[\x21-\x7e]{1,128}$/;

/** XML's characters, which leave out most control characters and lone surrogates. */
const BODY = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

/**
 * Refuses what SQS refuses of a message (aws-facts §5). Characters outside of XML's: AWS's
 * pages disagree on whether SQS refuses them or stores U+FFFD in their place; here they are
 * refused, so that nobody loses text without a word.
 *
 * @throws SqsError MissingParameter, InvalidParameterValue or InvalidMessageContents
 */
export function checkMessage(message: SentMessage, queue: QueueModel): void {
  const { body, groupId, deduplicationId } = message;
  if (body === "") throw missingParameter("MessageBody");
  const bytes = sizeOf(message);
  if (bytes > queue.maximumMessageBytes) {
    throw new SqsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.maximumMessageBytes} bytes.`,
    );
  }
  if (!BODY.test(body)) {
    throw new SqsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | " +
        "#x10000 to #x10FFFF.",
    );
  }
  if (queue.isFifo && groupId === undefined) throw missingParameter("MessageGroupId");
  checkId("MessageGroupId", groupId);
  if (!queue.isFifo && deduplicationId !== undefined) {
    const reason = "The request includes a parameter that is not valid for this queue type.";
    throw invalidParameter("MessageDeduplicationId", deduplicationId, reason);
  }
  checkId("MessageDeduplicationId", deduplicationId);
  if (queue.isFifo && deduplicationId === undefined && !queue.deduplicatesByContent) {
    throw new SqsError(
      "InvalidParameterValue",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

function checkId(parameter: string, id: string | undefined): void {
  if (id === undefined || ID.test(id)) return;
  const reason = `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  throw invalidParameter(parameter, id, reason);
}

/** The body, and of each attribute its name, its type and its value. */
function sizeOf({ body, attributes = {} }: SentMessage): number {
  const parts = Object.entries(attributes).flatMap(([name, attribute]) => [
    name,
    attribute.dataType,
    attribute.stringValue ?? attribute.binaryValue ?? "",
  ]);
  return [body, ...parts].reduce((bytes, part) => bytes + Buffer.byteLength(part), 0);
}
