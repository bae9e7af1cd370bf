import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { ok, startHarness } from "./harness.js";

const ID = /^[A-Za-z0-9_-]{15}=$/;
const handlers = { $connect: ok, $default: ok, $disconnect: ok };

describe("events", () => {
  it("have exactly the shapes of a Lambda proxy integration", async () => {
    const start = 1_701_245_041_467; // 29 Nov 2023, 08:04:01 UTC
    const { connect, invoked, gateway } = await startHarness({ handlers, now: () => start });
    const client = await connect({
      suffix: "/?EIO=4&tag=a&tag=b%20c",
      headers: { "user-agent": "test/1", origin: "https://example.org", "X-Custom": "1" },
      perMessageDeflate: false,
    });
    client.socket.send('{"action":"none"}');
    await invoked.at(1);
    client.socket.close();
    await invoked.at(2);

    const host = `127.0.0.1:${gateway.port}`;
    const [connected, message, disconnected] = invoked.all.map(({ event }) => event);
    const common = (event = connected) => ({
      extendedRequestId: event?.requestContext.requestId,
      requestTime: "29/Nov/2023:08:04:01 +0000",
      messageDirection: "IN",
      stage: "prod",
      connectedAt: start,
      requestTimeEpoch: start,
      identity: { userAgent: "test/1", sourceIp: "127.0.0.1" },
      requestId: expect.stringMatching(ID),
      domainName: host,
      connectionId: client.id,
      apiId: "ab12cd34ef",
    });
    const headers = {
      Host: host,
      Origin: "https://example.org",
      "Sec-WebSocket-Key": expect.any(String),
      "Sec-WebSocket-Version": "13",
      "User-Agent": "test/1",
      "X-Amzn-Trace-Id": expect.stringMatching(/^Root=1-6566f071-[0-9a-f]{24}$/),
      "X-Custom": "1",
      "X-Forwarded-For": "127.0.0.1",
      "X-Forwarded-Port": String(gateway.port),
      "X-Forwarded-Proto": "http",
    };
    expect(connected).toStrictEqual({
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      queryStringParameters: { EIO: "4", tag: "b c" },
      multiValueQueryStringParameters: { EIO: ["4"], tag: ["a", "b c"] },
      requestContext: { routeKey: "$connect", eventType: "CONNECT", ...common() },
      isBase64Encoded: false,
    });
    expect(message).toStrictEqual({
      requestContext: {
        routeKey: "$default",
        messageId: expect.stringMatching(ID),
        eventType: "MESSAGE",
        ...common(message),
      },
      body: '{"action":"none"}',
      isBase64Encoded: false,
    });
    expect(disconnected).toStrictEqual({
      headers: { Host: host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" },
      multiValueHeaders: { Host: [host], "x-api-key": [""], "X-Forwarded-For": [""], "x-restapi": [""] },
      requestContext: {
        routeKey: "$disconnect",
        disconnectStatusCode: 1005,
        eventType: "DISCONNECT",
        disconnectReason: "Client-side close frame status not set",
        ...common(disconnected),
      },
      isBase64Encoded: false,
    });
    expect(client.id).toMatch(ID);
  });

  it("restore the casing of well-known headers, keep that of others, and list repeated ones", async () => {
    const { gateway, invoked } = await startHarness({ handlers });
    const tcp = connectTcp(gateway.port, "127.0.0.1");
    tcp.write(
      "GET /prod HTTP/1.1\r\nhost: x.test\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
        "sec-websocket-key: bm9uY2Utbm9uY2Utbm9uYw==\r\nx-a: 1\r\nX-A: 2\r\nx-forwarded-for: 203.0.113.7\r\n\r\n",
    );
    await once(tcp, "data");
    const { headers, multiValueHeaders, requestContext } = (await invoked.at(0)).event;
    expect(headers).toMatchObject({ Host: "x.test", "Sec-WebSocket-Version": "13", "x-a": "2" });
    expect(multiValueHeaders?.["x-a"]).toEqual(["1", "2"]);
    expect(headers?.["X-Forwarded-For"]).toBe("203.0.113.7, 127.0.0.1");
    expect(Object.keys(headers ?? {})).not.toContain("connection");
    expect(requestContext.identity).toStrictEqual({ sourceIp: "127.0.0.1" });
    tcp.destroy();
  });

  it("have no query keys without a query, and stage variables only where the stage has some", async () => {
    const { connect, invoked } = await startHarness({
      handlers,
      api: { stageVariables: { colour: "blue" } },
    });
    await connect();
    const { event } = await invoked.at(0);
    expect(event).not.toHaveProperty("queryStringParameters");
    expect(event).not.toHaveProperty("multiValueQueryStringParameters");
    expect(event.stageVariables).toEqual({ colour: "blue" });
  });
});
