import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { Distribution, Forwarding } from "../../../local/front-door/distribution.js";
import { FrontDoors } from "../../../local/front-doors.js";
import { startGateway } from "../../../local/gateway/gateway.js";
import { apiOf, refusedHandshake } from "../../gateway/harness.js";

const host = (apiId: string) => `${apiId}.execute-api.us-east-1.amazonaws.com`;

/**
 * A WebSocket API at `/ws` and an HTTP API behind one distribution, which forwards the viewer's `Host` or
 * not.
 */
async function open(forwards: Forwarding): Promise<number> {
  const route = { routeKey: "$default", functionName: "Fn", displayName: "Fn", integrationTimeoutMs: 30_000 };
  const origin = (id: string, apiId: string, path = "") =>
    [id, { id, domainName: host(apiId), path, headers: {}, readTimeoutMs: 30_000, attempts: 1 }] as const;
  const common = { allowedMethods: new Set(["GET"]), forwards };
  const distribution: Distribution = {
    name: "Door",
    distributionId: "E1",
    domainName: "d1.cloudfront.net",
    aliases: [],
    behaviors: [
      { ...common, pathPattern: "/ws", originId: "websocket" },
      { ...common, pathPattern: "*", originId: "http" },
    ],
    origins: new Map([origin("websocket", "ab12cd34ef"), origin("http", "http123456")]),
    defaultRootObject: "",
    apiId: "ab12cd34ef",
  };
  const http = { apiId: "http123456", name: "Http", region: "us-east-1", accountId: "1", stage: "$default" };
  const stack = {
    region: "us-east-1",
    distributions: [distribution],
    httpApis: [{ ...http, routes: [route] }],
    buckets: new Map(),
  };
  const doors = new FrontDoors(stack, {
    invoke: async () => "answered",
    log: () => {},
    watchers: [],
    localText: (text) => text,
  });
  const gateway = await startGateway({ api: apiOf({}), invoke: async () => undefined });
  const door = doors.open(distribution, gateway);
  const server = createServer((request, response) => void door.request(request, response));
  server.on("upgrade", (request, stream, head) => void door.upgrade(request, stream, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.close().closeAllConnections();
    await gateway.close();
  });
  return (server.address() as AddressInfo).port;
}

it("API Gateway answers 403 where a behavior forwards the viewer's Host", async () => {
  const wrong = await open("all");
  expect((await fetch(`http://127.0.0.1:${wrong}/`)).status).toBe(403);
  const refused = await refusedHandshake(`ws://127.0.0.1:${wrong}/ws`);
  expect([refused.status, refused.body]).toEqual([403, '{"message":"Forbidden"}']);

  const right = await open("all-but-host");
  expect(await (await fetch(`http://127.0.0.1:${right}/`)).text()).toBe("answered");
});

it("a WebSocket API answers plain HTTP, and a handshake at another path than its stage, as on AWS", async () => {
  const port = await open("all-but-host");
  const plain = await fetch(`http://127.0.0.1:${port}/ws`);
  expect([plain.status, await plain.json()]).toEqual([403, { message: "Forbidden" }]);
  expect((await refusedHandshake(`ws://127.0.0.1:${port}/ws`)).status).toBe(403);
});
