/** What the mapping templates write for SQS, rendered as the local gateway renders them. */
import { describe, expect, it } from "vitest";
import { DISCONNECT_TEMPLATE, MESSAGE_TEMPLATE } from "../../lib/queue-template.js";
import { renderTemplate } from "../../local/gateway/mapping-template.js";

const CONTEXT = {
  routeKey: "say",
  eventType: "MESSAGE",
  extendedRequestId: "PJqCFE93DoEFZaQ=",
  requestTime: "29/Nov/2023:08:04:03 +0000",
  messageDirection: "IN",
  stage: "prod",
  connectedAt: 1701245041467,
  requestTimeEpoch: 1701245043111,
  identity: { sourceIp: "203.0.113.7" },
  requestId: "PJqCFE93DoEFZaQ=",
  messageId: "PJqCFfHyKRcCHlw=",
  domainName: "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
  connectionId: "PJqB3dSkDoECH9w=",
  apiId: "ab12cd34ef",
} as const;

const QUEUED_CONTEXT = {
  connectionId: "PJqB3dSkDoECH9w=",
  requestId: "PJqCFE93DoEFZaQ=",
  apiId: "ab12cd34ef",
  stage: "prod",
  domainName: "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
  connectedAt: 1701245041467,
  requestTimeEpoch: 1701245043111,
};

describe("a message", () => {
  it("is sent to the group of its connection, as the event that Lambda would get, its body in base64", () => {
    const { MessageBody, ...fields } = sent(MESSAGE_TEMPLATE, '42["say","hi"]');
    expect(fields).toEqual({
      Action: "SendMessage",
      MessageGroupId: "PJqB3dSkDoECH9w=",
      MessageDeduplicationId: "PJqCFE93DoEFZaQ=",
    });
    expect(JSON.parse(MessageBody)).toEqual({
      isBase64Encoded: true,
      body: Buffer.from('42["say","hi"]').toString("base64"),
      requestContext: { eventType: "MESSAGE", messageId: "PJqCFfHyKRcCHlw=", ...QUEUED_CONTEXT },
    });
  });

  it.each([
    ["nothing", ""],
    ["what means something in a form, in JSON and in XML", '&Action=DeleteQueue&x="\\</a>%22+%2B'],
    ["what means something in Velocity", "$context.stage #set($x = 1) #if(true)1#end $!input.body ##"],
    ["control characters and a zero", "42[\u0000\u0001\u001f\r\n\t]"],
    ["other scripts and an emoji", "42안녕 👋 ñ"],
  ])("may hold %s", (_, body) => {
    const { MessageBody, ...fields } = sent(MESSAGE_TEMPLATE, body);
    expect(fields.Action).toBe("SendMessage");
    expect(Buffer.from(JSON.parse(MessageBody).body, "base64").toString()).toBe(body);
  });

  it.each([
    ["a pong", "3"],
    ["an ack", '431["yes"]'],
    ["an ack in a namespace", '43/admin,12["yes"]'],
    ["a plain client's ack", '{"ack":5,"data":["yes"]}'],
  ])("that is %s goes to the group of the connection's answers, which overtakes the other", (_, body) => {
    expect(sent(MESSAGE_TEMPLATE, body).MessageGroupId).toBe("PJqB3dSkDoECH9w=~");
  });

  it.each([
    ["an event", '42["43"]'],
    ["a CONNECT", "40"],
    ["a DISCONNECT", "41"],
    ["an ack with binary, whose parts look like an event's", '461-1[{"_placeholder":true,"num":0}]'],
    ["binary", "bAQID"],
    ["a plain client's event", '{"action":"say","ack":5}'],
    ["a plain client's ack that begins with something else", '{"data":["yes"],"ack":5}'],
    ["no packet", "3probe"],
  ])("that is %s waits for its turn", (_, body) => {
    expect(sent(MESSAGE_TEMPLATE, body).MessageGroupId).toBe("PJqB3dSkDoECH9w=");
  });
});

describe("$disconnect", () => {
  it("is sent to the group of its connection, behind its messages", () => {
    const { MessageBody, ...fields } = sent(DISCONNECT_TEMPLATE, "");
    expect(fields).toEqual({
      Action: "SendMessage",
      MessageGroupId: "PJqB3dSkDoECH9w=",
      MessageDeduplicationId: "PJqCFE93DoEFZaQ=",
    });
    expect(JSON.parse(MessageBody)).toEqual({
      requestContext: { eventType: "DISCONNECT", ...QUEUED_CONTEXT },
    });
  });
});

/** The form's fields, as SQS reads them. */
function sent(template: string, body: string) {
  const form = renderTemplate(template, { body, context: CONTEXT, stageVariables: {} });
  const { MessageBody = "", ...fields } = Object.fromEntries(new URLSearchParams(form));
  return { ...fields, MessageBody } as Record<string, string> & { MessageBody: string };
}
