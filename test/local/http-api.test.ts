import { describe, expect, it } from "vitest";
import { ThrottledError } from "../../local/errors.js";
import { type HttpRequest, type HttpResponse, headerValue } from "../../local/http/message.js";
import { type AnsweredRequest, type HttpApi, httpApi } from "../../local/http-api/http-api.js";
import { type HttpEvent, toHttpEvent } from "../../local/http-api/http-event.js";
import { readHttpResult } from "../../local/http-api/http-result.js";
import { selectRoute } from "../../local/http-api/http-routes.js";

const route = (routeKey: string, integrationTimeoutMs = 30_000) => ({
  routeKey,
  functionName: routeKey,
  displayName: `function of ${routeKey}`,
  integrationTimeoutMs,
});

const API: HttpApi = {
  apiId: "ab12cd34ef",
  name: "Chat/Http",
  region: "eu-west-1",
  accountId: "111122223333",
  stage: "$default",
  routes: [route("$default")],
};

function request(changes: Partial<HttpRequest> = {}): HttpRequest {
  const headers = [["Host", "ab12cd34ef.execute-api.eu-west-1.amazonaws.com"]] as const;
  return {
    method: "GET",
    path: "/",
    query: "",
    headers,
    body: Buffer.alloc(0),
    sourceIp: "10.0.0.1",
    ...changes,
  };
}

function eventOf(changes: Partial<HttpRequest>, api: HttpApi = API): HttpEvent {
  return toHttpEvent(request(changes), {
    api,
    routeKey: "$default",
    requestId: "id=",
    nowMs: 1_764_201_600_000,
  });
}

/** One request to an API whose function does `handler`. */
async function ask(
  handler: (event: HttpEvent) => unknown,
  changes: Partial<HttpRequest> = {},
  api: HttpApi = API,
) {
  const answered: AnsweredRequest[] = [];
  const events: HttpEvent[] = [];
  const handle = httpApi({
    api: () => api,
    invoke: async (_name, event) => {
      events.push(event as HttpEvent);
      return handler(event as HttpEvent);
    },
    onAnswer: (one) => answered.push(one),
  });
  const response = await handle(request(changes));
  return { response, answered, events, text: response.body.toString() };
}

const type = (response: HttpResponse) => headerValue(response.headers, "content-type");

describe("an event of payload format 2.0", () => {
  it("has what AWS documents, and no key that does not apply", () => {
    const { headers, ...event } = eventOf({ path: "/a%20b" });
    expect(event).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/a%20b",
      rawQueryString: "",
      requestContext: {
        accountId: "111122223333",
        apiId: "ab12cd34ef",
        domainName: "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
        domainPrefix: "ab12cd34ef",
        http: { method: "GET", path: "/a%20b", protocol: "HTTP/1.1", sourceIp: "10.0.0.1", userAgent: "" },
        requestId: "id=",
        routeKey: "$default",
        stage: "$default",
        time: "27/Nov/2025:00:00:00 +0000",
        timeEpoch: 1_764_201_600_000,
      },
      isBase64Encoded: false,
    });
    expect(headers).toMatchObject({ "content-length": "0", "x-forwarded-for": "10.0.0.1" });
  });

  it("joins repeated headers and parameters by commas, and takes cookies apart", () => {
    const event = eventOf({
      query: "a=1&a=2&b=x%20y&c",
      headers: [
        ["X-Tag", "one"],
        ["x-tag", "two"],
        ["Cookie", "a=1; b=2"],
        ["Connection", "keep-alive"],
        ["X-Forwarded-For", "1.2.3.4"],
      ],
    });
    expect(event.rawQueryString).toBe("a=1&a=2&b=x%20y&c");
    expect(event.queryStringParameters).toEqual({ a: "1,2", b: "x y", c: "" });
    expect(event.cookies).toEqual(["a=1", "b=2"]);
    expect(event.headers).toMatchObject({ "x-tag": "one,two", "x-forwarded-for": "1.2.3.4, 10.0.0.1" });
    expect(Object.keys(event.headers)).not.toEqual(expect.arrayContaining(["cookie"]));
    expect(event.headers).not.toHaveProperty("connection");
  });

  it.each([
    ["text/plain;charset=UTF-8", false],
    ["text/html", false],
    ["application/json; charset=utf-8", false],
    ["application/xml", false],
    ["application/javascript", false],
    ["application/jsonp", true],
    ["application/octet-stream", true],
    ["application/x-www-form-urlencoded", true],
    ["image/png", true],
    [undefined, true],
  ])("of a body of type %s is base64: %s", (contentType, isBase64Encoded) => {
    const body = Buffer.from("4hello\x1ebAQID");
    const event = eventOf({
      method: "POST",
      body,
      headers: contentType ? [["Content-Type", contentType]] : [],
    });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body ?? "", isBase64Encoded ? "base64" : "utf8")).toEqual(body);
  });

  it("shows the stage's variables", () => {
    expect(eventOf({}, { ...API, stageVariables: { color: "blue" } }).stageVariables).toEqual({
      color: "blue",
    });
  });
});

describe("a function's answer", () => {
  const answer = (result: unknown) => readHttpResult("Fn", result, "id=");

  it.each([
    ["a text", "hello", "hello"],
    ["an object", { a: 1 }, '{"a":1}'],
    ["nothing", undefined, "null"],
  ])("without a status is the body of a JSON answer: %s", (_what, result, body) => {
    const response = answer(result);
    expect([response.status, type(response), response.body.toString()]).toEqual([
      200,
      "application/json",
      body,
    ]);
  });

  it("has its headers, several cookies, and its body from base64", () => {
    const response = answer({
      statusCode: 201,
      headers: { "X-Number": 1, "Content-Type": "image/png", "Content-Length": "999", Connection: "close" },
      cookies: ["a=1; Path=/", "b=2"],
      body: "AQID",
      isBase64Encoded: true,
    });
    expect(response).toEqual({
      status: 201,
      headers: [
        ["X-Number", "1"],
        ["Content-Type", "image/png"],
        ["Set-Cookie", "a=1; Path=/"],
        ["Set-Cookie", "b=2"],
        ["Apigw-Requestid", "id="],
      ],
      body: Buffer.from([1, 2, 3]),
    });
  });

  it("is text where it names no type", () => {
    expect(type(answer({ statusCode: 200, body: "ok" }))).toBe("text/plain;charset=UTF-8");
    expect(type(answer({ statusCode: 204, body: "dropped" }))).toBeUndefined();
    expect(answer({ statusCode: 304, body: "dropped" }).body).toHaveLength(0);
  });

  it.each([
    [{ statusCode: "x" }],
    [{ statusCode: 99 }],
    [{ statusCode: 200, body: { a: 1 } }],
    [{ statusCode: 200, headers: { a: ["b"] } }],
    [{ statusCode: 200, headers: { a: "b\r\nc: d" } }],
    [{ statusCode: 200, cookies: "a=1" }],
  ])("is a 500 where it is malformed: %j", async (result) => {
    const { response, text, answered } = await ask(() => result);
    expect([response.status, text]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(answered).toMatchObject([
      { functionName: "function of $default", error: { name: "MalformedAnswerError" } },
    ]);
  });
});

describe("the routes of an HTTP API", () => {
  const routes = [
    "$default",
    "ANY /{proxy+}",
    "GET /users/{id}",
    "GET /users/me",
    "ANY /users/me",
    "GET /users/{id}/{rest+}",
    "GET /socket.io-lambda/poll",
  ].map((key) => route(key));
  const select = (method: string, path: string) => {
    const { route: found, pathParameters } = selectRoute(routes, method, path) ?? {};
    return [found?.routeKey, pathParameters];
  };

  it.each([
    ["GET", "/users/me", "GET /users/me", {}],
    ["POST", "/users/me", "ANY /users/me", {}],
    ["GET", "/users/a%20b", "GET /users/{id}", { id: "a b" }],
    ["GET", "/users/7/b/c", "GET /users/{id}/{rest+}", { id: "7", rest: "b/c" }],
    ["POST", "/users/7", "ANY /{proxy+}", { proxy: "users/7" }],
    ["GET", "/socket.io-lambda/poll", "GET /socket.io-lambda/poll", {}],
    ["POST", "/socket.io-lambda/poll", "ANY /{proxy+}", { proxy: "socket.io-lambda/poll" }],
    ["GET", "/socket.io-lambda/poll/", "ANY /{proxy+}", { proxy: "socket.io-lambda/poll/" }],
    ["GET", "/", "$default", {}],
  ])("%s %s goes to %s", (method, path, key, parameters) => {
    expect(select(method, path)).toEqual([key, parameters]);
  });

  it("answer 404 where none matches", async () => {
    const api = { ...API, routes: [route("GET /a")] };
    const { response, text, events } = await ask(() => "never", { path: "/b" }, api);
    expect([response.status, text, events]).toEqual([404, '{"message":"Not Found"}', []]);
  });

  it("lie below the name of a stage that is not $default", async () => {
    const api = { ...API, stage: "live", routes: [route("GET /a")] };
    expect((await ask(() => "yes", { path: "/live/a" }, api)).events[0]?.rawPath).toBe("/live/a");
    expect((await ask(() => "no", { path: "/a" }, api)).response.status).toBe(404);
  });
});

describe("an HTTP API", () => {
  it("answers 500 where the function throws, and says which", async () => {
    const error = new TypeError("boom");
    const { response, text, answered } = await ask(() => Promise.reject(error));
    expect([response.status, text]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(answered).toMatchObject([{ functionName: "function of $default", error }]);
  });

  it("answers 503 after the integration's timeout, while the function goes on", async () => {
    let finish = (_: unknown) => {};
    const ending = new Promise((resolve) => {
      finish = resolve;
    });
    const { response, text, answered } = await ask(
      () => ending,
      {},
      { ...API, routes: [route("$default", 20)] },
    );
    expect([response.status, text]).toEqual([503, '{"message":"Service Unavailable"}']);
    expect(answered).toMatchObject([{ error: { name: "IntegrationTimeoutError" } }]);
    finish("late");
  });

  it("answers 503 for a throttled function, and 429 for a throttled route", async () => {
    const { response } = await ask(() => Promise.reject(new ThrottledError("Fn")));
    expect(response.status).toBe(503);
    const api = { ...API, throttle: { rateLimit: 0, burstLimit: 0 } };
    const { response: refused, events } = await ask(() => "never", {}, api);
    expect([refused.status, events]).toEqual([429, []]);
  });

  it("takes 10,240 bytes of request line and headers, and no byte more", async () => {
    const used = "GET / HTTP/1.1\r\nHost: ab12cd34ef.execute-api.eu-west-1.amazonaws.com\r\nX: \r\n".length;
    const withHeader = (bytes: number) => ({
      headers: [...request().headers, ["X", "x".repeat(bytes)] as const],
    });
    expect((await ask(() => "yes", withHeader(10_240 - used))).response.status).toBe(200);
    expect((await ask(() => "no", withHeader(10_241 - used))).response.status).toBe(431);
  });

  it("takes 6 MB of event and 10 MB of body, and no byte more", async () => {
    const post = (bytes: number) => ({
      method: "POST",
      body: Buffer.alloc(bytes, "x"),
      headers: [["Content-Type", "text/plain"]] as const,
    });
    const empty = JSON.stringify((await ask(() => 1, post(1))).events[0]).length - 1 - "1".length;
    const room = 6 * 1024 * 1024 - empty - String(6 * 1024 * 1024).length;
    const taken = await ask(() => "yes", post(room));
    expect(JSON.stringify(taken.events[0])).toHaveLength(6 * 1024 * 1024);
    for (const bytes of [room + 1, 10 * 1024 * 1024 + 1]) {
      const { response, events } = await ask(() => "no", post(bytes));
      expect([response.status, events]).toEqual([413, []]);
    }
  });
});
