import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { newId } from "../../local/gateway/ids.js";
import { ok, startHarness } from "./harness.js";

const KB = 1024;
const handlers = { $connect: ok, $default: ok, $disconnect: ok };

describe("@connections", () => {
  it("POST delivers one text frame and answers 200 without a body", async () => {
    const { connect, call } = await startHarness({ handlers });
    const client = await connect();
    const isBinary = new Promise((resolve) =>
      client.socket.once("message", (_data, binary) => resolve(binary)),
    );
    const reply = await call("POST", client.id, { body: '42["said","방 이름 🎈"]' });
    expect(reply).toMatchObject({ status: 200, body: "" });
    expect(await client.received.at(0)).toBe('42["said","방 이름 🎈"]');
    expect(await isBinary).toBe(false);
  });

  it("POST turns what is not UTF-8 into text, so that the client stays connected", async () => {
    const { connect, call } = await startHarness({ handlers });
    const client = await connect();
    await call("POST", client.id, { body: Buffer.from([0x61, 0xff]) });
    expect(await client.received.at(0)).toBe("a\ufffd");
  });

  it("takes every way to encode the path", async () => {
    const { connect, call } = await startHarness({ handlers });
    const { id } = await connect();
    for (const path of [
      `/prod/@connections/${id}`,
      `/prod/@connections/${id.replace("=", "%3D")}`,
      `/prod/%40connections/${id}`,
      `/prod/%40connections/${id.replace("=", "%3d")}`,
    ]) {
      expect((await call("POST", id, { path, body: path })).status, path).toBe(200);
    }
  });

  it("GET tells when the connection was last active", async () => {
    const start = Date.UTC(2026, 10, 20, 10);
    const { connect, call, gateway, invoked } = await startHarness({ handlers, now: () => start });
    const client = await connect({ headers: { "User-Agent": "test/1" } });
    const facts = (lastActiveAt: string) => ({
      connectedAt: "2026-11-20T10:00:00.000Z",
      identity: { sourceIp: "127.0.0.1", userAgent: "test/1" },
      lastActiveAt,
    });
    const first = await call("GET", client.id);
    expect(first.status).toBe(200);
    expect(first.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(first.body)).toStrictEqual(facts("2026-11-20T10:00:00.000Z"));

    gateway.advance(300_000);
    client.socket.send("in");
    await invoked.at(1);
    expect(JSON.parse((await call("GET", client.id)).body)).toStrictEqual(facts("2026-11-20T10:05:00.000Z"));
    gateway.advance(300_000);
    await call("POST", client.id, { body: "out" });
    expect(JSON.parse((await call("GET", client.id)).body)).toStrictEqual(facts("2026-11-20T10:10:00.000Z"));
  });

  it("DELETE closes with 1000 and $disconnect says so", async () => {
    const { connect, call, invoked } = await startHarness({ handlers });
    const client = await connect();
    expect(await call("DELETE", client.id)).toMatchObject({ status: 204, body: "" });
    expect((await client.closed).code).toBe(1000);
    const { requestContext } = (await invoked.at(1)).event;
    expect(requestContext).toMatchObject({
      disconnectStatusCode: 1000,
      disconnectReason: "Connection Closed Normally",
    });
    expect((await call("DELETE", client.id)).status).toBe(410);
  });

  it.each(["POST", "GET", "DELETE"])(
    "%s of a connection that is gone is a 410 named in the header, with no body",
    async (method) => {
      const { call } = await startHarness({ handlers });
      const reply = await call(method, newId());
      expect(reply).toMatchObject({ status: 410, body: "" });
      expect(reply.headers["x-amzn-errortype"]).toBe("GoneException");
    },
  );

  it.each(["nonsense", "R1kmxc2VNjMCFIA", "R1kmxc2VNjMCFIA==", "R1kmxc2V/jMCFIA="])(
    "a malformed id %s is a 400",
    async (id) => {
      const { call } = await startHarness({ handlers });
      const reply = await call("POST", id, { body: "x" });
      expect(reply).toMatchObject({ status: 400, body: '{"message":"Invalid connectionId"}' });
      expect(reply.headers["x-amzn-errortype"]).toBe("BadRequestException");
    },
  );

  it("broken percent-encoding of the id is a 400", async () => {
    const { call } = await startHarness({ handlers });
    expect((await call("POST", "", { path: "/prod/@connections/%E0%A4%A", body: "x" })).status).toBe(400);
  });

  it("takes 128 KB and answers 413 above", async () => {
    const { connect, call } = await startHarness({ handlers });
    const client = await connect();
    expect((await call("POST", client.id, { body: "x".repeat(128 * KB) })).status).toBe(200);
    expect(await client.received.at(0)).toHaveLength(128 * KB);
    const reply = await call("POST", client.id, { body: "x".repeat(128 * KB + 1) });
    expect(reply.status).toBe(413);
    expect(reply.headers["x-amzn-errortype"]).toBe("PayloadTooLargeException");
    expect(JSON.parse(reply.body)).toHaveProperty("message");
  });

  it("answers 429 while a client that does not read has its buffer full", async () => {
    const { gateway, invoked, call } = await startHarness({
      handlers,
      limits: { sendBufferBytes: 256 * KB },
    });
    const tcp = connectTcp(gateway.port, "127.0.0.1");
    tcp.write(
      "GET /prod HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: bm9uY2Utbm9uY2Utbm9uYw==\r\n\r\n",
    );
    await once(tcp, "data");
    tcp.pause();
    const { connectionId } = (await invoked.at(0)).event.requestContext;
    let reply = await call("POST", connectionId, { body: "x".repeat(128 * KB) });
    for (let posts = 1; reply.status === 200 && posts < 500; posts++) {
      reply = await call("POST", connectionId, { body: "x".repeat(128 * KB) });
    }
    expect(reply.status).toBe(429);
    expect(reply.headers["x-amzn-errortype"]).toBe("LimitExceededException");
    tcp.destroy();
  });

  it.each([
    ["unsigned", { sign: false }, "Missing Authentication Token"],
    ["signed with another secret", { secretAccessKey: "wrong" }, "does not match"],
    ["signed with another key id", { accessKeyId: "AKIAOTHER" }, "AKIAOTHER is not known"],
    ["signed for another service", { service: "lambda" }, "service execute-api"],
    ["signed for another region", { region: "us-east-1" }, "region eu-west-1"],
    ["signed too long ago", { signingDate: new Date(Date.now() - 600_000) }, "Signature expired"],
    ["changed after it was signed", { tamperedBody: "evil" }, "does not match"],
  ])("a request %s is a 403", async (_what, options, message) => {
    const { connect, call, events } = await startHarness({ handlers });
    const client = await connect();
    const reply = await call("POST", client.id, { body: "good", ...options });
    expect(reply.status).toBe(403);
    expect(reply.headers["x-amzn-errortype"]).toBe("ForbiddenException");
    expect(JSON.parse(reply.body).message).toContain(message);
    expect(events.all.filter(({ type }) => type === "post")).toEqual([]);
  });

  it("another stage is a 403", async () => {
    const { connect, call } = await startHarness({ handlers });
    const { id } = await connect();
    expect((await call("GET", id, { path: `/dev/@connections/${encodeURIComponent(id)}` })).status).toBe(403);
  });

  it("accepts the SDK signer's signature of a path with a query", async () => {
    const { connect, call } = await startHarness({ handlers });
    const { id } = await connect();
    const path = `/prod/@connections/${encodeURIComponent(id)}?b=2&a=x%20y&a=%2F`;
    expect((await call("GET", id, { path: path.replace("&a=%2F", "") })).status).toBe(200);
  });

  it("accepts the key pair that the gateway was given", async () => {
    const credentials = { accessKeyId: "AKIAMINE", secretAccessKey: "mine" };
    const { connect, call } = await startHarness({ handlers, credentials });
    const { id } = await connect();
    expect((await call("GET", id, credentials)).status).toBe(200);
    expect((await call("GET", id)).status).toBe(403);
  });

  it("reports each call with its status", async () => {
    const { connect, call, events } = await startHarness({ handlers });
    const client = await connect();
    await call("POST", client.id, { body: "héllo" });
    expect(events.all.at(-1)).toEqual({ type: "post", connectionId: client.id, status: 200, bytes: 6 });
  });
});
