import { describe, expect, it } from "vitest";
import { ok, startHarness } from "./harness.js";

const KB = 1024;
const handlers = { $default: ok, $disconnect: ok };

describe("limits", () => {
  it.each([true, false])(
    "closes with 1009 for a frame over 32 KB, in bytes (permessage-deflate: %s)",
    async (perMessageDeflate) => {
      const { connect, invoked } = await startHarness({ handlers });
      const client = await connect({ perMessageDeflate });
      client.socket.send("x".repeat(32 * KB));
      expect((await invoked.at(0)).event.body).toHaveLength(32 * KB);
      client.socket.send(`${"x".repeat(32 * KB - 1)}é`);
      expect(await client.closed).toEqual({ code: 1009, reason: "" });
      const last = (await invoked.at(1)).event.requestContext;
      expect(last).toMatchObject({ eventType: "DISCONNECT", disconnectStatusCode: 1009 });
    },
  );

  it("takes a message of 128 KB in frames of 32 KB", async () => {
    const { connect, invoked } = await startHarness({ handlers });
    const { socket } = await connect({ perMessageDeflate: false });
    const part = "x".repeat(32 * KB);
    for (const fin of [false, false, false, true]) socket.send(part, { fin });
    expect((await invoked.at(0)).event.body).toHaveLength(128 * KB);
  });

  it("closes with 1009 for one frame over 32 KB among fragments", async () => {
    const { connect, invoked } = await startHarness({ handlers });
    const client = await connect({ perMessageDeflate: false });
    client.socket.send("x", { fin: false });
    client.socket.send("x".repeat(32 * KB + 1), { fin: true });
    expect((await client.closed).code).toBe(1009);
    expect((await invoked.at(0)).event.requestContext.eventType).toBe("DISCONNECT");
  });

  it.each([true, false])(
    "closes with 1009 for a message over 128 KB in fragments (permessage-deflate: %s)",
    async (perMessageDeflate) => {
      const { connect, invoked } = await startHarness({ handlers });
      const client = await connect({ perMessageDeflate });
      const part = "x".repeat(32 * KB);
      for (const fin of [false, false, false, false, true]) client.socket.send(part, { fin });
      expect((await client.closed).code).toBe(1009);
      expect((await invoked.at(0)).event.requestContext.disconnectStatusCode).toBe(1009);
    },
  );

  it("closes with 1003 for a binary message", async () => {
    const { connect, invoked } = await startHarness({ handlers });
    const client = await connect();
    client.socket.send(Buffer.from("hi"));
    expect((await client.closed).code).toBe(1003);
    expect((await invoked.at(0)).event.requestContext.disconnectStatusCode).toBe(1003);
  });

  it("closes with 1001 after 10 minutes without a data message in either direction", async () => {
    const { connect, call, gateway, invoked } = await startHarness({ handlers });
    const client = await connect();
    gateway.advance(599_000);
    client.socket.send("in");
    await invoked.at(0);
    gateway.advance(599_000);
    await call("POST", client.id, { body: "out" });
    gateway.advance(599_000);
    expect(gateway.connectionIds()).toEqual([client.id]);
    gateway.advance(1_000);
    expect(gateway.connectionIds()).toEqual([]);
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
    const { requestContext } = (await invoked.at(1)).event;
    expect(requestContext).toMatchObject({ disconnectStatusCode: 1001, disconnectReason: "Going away" });
  });

  it("closes with 1001 after 2 hours, however busy", async () => {
    const { connect, gateway, invoked } = await startHarness({ handlers });
    const client = await connect();
    for (let minutes = 0; minutes < 119; minutes += 7) {
      client.socket.send("busy");
      await invoked.at(minutes / 7);
      gateway.advance(7 * 60_000);
    }
    expect(gateway.connectionIds()).toEqual([client.id]);
    client.socket.send("busy");
    await invoked.at(17);
    gateway.advance(60_000);
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
  });

  it("needs no call to notice: a timer closes an idle connection", async () => {
    const { connect } = await startHarness({ handlers, limits: { idleMs: 30 } });
    const client = await connect();
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
  });
});
