import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { ok, startHarness } from "./harness.js";

const handlers = { $connect: ok, $disconnect: ok };

describe("$disconnect", () => {
  it.each([
    ["no code", { code: undefined, reason: undefined }, 1005, "Client-side close frame status not set"],
    ["a code", { code: 1000, reason: undefined }, 1000, ""],
    ["a code and a reason", { code: 4001, reason: "내일 봐" }, 4001, "내일 봐"],
  ])("tells of a client that closes with %s", async (_what, sent, code, reason) => {
    const { connect, invoked, events, gateway } = await startHarness({ handlers });
    const client = await connect();
    client.socket.close(sent.code, sent.reason);
    const { requestContext } = (await invoked.at(1)).event;
    expect(requestContext).toMatchObject({ disconnectStatusCode: code, disconnectReason: reason });
    expect(events.all.at(-1)).toEqual({ type: "disconnect", connectionId: client.id, code, reason });
    expect(gateway.connectionIds()).toEqual([]);
  });

  it("tells of a client whose TCP connection ends without a close frame as 1006", async () => {
    const { connect, invoked } = await startHarness({ handlers });
    const client = await connect();
    client.socket.terminate();
    expect((await invoked.at(1)).event.requestContext.disconnectStatusCode).toBe(1006);
  });

  it("follows a drop, which the client sees as an abrupt end", async () => {
    const { connect, gateway, invoked, call } = await startHarness({ handlers });
    const client = await connect();
    gateway.drop(client.id);
    expect((await call("POST", client.id, { body: "x" })).status).toBe(410);
    expect(await client.closed).toEqual({ code: 1006, reason: "" });
    expect((await invoked.at(1)).event.requestContext.disconnectStatusCode).toBe(1006);
    expect(() => gateway.drop(client.id)).toThrow("No open connection");
  });

  it("runs once, also when DELETE and the client's close cross", async () => {
    const { connect, call, invoked } = await startHarness({ handlers });
    const client = await connect();
    const deleted = call("DELETE", client.id);
    client.socket.close(1000);
    await Promise.all([deleted, client.closed]);
    const other = await connect();
    other.socket.close();
    await invoked.find(({ event }) => event.requestContext.disconnectStatusCode === 1005);
    const ends = invoked.all.filter(({ event }) => event.requestContext.eventType === "DISCONNECT");
    expect(ends.map(({ event }) => event.requestContext.connectionId)).toEqual([client.id, other.id]);
  });

  it("reports 1002 for a stream that is no WebSocket", async () => {
    const { gateway, invoked } = await startHarness({ handlers });
    const tcp = connectTcp(gateway.port, "127.0.0.1");
    tcp.write(
      "GET /prod HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: bm9uY2Utbm9uY2Utbm9uYw==\r\n\r\n",
    );
    tcp.once("data", () => tcp.write(Buffer.from([0x81, 0x01, 0x61]))); // A client's frame without a mask.
    expect((await invoked.at(1)).event.requestContext.disconnectStatusCode).toBe(1002);
    tcp.destroy();
  });

  it("reports a function that fails and ignores what it answers", async () => {
    const { connect, events } = await startHarness({
      handlers: { $disconnect: () => Promise.reject(new Error("boom")) },
    });
    (await connect()).socket.close();
    expect(await events.find(({ type }) => type === "error")).toMatchObject({ routeKey: "$disconnect" });
  });
});
