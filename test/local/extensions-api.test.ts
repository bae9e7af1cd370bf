/** Lambda's Extensions API as an extension meets it, over HTTP. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ExtensionsApi } from "../../local/lambda/extensions-api.js";

let api: ExtensionsApi;
/** How many extensions have not asked for the next event, each time that changed. */
let changes: number[];
beforeEach(async () => {
  changes = [];
  api = await ExtensionsApi.start({
    functionName: "app",
    handler: "index.handler",
    onChange: (busy) => void changes.push(busy),
  });
});
afterEach(() => api.close());

function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://${api.address}/2020-01-01/extension/${path}`, init);
}

function register(name: string, body: unknown = { events: ["INVOKE"] }): Promise<Response> {
  const headers = { "Lambda-Extension-Name": name };
  return call("register", { method: "POST", headers, body: JSON.stringify(body) });
}

function next(identifier: string): Promise<Response> {
  return call("event/next", { headers: { "Lambda-Extension-Identifier": identifier } });
}

async function registered(name: string, events?: readonly string[]): Promise<string> {
  const { headers } = await register(name, events && { events });
  return headers.get("lambda-extension-identifier") ?? "";
}

const INVOCATION = { requestId: "r1", deadlineMs: 1_764_000_000_000, invokedFunctionArn: "arn:app" };

describe("register", () => {
  it("gives an identifier, and says which function it is", async () => {
    const answer = await register("one");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("lambda-extension-identifier")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json()).toEqual({
      functionName: "app",
      functionVersion: "$LATEST",
      handler: "index.handler",
    });
    expect(changes).toEqual([1]);
  });

  it.each([
    ["no name", "", {}, "Extension.InvalidExtensionName"],
    [
      "SHUTDOWN, which internal extensions do not get",
      "one",
      { events: ["INVOKE", "SHUTDOWN"] },
      "Extension.InvalidEventType",
    ],
    ["an event that does not exist", "one", { events: ["WAKE"] }, "Extension.InvalidEventType"],
    ["events that are no list", "one", { events: "INVOKE" }, "InvalidRequestFormat"],
    ["a body that is no object", "one", null, "InvalidRequestFormat"],
  ])("refuses %s", async (_what, name, body, errorType) => {
    await expectRefusal(register(name, body), errorType);
    expect(changes).toEqual([]);
  });

  it("refuses a name that is taken, and an eleventh extension", async () => {
    for (let n = 1; n <= 10; n++) expect((await register(`extension ${n}`)).status).toBe(200);
    await expectRefusal(register("extension 1"), "Extension.InvalidExtensionState");
    await expectRefusal(register("extension 11"), "Extension.TooManyExtensions");
  });

  it("refuses everybody once the runtime has asked for its first event", async () => {
    api.closeRegistration();
    await expectRefusal(register("one"), "Extension.RegistrationClosed");
  });
});

describe("event/next", () => {
  it("waits for an invocation, and tells of it", async () => {
    const identifier = await registered("one");
    const event = next(identifier);
    await vi.waitFor(() => expect(changes.at(-1)).toBe(0));
    api.invoke(INVOCATION);
    expect(changes.at(-1)).toBe(1);
    const answer = await event;
    expect(answer.headers.get("lambda-extension-event-identifier")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json()).toEqual({ eventType: "INVOKE", ...INVOCATION });
  });

  it("tells nothing to who has not asked for invocations, and waits for nothing of it", async () => {
    const [one, other] = [await registered("one"), await registered("other", [])];
    const event = next(one);
    const silence = next(other).catch(() => "the API has closed");
    await vi.waitFor(() => expect(changes.at(-1)).toBe(0));
    api.invoke(INVOCATION);
    expect((await event).status).toBe(200);
    expect(changes.at(-1)).toBe(1);
    await api.close();
    expect(await silence).toBe("the API has closed");
  });

  it.each([
    ["no identifier", "", "Extension.MissingExtensionIdentifier"],
    ["one that is no UUID", "one", "Extension.InvalidExtensionIdentifier"],
    ["one that was never given", randomUUID(), "Extension.UnknownExtensionIdentifier"],
  ])("refuses %s", async (_what, identifier, errorType) => {
    await expectRefusal(next(identifier), errorType);
  });

  it("refuses a second call while the first waits", async () => {
    const identifier = await registered("one");
    const first = next(identifier);
    await vi.waitFor(() => expect(changes.at(-1)).toBe(0));
    await expectRefusal(next(identifier), "Extension.InvalidExtensionState");
    api.invoke(INVOCATION);
    expect((await first).status).toBe(200);
  });
});

it("any other call is not found", async () => {
  expect((await call("exit/error", { method: "POST" })).status).toBe(404);
  expect((await call("register")).status).toBe(404);
});

async function expectRefusal(answer: Promise<Response>, errorType: string): Promise<void> {
  const { status, ...response } = await answer.then(async (got) => ({
    status: got.status,
    body: await got.json(),
  }));
  expect([status, response.body]).toEqual([403, { errorType, errorMessage: expect.any(String) }]);
}
