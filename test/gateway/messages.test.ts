import { describe, expect, it } from "vitest";
import { apiOf, type Handler, ok, startHarness } from "./harness.js";

describe("messages", () => {
  it("are handed over in order of arrival without waiting for each other", async () => {
    const finish: (() => void)[] = [];
    const $default: Handler = ({ body }) =>
      new Promise((resolve) => finish.push(() => resolve({ statusCode: 200, body: `done ${body}` })));
    const { connect, invoked } = await startHarness({ handlers: { $default }, responding: ["$default"] });
    const client = await connect();
    for (let i = 0; i < 20; i++) client.socket.send(String(i));
    await invoked.at(19);
    expect(invoked.all.map(({ event }) => event.body)).toEqual(
      Array.from({ length: 20 }, (_, i) => String(i)),
    );

    for (const done of finish.reverse()) done();
    expect(await client.received.at(0)).toBe("done 19");
    expect(await client.received.at(19)).toBe("done 0");
  });

  it("go to the route that they select, and report it with their size in bytes", async () => {
    const { connect, invoked, events } = await startHarness({ handlers: { say: ok, $default: ok } });
    const client = await connect();
    client.socket.send('{"action":"say","data":"방"}');
    expect((await invoked.at(0)).functionName).toBe("say");
    expect(events.all.at(-1)).toEqual({
      type: "message",
      connectionId: client.id,
      routeKey: "say",
      text: '{"action":"say","data":"방"}',
      bytes: 29,
    });
  });

  it("without a route get the Forbidden frame, byte for byte, and the connection lives", async () => {
    const { connect } = await startHarness({ handlers: { say: ok } });
    const client = await connect();
    client.socket.send("{}");
    const frame = await client.received.at(0);
    const { requestId } = JSON.parse(frame);
    expect(frame).toBe(`{"message": "Forbidden", "connectionId":"${client.id}", "requestId":"${requestId}"}`);
    expect(requestId).toMatch(/^[A-Za-z0-9_-]{15}=$/);
    client.socket.send("{}");
    await client.received.at(1);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("boom"))],
    ["returns nothing", () => undefined],
    ["returns an extra key", () => ({ statusCode: 200, Data: "x" })],
    ["returns a body that is no string", () => ({ statusCode: 200, body: { a: 1 } })],
  ])("to a one-way function that %s get the error frame, byte for byte", async (_what, $default) => {
    const { connect, invoked, events } = await startHarness({ handlers: { $default } });
    const client = await connect();
    client.socket.send("hi");
    const frame = await client.received.at(0);
    const { requestId } = (await invoked.at(0)).event.requestContext;
    expect(frame).toBe(
      `{"message": "Internal server error", "connectionId":"${client.id}", "requestId":"${requestId}"}`,
    );
    expect(events.all.at(-1)).toMatchObject({
      type: "error",
      routeKey: "$default",
      error: expect.any(Error),
    });
  });

  it("get the error frame after the integration timeout", async () => {
    const { connect, events } = await startHarness({
      handlers: { $default: () => new Promise(() => {}) },
      integrationTimeoutMs: 20,
    });
    const client = await connect();
    client.socket.send("hi");
    expect(await client.received.at(0)).toContain("Internal server error");
    expect(events.all.at(-1)).toMatchObject({
      error: { name: "IntegrationTimeoutError", functionName: "$default" },
    });
  });

  it("get nothing from a one-way route, whatever its status and body", async () => {
    const { connect, call, invoked } = await startHarness({
      handlers: { $default: () => ({ statusCode: 500, body: "no" }) },
    });
    const client = await connect();
    client.socket.send("hi");
    client.socket.send("hi");
    await invoked.at(1);
    await call("POST", client.id, { body: "after" });
    expect(await client.received.at(0)).toBe("after");
  });

  it.each([
    ["the body", { statusCode: 200, body: "yes" }, "yes"],
    ["the body also with an error status", { statusCode: 500, body: "no" }, "no"],
    ["an empty message without a body", { statusCode: 200 }, ""],
    ["an empty message for an empty body", { statusCode: 200, body: "" }, ""],
  ])("to a route with a response get %s", async (_what, answer, expected) => {
    const { connect } = await startHarness({
      handlers: { $default: () => answer },
      responding: ["$default"],
    });
    const client = await connect();
    client.socket.send("hi");
    expect(await client.received.at(0)).toBe(expected);
  });

  it("follow new routes after an update, which open connections survive", async () => {
    const { gateway, connect, invoked } = await startHarness({ handlers: { $default: ok } });
    const client = await connect();
    gateway.update(apiOf({ handlers: { $default: ok, say: ok } }));
    client.socket.send('{"action":"say"}');
    expect((await invoked.at(0)).functionName).toBe("say");
    expect(gateway.connectionIds()).toEqual([client.id]);
    expect(() => gateway.update(apiOf({ api: { stage: "dev" } }))).toThrow("Restart it");
  });
});
