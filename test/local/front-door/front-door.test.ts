/** A distribution made by hand before origins that answer with what they get. */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Behavior, Distribution, OriginSettings } from "../../../local/front-door/distribution.js";
import { FrontDoor, type Origin } from "../../../local/front-door/front-door.js";
import type { HttpRequest, HttpResponse } from "../../../local/http/message.js";
import { Log, refusedHandshake } from "../../gateway/harness.js";

const ALL = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"];

const settings = (id: string, more: Partial<OriginSettings> = {}): OriginSettings => ({
  id,
  domainName: `${id}.example.com`,
  path: "",
  headers: {},
  readTimeoutMs: 30_000,
  attempts: 3,
  ...more,
});

interface Setup {
  readonly code?: string;
  readonly behaviors?: readonly Partial<Behavior>[];
  readonly origins?: readonly OriginSettings[];
  readonly defaultRootObject?: string;
  readonly answers?: Readonly<Record<string, (request: HttpRequest) => Promise<HttpResponse>>>;
}

/** A door on a port of its own. `asked` has what origins got. */
async function open(setup: Setup = {}) {
  const {
    code,
    origins = [settings("http"), settings("other")],
    answers = {},
    defaultRootObject = "",
  } = setup;
  const behaviors = [...(setup.behaviors ?? []), { pathPattern: "*" }].map((behavior) => ({
    pathPattern: "*",
    originId: "http",
    allowedMethods: new Set(ALL),
    forwards: "all-but-host" as const,
    ...(code !== undefined && { viewerRequest: { name: "lib/edge.js", code } }),
    ...behavior,
  }));
  const distribution: Distribution = {
    name: "Door",
    distributionId: "E1",
    domainName: "d1.cloudfront.net",
    aliases: [],
    behaviors,
    origins: new Map(origins.map((origin) => [origin.id, origin])),
    defaultRootObject,
    apiId: "api",
  };
  const asked = new Log<HttpRequest & { readonly origin: string }>();
  const errors: Error[] = [];
  const output: string[] = [];
  const originAt = (domainName: string): Origin | undefined => {
    const [origin = "", ...rest] = domainName.split(".");
    if (rest.join(".") !== "example.com") return undefined;
    return {
      request(request) {
        asked.add({ ...request, origin });
        const answer = answers[origin];
        if (answer) return answer(request);
        return Promise.resolve({ status: 200, headers: [["X-Origin", origin]], body: Buffer.from(origin) });
      },
    };
  };
  const door = new FrontDoor({
    distribution,
    originAt,
    onError: (error) => errors.push(error),
    onOutput: (name, line) => output.push(`${name}: ${line}`),
  });
  const server = createServer((request, response) => void door.request(request, response));
  server.on("upgrade", (request, stream, head) => void door.upgrade(request, stream, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const update = (next: string) => {
    const changed = behaviors.map((one) => ({ ...one, viewerRequest: { name: "lib/edge.js", code: next } }));
    door.update({ ...distribution, behaviors: changed });
  };
  return {
    port,
    asked,
    errors,
    output,
    update,
    ask: (path: string, options?: AskOptions) => ask(port, path, options),
  };
}

interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a path as it is, and any header. */
async function ask(port: number, path: string, { method = "GET", headers = {}, body }: AskOptions = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = httpRequest(
      { host: "127.0.0.1", port, path, method, agent: false, headers },
      async (response) => {
        let text = "";
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode, headers: response.headers, body: text });
      },
    );
    sent.on("error", reject).end(body);
  });
}

const headersOf = ({ headers }: HttpRequest) =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));

const REPORT = `function handler({ request }) {
  return { statusCode: 200, body: { encoding: "text", data: JSON.stringify(request) } };
}`;

describe("the behaviors of a distribution", () => {
  it.each([
    ["/socket.io", "other"],
    ["/socket.io/?EIO=4", "other"],
    ["/socket.ioX", "other"],
    ["/Socket.io/", "http"],
    ["/a1.png", "other"],
    ["/a12.png", "http"],
    ["/x/api", "http"],
    ["/x/../socket.io/", "other"],
    ["//socket.io/", "other"],
    ["/./api", "other"],
    ["/api/", "http"],
    ["/api/..", "http"],
    ["/", "http"],
  ])("lead %s to the origin %s", async (path, origin) => {
    const { ask: send } = await open({
      behaviors: [
        { pathPattern: "/socket.io*", originId: "other" },
        { pathPattern: "a?.png", originId: "other" },
        { pathPattern: "/api", originId: "other" },
        { pathPattern: "/socket.io/*", originId: "http" },
      ],
    });
    expect((await send(path)).headers["x-origin"]).toBe(origin);
  });

  it("refuse methods that they do not allow, and a GET with a body, with 403", async () => {
    const { ask: send, asked } = await open({ behaviors: [{ allowedMethods: new Set(["GET", "HEAD"]) }] });
    expect((await send("/", { method: "POST", body: "x" })).status).toBe(403);
    expect((await send("/", { body: "x", headers: { "Content-Length": "1" } })).status).toBe(403);
    expect(asked.all).toEqual([]);
  });

  it("answer 502 for an origin that is not of this stack", async () => {
    const elsewhere = settings("http", { domainName: "www.example.org" });
    const { ask: send } = await open({ origins: [elsewhere] });
    expect((await send("/")).status).toBe(502);
  });
});

describe("an origin", () => {
  it("gets its own Host, path and headers, and all else of the viewer but what concerns one connection", async () => {
    const http = settings("http", { path: "/prod", headers: { "x-key": "right" } });
    const { ask: send, asked } = await open({ origins: [http] });
    await send("/a%20b?c=%2F&d", {
      method: "POST",
      body: "hi",
      headers: {
        Host: "viewer.example",
        "X-Key": "forged",
        "X-Forwarded-For": "1.2.3.4",
        Cookie: ["a=1", "b=2"],
        "X-Real-IP": "9.9.9.9",
        "X-Forwarded-Proto": "https",
        "Keep-Alive": "timeout=5",
        Origin: "https://page.example",
      },
    });
    const [request] = asked.all;
    expect(request).toMatchObject({ path: "/prod/a%20b", query: "c=%2F&d", sourceIp: "130.176.0.1" });
    expect(String(request?.body)).toBe("hi");
    const headers = request && headersOf(request);
    expect(headers).toMatchObject({
      host: "http.example.com",
      "x-key": "right",
      "x-forwarded-for": "1.2.3.4, 127.0.0.1",
      via: "1.1 d1.cloudfront.net (CloudFront)",
      origin: "https://page.example",
    });
    for (const name of ["x-real-ip", "x-forwarded-proto", "keep-alive", "connection"]) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(request?.headers.filter(([name]) => name.toLowerCase() === "x-key")).toHaveLength(1);
  });

  it("gets neither query nor cookies nor headers without an origin request policy", async () => {
    const { ask: send, asked } = await open({ behaviors: [{ forwards: "nothing" }] });
    await send("/page?x=1", { headers: { Cookie: "a=1", "X-Other": "1", "If-None-Match": '"e"' } });
    const [request] = asked.all;
    expect(request?.query).toBe("");
    expect(request && Object.keys(headersOf(request)).sort()).toEqual([
      "host",
      "if-none-match",
      "user-agent",
      "via",
      "x-amz-cf-id",
      "x-forwarded-for",
    ]);
  });

  it("answers a HEAD without a body, and a body of more than 10 MB is known to be longer", async () => {
    const { ask: send, asked } = await open();
    const { status, headers, body } = await send("/", { method: "HEAD" });
    expect([status, headers["content-length"], body]).toEqual([200, "4", ""]);
    const length = 10 * 1024 * 1024;
    await send("/", { method: "POST", body: "x".repeat(length + 5) });
    expect(asked.all.map((request) => request.body.length)).toEqual([0, length + 1]);
  });

  it("gets nothing of a viewer that goes before its request is complete", async () => {
    const { port, asked, ask: send } = await open();
    const sent = httpRequest({ host: "127.0.0.1", port, method: "POST", headers: { "Content-Length": "9" } });
    sent.on("error", () => {});
    sent.write("half");
    await once(sent, "socket").then(([socket]) => once(socket, "connect"));
    sent.destroy();
    expect((await send("/after")).status).toBe(200);
    expect(asked.all.map(({ path }) => path)).toEqual(["/after"]);
  });

  it("gets the viewer's Host under AllViewer", async () => {
    const { ask: send, asked } = await open({ behaviors: [{ forwards: "all" }] });
    await send("/", { headers: { Host: "viewer.example" } });
    expect(asked.all.map((request) => headersOf(request).host)).toEqual(["viewer.example"]);
  });

  it("is asked for the root object", async () => {
    const { ask: send, asked } = await open({ defaultRootObject: "index.html" });
    await send("/");
    await send("/folder/");
    expect(asked.all.map(({ path }) => path)).toEqual(["/index.html", "/folder/"]);
  });

  it("is asked again for a GET that it leaves unanswered, as often as its attempts say, and not for a POST", async () => {
    const silent = () => new Promise<HttpResponse>(() => {});
    const http = settings("http", { readTimeoutMs: 20, attempts: 2 });
    const { ask: send, asked } = await open({ origins: [http], answers: { http: silent } });
    expect((await send("/?t=a")).status).toBe(504);
    expect(asked.all.map(({ query }) => query)).toEqual(["t=a", "t=a"]);
    expect((await send("/", { method: "POST", body: "x" })).status).toBe(504);
    expect(asked.all).toHaveLength(3);
  });

  it("answers the second try", async () => {
    const answers = [
      () => new Promise<HttpResponse>(() => {}),
      () => Promise.resolve({ status: 200, headers: [], body: Buffer.from("late") }),
    ];
    const http = settings("http", { readTimeoutMs: 20 });
    const { ask: send } = await open({
      origins: [http],
      answers: { http: () => (answers.shift() as () => Promise<HttpResponse>)() },
    });
    expect(await send("/")).toMatchObject({ status: 200, body: "late" });
  });

  it("passes on several Set-Cookie", async () => {
    const cookies = [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ] as const;
    const http = () => Promise.resolve({ status: 200, headers: cookies, body: Buffer.alloc(0) });
    const { ask: send } = await open({ answers: { http } });
    expect((await send("/")).headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });
});

describe("a function at the edge", () => {
  it("sees CloudFront's event", async () => {
    const code = `function handler(event) {
      const isObject = event instanceof Object && event.request.headers instanceof Object;
      return { statusCode: 200, body: JSON.stringify({ ...event, isObject, raw: event.request.rawQueryString() }) };
    }`;
    const { ask: send } = await open({ code });
    const { body, status } = await send("/a%20b?x=1&x=%202&y=", {
      headers: {
        Host: "viewer.example",
        "X-Tag": ["one", "two"],
        Cookie: "a=1; b=2; a=3",
        Upgrade: "h2c",
        "X-Amz-Cf-Id": "forged",
        "X-Edge-Anything": "1",
      },
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      version: "1.0",
      context: {
        distributionDomainName: "d1.cloudfront.net",
        distributionId: "E1",
        endpoint: "d1.cloudfront.net",
        eventType: "viewer-request",
        requestId: expect.stringMatching(/^[\w-]{56}$/),
      },
      viewer: { ip: "127.0.0.1" },
      request: {
        method: "GET",
        uri: "/a%20b",
        querystring: {
          x: { value: "1", multiValue: [{ value: "1" }, { value: "%202" }] },
          y: { value: "" },
        },
        headers: {
          host: { value: "viewer.example" },
          "x-tag": { value: "one", multiValue: [{ value: "one" }, { value: "two" }] },
        },
        cookies: {
          a: { value: "1", multiValue: [{ value: "1" }, { value: "3" }] },
          b: { value: "2" },
        },
      },
      isObject: true,
      raw: "x=1&x=%202&y=",
    });
  });

  it("changes uri, query, headers and cookies, and neither behavior nor origin by that", async () => {
    const code = `async function handler({ request }) {
      request.uri = "/socket.io/";
      request.querystring.added = { value: "1" };
      request.headers["x-new"] = { value: "yes" };
      delete request.headers["x-old"];
      request.cookies = { c: { value: "3" } };
      return request;
    }`;
    const { ask: send, asked } = await open({
      code,
      behaviors: [{ pathPattern: "/socket.io*", originId: "other" }],
    });
    await send("/?a=1", { headers: { "X-Old": "1", "X-Kept": "2", Cookie: "a=1" } });
    const [request] = asked.all;
    expect(request).toMatchObject({ origin: "http", path: "/socket.io/", query: "a=1&added=1" });
    const headers = request && headersOf(request);
    expect(headers).toMatchObject({ "x-new": "yes", "x-kept": "2", cookie: "c=3" });
    expect(headers).not.toHaveProperty("x-old");
  });

  it("leaves a query that it does not touch as it is, to the byte", async () => {
    const { ask: send, asked } = await open({ code: "function handler(event) { return event.request; }" });
    await send("/?b&a=&&10=1&2=%zz");
    expect(asked.all.map(({ query }) => query)).toEqual(["b&a=&&10=1&2=%zz"]);
  });

  it("selects another origin by its id, with that one's settings", async () => {
    const code = `// a comment before the import
import cf from "cloudfront";
function handler(event) { cf.selectRequestOriginById("other"); return event.request; }`;
    const other = settings("other", { headers: { "x-key": "other" } });
    const { ask: send, asked } = await open({ code, origins: [settings("http"), other] });
    await send("/");
    expect(asked.all.map(({ origin }) => origin)).toEqual(["other"]);
    expect(asked.all.map((request) => headersOf(request)["x-key"])).toEqual(["other"]);
  });

  it("may answer by itself", async () => {
    const code = `function handler() {
      return {
        statusCode: 302,
        headers: { location: { value: "/new" } },
        cookies: { a: { value: "1", attributes: "Path=/" } },
        body: { encoding: "base64", data: "aGk=" },
      };
    }`;
    const { ask: send, asked } = await open({ code });
    const { status, headers, body } = await send("/");
    expect([status, headers.location, headers["set-cookie"], body]).toEqual([
      302,
      "/new",
      ["a=1; Path=/"],
      "hi",
    ]);
    expect(asked.all).toEqual([]);
  });

  it("has nothing of Node's, nothing of the run before, and no eval", async () => {
    const code = `let runs = 0;
    function handler() {
      runs += 1;
      let evaluated = "refused";
      try { evaluated = eval("1"); } catch {}
      const names = ["process", "setTimeout", "fetch", "Buffer", "WebAssembly"];
      return { statusCode: 200, body: [runs, evaluated, names.filter((name) => name in globalThis)].join() };
    }`;
    const { ask: send } = await open({ code });
    expect([(await send("/")).body, (await send("/")).body]).toEqual(["1,refused,", "1,refused,"]);
  });

  it("is another one after a reload", async () => {
    const answering = (text: string) => `const handler = () => ({ statusCode: 200, body: "${text}" });`;
    const { ask: send, update } = await open({ code: answering("old") });
    expect((await send("/")).body).toBe("old");
    update(answering("new"));
    expect((await send("/")).body).toBe("new");
  });

  it("prints to the terminal", async () => {
    const { ask: send, output } = await open({
      code: `function handler(event) { console.log("hi", { a: 1 }); return event.request; }`,
    });
    await send("/");
    expect(output).toEqual(["lib/edge.js: hi { a: 1 }"]);
  });

  it.each([
    ["hidden", `request.headers.connection = { value: "close" };`, "added the header connection"],
    ["hidden, by prefix", `request.headers["x-edge-a"] = { value: "1" };`, "added the header x-edge-a"],
    ["read-only", `request.headers.host = { value: "x" };`, "changed the header host, which is read-only"],
    ["read-only, gone", `delete request.headers.host;`, "changed the header host, which is read-only"],
    [
      "in capitals",
      `request.headers["X-A"] = { value: "1" };`,
      "set the header X-A, whose name is not in lower case",
    ],
    ["not text", `request.headers.a = { value: 1 };`, "set headers.a to something other than { value }"],
    ["a line break", `request.headers.a = { value: "b\\r\\nc: d" };`, "put a line break into a"],
    ["the method", `request.method = "POST";`, "changed the method, which is read-only"],
    ["a relative uri", `request.uri = "a";`, 'set the uri "a", which begins with no slash'],
    ["a long uri", `request.uri = "/" + "x".repeat(8192);`, "made a URI of more than 8192 characters"],
    ["nothing", "return;", "returned no request"],
    ["no response", "return { statusCode: 1000 };", "returned a response that is none"],
    [
      "an unknown origin",
      `cf.selectRequestOriginById("none");`,
      "selected the origin none, which does not exist",
    ],
  ])("is refused with 502 for a forbidden change: %s", async (_what, statement, why) => {
    const code = `import cf from 'cloudfront';\nfunction handler({ request }) { ${statement} return request; }`;
    const { ask: send, asked, errors } = await open({ code });
    expect((await send("/")).status).toBe(502);
    expect(asked.all).toEqual([]);
    expect(errors.map(({ message }) => message)).toEqual([
      `lib/edge.js: ${why}, and CloudFront refuses that. Correct the function.`,
    ]);
  });

  it.each([
    ["throws", `  throw new TypeError("boom");`, "lib/edge.js:3:9: TypeError: boom. Correct the function."],
    ["throws a text", `  throw "boom";`, "lib/edge.js: threw boom. Correct the function."],
    [
      "uses what is not there",
      "  setTimeout(() => {}, 1);",
      /^lib\/edge\.js:3:3: ReferenceError: setTimeout/,
    ],
    ["never ends", "  for (;;);", /timed out after 1000ms/],
    ["never resolves", "  return new Promise(() => {});", /did not end within 1000 ms/],
    ["uses what is not imitated", "  cf.kvs();", /does not imitate kvs/],
  ])("makes a 503 where it %s, and its place is told", async (_what, statement, message) => {
    const code = `import cf from 'cloudfront';\nfunction handler(event) {\n${statement}\n}`;
    const { ask: send, errors } = await open({ code });
    expect((await send("/")).status).toBe(503);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(message);
  });
});

describe("an upgrade", () => {
  it("is answered over HTTP where the function or the origin answers", async () => {
    const { port } = await open({ code: REPORT, behaviors: [] });
    const refused = await refusedHandshake(`ws://127.0.0.1:${port}/socket.io/?transport=websocket`);
    expect(refused.status).toBe(200);
    const { headers, querystring } = JSON.parse(refused.body);
    expect(querystring).toEqual({ transport: { value: "websocket" } });
    expect(headers).toHaveProperty("sec-websocket-key");
    expect(headers).not.toHaveProperty("upgrade");
    expect(headers).not.toHaveProperty("connection");

    const other = await open();
    expect(await refusedHandshake(`ws://127.0.0.1:${other.port}/`)).toMatchObject({
      status: 200,
      body: "http",
    });
  });

  it("whose viewer has gone harms nobody", async () => {
    const { port, asked, ask: send } = await open();
    const sent = httpRequest({
      host: "127.0.0.1",
      port,
      path: "/",
      headers: { Connection: "Upgrade", Upgrade: "websocket" },
    });
    sent.on("error", () => {});
    sent.end();
    await once(sent, "socket");
    sent.destroy();
    expect((await send("/after")).status).toBe(200);
    expect(asked.all.at(-1)?.path).toBe("/after");
  });
});
