import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ok, refusedHandshake, startHarness } from "./harness.js";

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("handshake", () => {
  it("waits for $connect, during which the connection is gone for posts", async () => {
    const answer = deferred<unknown>();
    const { gateway, invoked, call } = await startHarness({ handlers: { $connect: () => answer.promise } });
    const socket = new WebSocket(gateway.url);
    const { connectionId } = (await invoked.at(0)).event.requestContext;

    expect(socket.readyState).toBe(WebSocket.CONNECTING);
    expect((await call("POST", connectionId, { body: "early" })).status).toBe(410);
    expect(gateway.connectionIds()).toEqual([]);

    answer.resolve({ statusCode: 200 });
    await once(socket, "open");
    expect(gateway.connectionIds()).toEqual([connectionId]);
    expect((await call("POST", connectionId, { body: "now" })).status).toBe(200);
  });

  it("succeeds at once when there is no $connect route", async () => {
    const { connect, gateway } = await startHarness();
    const client = await connect();
    expect(gateway.connectionIds()).toEqual([client.id]);
  });

  it.each([301, 400, 401, 403, 501])("passes status %i through without the body", async (statusCode) => {
    const { gateway, invoked } = await startHarness({
      handlers: {
        $connect: () => ({ statusCode, body: "secret", headers: { "X-Why": "no" } }),
        $disconnect: ok,
      },
    });
    const reply = await refusedHandshake(gateway.url);
    expect(reply.status).toBe(statusCode);
    expect(reply.body).toBe("");
    expect(reply.headers).not.toHaveProperty("x-why");
    expect(invoked.all.map(({ functionName }) => functionName)).toEqual(["$connect"]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("boom"))],
    ["returns nothing", () => undefined],
    ["returns an extra key", () => ({ statusCode: 200, ConnectionId: "x" })],
    ["returns no status", () => ({ body: "hi" })],
    ["returns a header with a line break", () => ({ statusCode: 200, headers: { a: "b\r\nc: d" } })],
  ])("answers 502 when $connect %s, and reports the error", async (_what, $connect) => {
    const { gateway, events } = await startHarness({ handlers: { $connect } });
    expect((await refusedHandshake(gateway.url)).status).toBe(502);
    expect(events.all.map(({ type }) => type)).toEqual(["error", "refused"]);
  });

  it("answers 504 when $connect overruns its integration timeout", async () => {
    const { gateway } = await startHarness({
      handlers: { $connect: () => new Promise(() => {}) },
      integrationTimeoutMs: 20,
    });
    expect((await refusedHandshake(gateway.url)).status).toBe(504);
  });

  it.each(["", "/", "?EIO=4", "/?EIO=4&transport=websocket"])(
    "accepts the stage's path followed by %j",
    async (suffix) => {
      const { connect, gateway } = await startHarness({ handlers: { $connect: ok } });
      await connect({ suffix });
      expect(gateway.connectionIds()).toHaveLength(1);
    },
  );

  it.each(["/", "/dev", "/prod/deeper", "/prod//", "/production"])(
    "refuses the path %s with 403",
    async (path) => {
      const { gateway, invoked } = await startHarness({ handlers: { $connect: ok } });
      expect((await refusedHandshake(`ws://127.0.0.1:${gateway.port}${path}`)).status).toBe(403);
      expect(invoked.all).toEqual([]);
    },
  );

  it("refuses a URL of more than 4,096 characters with 414", async () => {
    const { gateway, connect } = await startHarness();
    const longest = `?q=${"x".repeat(4096 - "/prod?q=".length)}`;
    await connect({ suffix: longest });
    expect((await refusedHandshake(`${gateway.url}${longest}x`)).status).toBe(414);
  });

  it("does not call $connect for a handshake that is no WebSocket", async () => {
    const { gateway, invoked } = await startHarness({ handlers: { $connect: ok } });
    const tcp = connectTcp(gateway.port, "127.0.0.1");
    tcp.write("GET /prod HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const [head] = await once(tcp, "data");
    expect(String(head)).toMatch(/^HTTP\/1.1 400 /);
    expect(invoked.all).toEqual([]);
    tcp.destroy();
  });

  it("echoes the subprotocol that $connect returns, and none by itself", async () => {
    const { connect, gateway } = await startHarness({
      handlers: {
        $connect: ({ queryStringParameters }) => ({
          statusCode: 200,
          headers: queryStringParameters?.echo
            ? { "sec-websocket-protocol": queryStringParameters.echo }
            : {},
        }),
      },
    });
    const client = await connect({ suffix: "?echo=v2", protocols: ["v1", "v2"] });
    expect(client.socket.protocol).toBe("v2");

    const unanswered = new WebSocket(gateway.url, ["v1"]);
    const [error] = await once(unanswered, "error");
    expect(String(error)).toContain("Server sent no subprotocol");
  });

  it("negotiates permessage-deflate with AWS's window, and leaves small messages as they are", async () => {
    const { gateway } = await startHarness();
    const socket = new WebSocket(gateway.url);
    const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
    const extensions: string = response.headers["sec-websocket-extensions"];
    expect(extensions.split("; ").sort()).toEqual([
      "client_no_context_takeover",
      "permessage-deflate",
      "server_max_window_bits=12",
      "server_no_context_takeover",
    ]);
  });

  it.each([
    ["ends", "destroy"],
    ["resets", "resetAndDestroy"],
  ] as const)(
    "sends $disconnect with 1006 for a client that %s its connection while $connect runs",
    async (_what, leave) => {
      const answer = deferred<unknown>();
      const { gateway, invoked, call } = await startHarness({
        handlers: { $connect: () => answer.promise, $disconnect: ok },
      });
      const tcp = connectTcp(gateway.port, "127.0.0.1");
      tcp.write(
        "GET /prod HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
          "Sec-WebSocket-Key: bm9uY2Utbm9uY2Utbm9uYw==\r\n\r\n",
      );
      const { connectionId } = (await invoked.at(0)).event.requestContext;
      tcp[leave]();
      await once(tcp, "close");
      // A whole request later the gateway has noticed a reset, as far as it ever does.
      expect((await call("POST", connectionId)).status).toBe(410);
      expect(invoked.all).toHaveLength(1);

      answer.resolve({ statusCode: 200 });
      const { requestContext } = (await invoked.at(1)).event;
      expect(requestContext).toMatchObject({
        eventType: "DISCONNECT",
        connectionId,
        disconnectStatusCode: 1006,
      });
      expect(gateway.connectionIds()).toEqual([]);
    },
  );
});
