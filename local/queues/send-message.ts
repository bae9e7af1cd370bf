import { invalidParameter, missingParameter, SqsError } from "./errors.js";
import type { MessageAttribute, MessageAttributes, SentMessage } from "./message.js";

/**
 * Reads a `SendMessage` request in the form that SQS's query protocol has and that a mapping template
 * renders: `Action=SendMessage&MessageBody=…`. Parameters that it does not know are ignored.
 *
 * @throws SqsError MissingAction if the headers do not say that it is a form,
 * InvalidAction, MissingParameter, InvalidParameterValue
 */
export function readSendMessage(headers: Readonly<Record<string, string>>, form: string): SentMessage {
  const contentType = headers["content-type"] ?? "";
  const parameters = new URLSearchParams(
    /^application\/x-www-form-urlencoded\b/.test(contentType) ? form : "",
  );
  const action = parameters.get("Action");
  if (action === null) {
    throw new SqsError("MissingAction", "The request must contain the parameter Action, in a form.");
  }
  if (action !== "SendMessage") {
    throw new SqsError("InvalidAction", `The action ${action} is not valid for this endpoint.`);
  }
  // The local stack has no delays; a queue that ignored this one would be quicker than on AWS.
  const delay = parameters.get("DelaySeconds") ?? "0";
  if (delay !== "0")
    throw invalidParameter("DelaySeconds", delay, "The local stack does not delay messages.");
  const groupId = parameters.get("MessageGroupId") || undefined;
  const deduplicationId = parameters.get("MessageDeduplicationId") || undefined;
  const attributes = readAttributes(parameters);
  const body = parameters.get("MessageBody");
  if (!body) throw missingParameter("MessageBody");
  return {
    body,
    ...(groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplicationId }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}

/**
 * `MessageAttribute.1.Name`, `.Value.DataType` and `.Value.StringValue` or
 * `.Value.BinaryValue`, counted from 1.
 */
function readAttributes(parameters: URLSearchParams): MessageAttributes {
  const attributes: Record<string, MessageAttribute> = {};
  for (let number = 1; ; number += 1) {
    const prefix = `MessageAttribute.${number}`;
    const name = parameters.get(`${prefix}.Name`);
    if (name === null) return attributes;
    const dataType = parameters.get(`${prefix}.Value.DataType`);
    if (!dataType) throw missingParameter(`${prefix}.Value.DataType`);
    const stringValue = parameters.get(`${prefix}.Value.StringValue`);
    const binaryValue = parameters.get(`${prefix}.Value.BinaryValue`);
    if (!stringValue && !binaryValue) {
      throw new SqsError(
        "InvalidParameterValue",
        `Message attribute '${name}' must contain a non-empty message attribute value.`,
      );
    }
    attributes[name] = {
      dataType,
      ...(stringValue && { stringValue }),
      ...(binaryValue && { binaryValue }),
      stringListValues: [],
      binaryListValues: [],
    };
  }
}
