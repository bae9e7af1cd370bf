import { describe, expect, it } from "vitest";
import { type DeadLetter, Sqs } from "../../../local/queues/sqs.js";
import { fifo, standard } from "./models.js";

const URI = "arn:aws:apigateway:eu-west-1:sqs:path/111122223333/Events.fifo";
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const BODY = "Action=SendMessage&MessageGroupId=a%3D&MessageDeduplicationId=d&MessageBody=%7B%22a+b%22%7D";

function makeSqs() {
  let nowMs = 0;
  const letters: DeadLetter[] = [];
  const sqs = new Sqs({ onDeadLetter: (letter) => letters.push(letter), now: () => nowMs });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { sqs, letters, pass };
}

describe("a SendMessage request", () => {
  it("is read from the form that a mapping template makes", () => {
    const { sqs } = makeSqs();
    sqs.create([fifo()]);
    sqs.call({ uri: URI, headers: FORM, body: BODY });
    expect(sqs.queue(fifo().arn).receive()).toMatchObject([
      { body: '{"a b"}', groupId: "a=", deduplicationId: "d" },
    ]);
  });

  it("may carry message attributes", () => {
    const { sqs } = makeSqs();
    sqs.create([fifo()]);
    const attribute = "MessageAttribute.1";
    const body = `${BODY}&${attribute}.Name=stage&${attribute}.Value.DataType=String&${attribute}.Value.StringValue=prod`;
    sqs.call({ uri: URI, headers: FORM, body });
    expect(sqs.queue(fifo().arn).receive()[0]?.attributes).toEqual({
      stage: { dataType: "String", stringValue: "prod", stringListValues: [], binaryListValues: [] },
    });
  });

  it.each([
    ["no content type", {}, BODY, "MissingAction"],
    ["JSON", { "content-type": "application/json" }, BODY, "MissingAction"],
    ["no action", FORM, BODY.replace("Action=SendMessage&", ""), "MissingAction"],
    ["another action", FORM, BODY.replace("SendMessage", "DeleteQueue"), "InvalidAction"],
    ["no body", FORM, BODY.replace(/&MessageBody=.*/, ""), "MissingParameter"],
    ["an empty body", FORM, BODY.replace(/&MessageBody=.*/, "&MessageBody="), "MissingParameter"],
    ["no group", FORM, BODY.replace("MessageGroupId=a%3D&", ""), "MissingParameter"],
    ["a delay", FORM, `${BODY}&DelaySeconds=5`, "InvalidParameterValue"],
    ["an attribute without a type", FORM, `${BODY}&MessageAttribute.1.Name=x`, "MissingParameter"],
  ])("with %s is refused", (_what, headers, body, name) => {
    const { sqs } = makeSqs();
    sqs.create([fifo()]);
    expect(() => sqs.call({ uri: URI, headers, body })).toThrow(
      expect.objectContaining({ name, status: 400 }),
    );
  });

  it("to a queue that does not exist is refused", () => {
    const { sqs } = makeSqs();
    expect(() => sqs.call({ uri: URI, headers: FORM, body: BODY })).toThrow("does not exist");
  });
});

describe("the queues of a stack", () => {
  it("keep their messages when they are created again, and take over new settings", () => {
    const { sqs, pass } = makeSqs();
    sqs.create([fifo()]);
    sqs.call({ uri: URI, headers: FORM, body: BODY });
    sqs.create([fifo({ visibilityTimeoutMs: 5000 })]);
    expect(sqs.queue(fifo().arn).receive()).toHaveLength(1);
    pass(5000);
    expect(sqs.queue(fifo().arn).receive()).toHaveLength(1);
  });

  it("move a message to the dead-letter queue with its id and its group, and say why", () => {
    const dead = fifo({ arn: "dead", queueName: "Dead.fifo" });
    const { sqs, letters, pass } = makeSqs();
    sqs.create([
      dead,
      fifo({ visibilityTimeoutMs: 1000, redrive: { deadLetterArn: "dead", maxReceiveCount: 1 } }),
    ]);
    sqs.call({ uri: URI, headers: FORM, body: BODY });
    const queue = sqs.queue(fifo().arn);
    const [message] = queue.receive();
    pass(1000);
    expect(queue.receive()).toEqual([]);
    expect(letters).toEqual([
      {
        queueName: "Dead.fifo",
        messageId: message?.messageId,
        reason: "from Events.fifo, group a=: received 1 times and never deleted",
      },
    ]);
    expect(sqs.queue("dead").receive()).toMatchObject([
      { messageId: message?.messageId, groupId: "a=", body: message?.body, receiveCount: 1 },
    ]);
  });

  it("take what somebody else gives up", () => {
    const { sqs, letters } = makeSqs();
    sqs.create([standard()]);
    sqs.sendDeadLetter(standard().arn, { body: "record" }, "an event failed");
    expect(letters).toMatchObject([{ queueName: "Events", reason: "an event failed" }]);
    expect(sqs.queue(standard().arn).receive()).toMatchObject([{ body: "record" }]);
  });
});
