/**
 * What API Gateway writes into the queue: mapping templates (Velocity) that make of an event the
 * form body of SQS's `SendMessage`. The message is JSON with the shape of the event that Lambda
 * would have got, as far as the app reads it.
 *
 * Only variables of AWS's reference are used (docs.aws.amazon.com/apigateway/latest/developerguide/
 * apigateway-websocket-api-mapping-template-reference.html), and nothing of a client gets in unencoded.
 */
import { QUEUE } from "../runtime/contract.js";

/**
 * A client's frame, as base64: an Engine.IO packet is no JSON, SQS refuses an empty body and control
 * characters (`aws-facts.md` §5), and base64 never holds a character that has a meaning in JSON.
 */
export const MESSAGE_TEMPLATE = [
  `#set($body = "$input.body")`, // a text for certain, so that it has a text's methods
  sendMessage(
    `${encoded("$context.connectionId")}#if(${isAnswer("$body")})${literal(QUEUE.answersSuffix)}#end`,
    object({
      isBase64Encoded: literal("true"),
      body: text(encoded("$util.base64Encode($input.body)")),
      requestContext: context("MESSAGE", ["messageId", ...QUEUE.contextTexts]),
    }),
  ),
].join("");

/** `$context` has neither the code nor the reason of the close. */
export const DISCONNECT_TEMPLATE = sendMessage(
  encoded("$context.connectionId"),
  object({ requestContext: context("DISCONNECT", QUEUE.contextTexts) }),
);

/**
 * An answer to the server: a pong, an ack (type 3 of Socket.IO behind type 4 of Engine.IO), or a plain
 * client's `{"ack":…}`. It must not wait for its turn behind the handler that waits for it.
 */
function isAnswer(variable: string): string {
  const starts = [`"43"`, `'{"ack"'`].map((start) => `${variable}.startsWith(${start})`);
  return [`${variable} == "3"`, ...starts].join(" || ");
}

/**
 * The deduplication id differs for each message of a client, also for equal ones; the same
 * one comes twice if it is sent twice.
 */
function sendMessage(group: string, body: string): string {
  return Object.entries({
    Action: "SendMessage",
    MessageGroupId: group,
    MessageDeduplicationId: encoded("$context.requestId"),
    MessageBody: body,
  })
    .map((field) => field.join("="))
    .join("&");
}

function context(eventType: string, texts: readonly string[]): string {
  return object({
    eventType: text(eventType),
    ...fields(texts, (variable) => text(encoded(variable))),
    ...fields(QUEUE.contextNumbers, (variable) => variable), // digits need no encoding
  });
}

function fields(names: readonly string[], value: (variable: string) => string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, value(`$context.${name}`)]));
}

/** JSON, encoded for a form, of values that are so already. */
function object(values: Readonly<Record<string, string>>): string {
  const members = Object.entries(values).map(([name, value]) => literal(`"${name}":`) + value);
  return literal("{") + members.join(literal(",")) + literal("}");
}

function text(value: string): string {
  return literal('"') + value + literal('"');
}

function encoded(expression: string): string {
  return `$util.urlEncode(${expression})`;
}

function literal(json: string): string {
  return encodeURIComponent(json);
}
