/** DynamoDB and Lambda as one HTTP server that takes everything and remembers what it was asked. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import { ENV } from "../../runtime/contract.js";

export interface FakeAws {
  /** `DynamoDB_20120810.PutItem`, or the path of an invocation, each with the body. */
  readonly calls: { readonly what: string; readonly body: Record<string, unknown> }[];
  /** All that a function needs to reach it. */
  readonly env: Readonly<Record<string, string>>;
}

export async function fakeAws(): Promise<FakeAws> {
  const calls: { what: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const target = request.headers["x-amz-target"];
    calls.push({ what: String(target ?? request.url), body: JSON.parse(body) });
    response.writeHead(target ? 200 : 202, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    calls,
    env: {
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_LAMBDA_FUNCTION_NAME: "app",
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_LAMBDA: endpoint,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      [ENV.connectionsTable]: "Connections",
      [ENV.roomsTable]: "Rooms",
      [ENV.endpoint]: "https://api.execute-api.eu-west-1.amazonaws.com/prod",
    },
  };
}
