import { describe, expect, it } from "vitest";
import type { AwsIntegration, CallService, Route, ServiceRequest } from "../../local/gateway/gateway.js";
import { type HarnessOptions, Log, ok, startHarness } from "./harness.js";

const URI = "arn:aws:apigateway:eu-west-1:sqs:path/111122223333/Events.fifo";
const TEMPLATE = [
  "Action=SendMessage&MessageGroupId=$util.urlEncode($context.connectionId)",
  `#if($input.body.startsWith("43") || $input.body == "3")%7E#end`,
  "&MessageDeduplicationId=$util.urlEncode($context.requestId)",
  "&MessageBody=%7B%22type%22%3A%22$context.eventType%22%2C%22body%22%3A%22",
  "$util.urlEncode($util.base64Encode($input.body))%22%7D",
].join("");

function integration(changes: Partial<AwsIntegration> = {}): AwsIntegration {
  return {
    uri: URI,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    templateSelectionExpression: "\\$default",
    requestTemplates: { $default: TEMPLATE },
    passthroughBehavior: "NEVER",
    ...changes,
  };
}

/** A gateway whose messages and `$disconnect` go to a service, and `$connect` to a function. */
async function start(
  changes: Partial<AwsIntegration> = {},
  answer: CallService = () => {},
  options: HarnessOptions = {},
) {
  const requests = new Log<ServiceRequest & { form: URLSearchParams }>();
  const route = (routeKey: string) => ({ routeKey, integration: integration(changes) });
  const connect = {
    routeKey: "$connect",
    functionName: "$connect",
    integrationTimeoutMs: 1000,
    returnsResponse: false,
  };
  const harness = await startHarness({
    handlers: { $connect: ok },
    ...options,
    api: {
      routes: new Map<string, Route>([
        ["$connect", connect],
        ["$default", route("$default")],
        ["$disconnect", route("$disconnect")],
      ]),
    },
    callService(request) {
      requests.add({ ...request, form: new URLSearchParams(request.body) });
      return answer(request);
    },
  });
  return { ...harness, requests };
}

/** What the template put into the message's body. */
function bodyOf({ form }: { form: URLSearchParams }): { type: string; body: string } {
  const { type, body } = JSON.parse(form.get("MessageBody") ?? "");
  return { type, body: Buffer.from(body, "base64").toString() };
}

describe("a route into an AWS service", () => {
  it("makes a request of a message by its mapping template", async () => {
    const { connect, requests, invoked } = await start();
    const client = await connect();
    client.socket.send('42["say","방 &=+"]');
    const request = await requests.at(0);
    expect(request).toMatchObject({
      uri: URI,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(request.form.get("Action")).toBe("SendMessage");
    expect(request.form.get("MessageGroupId")).toBe(client.id);
    expect(request.form.get("MessageDeduplicationId")).toMatch(/^[A-Za-z0-9_-]{15}=$/);
    expect(bodyOf(request)).toEqual({ type: "MESSAGE", body: '42["say","방 &=+"]' });
    expect(invoked.all.map(({ functionName }) => functionName)).toEqual(["$connect"]);
  });

  it("looks at the message in the template's conditions", async () => {
    const { connect, requests } = await start();
    const client = await connect();
    for (const text of ["43", "3", "42"]) client.socket.send(text);
    await requests.at(2);
    expect(requests.all.map(({ form }) => form.get("MessageGroupId"))).toEqual([
      `${client.id}~`,
      `${client.id}~`,
      client.id,
    ]);
  });

  it("hands over the messages of a connection in their order, however long the service takes", async () => {
    const { connect, requests } = await start({}, () => new Promise(() => {}));
    const client = await connect();
    const texts = Array.from({ length: 50 }, (_, index) => String(index));
    for (const text of texts) client.socket.send(text);
    await requests.at(49);
    expect(requests.all.map((request) => bodyOf(request).body)).toEqual(texts);
  });

  it("takes an empty message and a $disconnect with an empty body", async () => {
    const { connect, requests } = await start();
    const client = await connect();
    client.socket.send("");
    expect(bodyOf(await requests.at(0))).toEqual({ type: "MESSAGE", body: "" });
    client.socket.close();
    expect(bodyOf(await requests.at(1))).toEqual({ type: "DISCONNECT", body: "" });
  });

  it("sends the client nothing of a success", async () => {
    const { connect, call, requests } = await start();
    const client = await connect();
    client.socket.send("hi");
    await requests.at(0);
    await call("POST", client.id, { body: "after" });
    expect(await client.received.at(0)).toBe("after");
  });

  const refused = Object.assign(new Error("The request must contain the parameter MessageBody."), {
    name: "MissingParameter",
  });

  it.each([
    [
      "throws",
      () => {
        throw refused;
      },
    ],
    ["rejects", () => Promise.reject(refused)],
  ])(
    "sends the error frame, byte for byte, when the service %s, and the connection lives",
    async (_what, answer) => {
      const { connect, events, requests } = await start({}, answer);
      const client = await connect();
      client.socket.send("hi");
      const frame = await client.received.at(0);
      const requestId = (await requests.at(0)).form.get("MessageDeduplicationId");
      expect(frame).toBe(
        `{"message": "Internal server error", "connectionId":"${client.id}", "requestId":"${requestId}"}`,
      );
      expect(events.all.at(-1)).toEqual({
        type: "error",
        connectionId: client.id,
        routeKey: "$default",
        error: refused,
      });
      client.socket.send("again");
      await client.received.at(1);
    },
  );

  it.each([
    [
      "a template that cannot be rendered",
      { requestTemplates: { $default: "#if(" } },
      "MappingTemplateError",
    ],
    ["no template for the key", { requestTemplates: { other: "x" } }, "NoMappingTemplateError"],
    ["no selection expression", { templateSelectionExpression: undefined }, "NoMappingTemplateError"],
    [
      "templates, none of them for the key, and WHEN_NO_TEMPLATES",
      { requestTemplates: { other: "x" }, passthroughBehavior: "WHEN_NO_TEMPLATES" as const },
      "NoMappingTemplateError",
    ],
  ])("sends the error frame with %s", async (_what, changes, name) => {
    const { connect, events, requests } = await start(changes as Partial<AwsIntegration>);
    const client = await connect();
    client.socket.send("hi");
    expect(await client.received.at(0)).toContain("Internal server error");
    expect(events.all.at(-1)).toMatchObject({ type: "error", error: { name } });
    expect(requests.all).toEqual([]);
  });

  it("passes a message through as it is where no template matches and it may", async () => {
    const { connect, requests } = await start({ requestTemplates: {}, passthroughBehavior: "WHEN_NO_MATCH" });
    const client = await connect();
    client.socket.send("as it is");
    expect((await requests.at(0)).body).toBe("as it is");
  });

  it("chooses the template by a key of the message", async () => {
    const { connect, requests } = await start({
      templateSelectionExpression: "$request.body.kind",
      requestTemplates: { a: "A", b: "B" },
    });
    const client = await connect();
    client.socket.send('{"kind":"b"}');
    expect((await requests.at(0)).body).toBe("B");
  });

  it("sends the error frame where the gateway knows no services", async () => {
    const { connect, events } = await startHarness({
      api: { routes: new Map([["$default", { routeKey: "$default", integration: integration() }]]) },
    });
    const client = await connect();
    client.socket.send("hi");
    await client.received.at(0);
    expect(events.all.at(-1)).toMatchObject({ error: { name: "NoServiceError" } });
  });
});
