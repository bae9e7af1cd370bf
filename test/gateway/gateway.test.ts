import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ListenError, PortInUseError, startGateway } from "../../local/gateway/gateway.js";
import { isWellFormedId, newId } from "../../local/gateway/ids.js";
import { apiOf, ok, startHarness } from "./harness.js";

describe("gateway", () => {
  it("rejects with what to do when the port is in use", async () => {
    const { gateway } = await startHarness();
    const starting = startGateway({ api: apiOf({}), invoke: async () => undefined, port: gateway.port });
    await expect(starting).rejects.toThrow(new PortInUseError(gateway.port).message);
    await expect(starting).rejects.toBeInstanceOf(PortInUseError);
    expect(new PortInUseError(3000).message).toBe(
      "Port 3000 is in use. Choose another with --port, or --port 0 for a free one.",
    );
  });

  it("rejects with the cause when the host is not of this machine", async () => {
    const starting = startGateway({ api: apiOf({}), invoke: async () => undefined, host: "192.0.2.1" });
    await expect(starting).rejects.toBeInstanceOf(ListenError);
  });

  it("answers plain HTTP with 426 on the stage and 403 elsewhere", async () => {
    const { gateway } = await startHarness();
    const http = gateway.endpoint.replace("/prod", "");
    expect((await fetch(gateway.endpoint)).status).toBe(426);
    expect((await fetch(`${http}/`)).status).toBe(403);
  });

  it("leaves plain HTTP to serveHttp, but never @connections", async () => {
    const { gateway } = await startHarness({
      serveHttp: (request, response) => void response.end(`page ${request.url}`),
    });
    const http = gateway.endpoint.replace("/prod", "");
    expect(await (await fetch(`${http}/index.html`)).text()).toBe("page /index.html");
    expect((await fetch(`${gateway.endpoint}/@connections/x`)).status).toBe(403);
  });

  it("closes its clients with 1001, sends no $disconnect and frees the port", async () => {
    const { gateway, connect, invoked, events } = await startHarness({
      handlers: { $connect: ok, $disconnect: ok },
    });
    const client = await connect();
    const eventsBefore = events.all.length;
    await gateway.close();
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
    expect(invoked.all.map(({ functionName }) => functionName)).toEqual(["$connect"]);
    expect(events.all).toHaveLength(eventsBefore);

    const successor = createServer().listen(gateway.port, "127.0.0.1");
    await once(successor, "listening");
    successor.close();
  });

  it("closes although a client waits for $connect and another never answers", async () => {
    const { gateway, connect, invoked } = await startHarness({
      handlers: {
        $connect: ({ queryStringParameters }) =>
          queryStringParameters ? new Promise(() => {}) : { statusCode: 200 },
      },
    });
    const silent = await connect();
    silent.socket.pause();
    const waiting = new WebSocket(`${gateway.url}?wait=1`);
    const refused = once(waiting, "error");
    await invoked.at(1);
    await gateway.close();
    expect(String((await refused)[0])).toContain("socket hang up");
    silent.socket.terminate();
  });

  it("makes ids of 16 characters that end in = and may contain - and _", () => {
    const ids = Array.from({ length: 500 }, newId);
    expect(ids.every((id) => id.length === 16 && isWellFormedId(id))).toBe(true);
    expect(new Set(ids).size).toBe(500);
    expect(ids.join("")).toMatch(/-/);
    expect(ids.join("")).toMatch(/_/);
  });
});
