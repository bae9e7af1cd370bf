/** The front door's function at the edge, run as CloudFront runs it: by itself, with CloudFront's event. */
import { runInNewContext } from "node:vm";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { viewerRequestCode } from "../../lib/viewer-request-code.js";
import { FRONT_DOOR } from "../../runtime/contract.js";

interface Value {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

interface EdgeRequest {
  readonly method: string;
  uri: string;
  readonly querystring: Record<string, Value>;
  readonly headers: Record<string, Value>;
  readonly cookies: Record<string, Value>;
}

/** Where a request goes: the origin it is switched to, or "own" for that of the behavior. */
interface Way {
  readonly origin: string;
  readonly uri: string;
  readonly headers: Record<string, string>;
}

const VIEWER = "2001:db8::7";
const IMPORT = 'import cf from "cloudfront";\n';

interface Options {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly path: string;
}

/** What the function makes of a request, with the headers that CloudFront shows it (`aws-facts.md` §11.2). */
function wayOf(
  url: string,
  { method = "GET", headers = {}, path = "/socket.io" }: Partial<Options> = {},
): Way {
  const code = viewerRequestCode(path);
  expect(code).toContain(IMPORT);
  let origin = "own";
  const cf = {
    selectRequestOriginById: (id: string) => {
      origin = id;
    },
  };
  const handler = runInNewContext(`${code.replace(IMPORT, "")}\nhandler`, { cf });
  const [uri = "", query = ""] = url.split("?", 2);
  const request: EdgeRequest = {
    method,
    uri,
    querystring: valuesOf(query.split("&").filter(Boolean)),
    headers: Object.fromEntries(
      Object.entries({ host: "chat.example.com", ...headers }).map(([name, value]) => [name, { value }]),
    ),
    cookies: {},
  };
  const answer: EdgeRequest = handler({
    version: "1.0",
    context: { distributionDomainName: "d1.cloudfront.net", eventType: "viewer-request" },
    viewer: { ip: VIEWER },
    request,
  });
  expect(answer).toBe(request);
  const values = Object.entries(answer.headers).map(([name, { value }]) => [name, value]);
  return { origin, uri: answer.uri, headers: Object.fromEntries(values) };
}

/** As CloudFront does: values stay encoded, and `multiValue` is there for repeated names alone. */
function valuesOf(pairs: readonly string[]): Record<string, Value> {
  const byName = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name = "", value = ""] = pair.split("=", 2);
    byName.set(name, [...(byName.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...byName].map(([name, [value = "", ...others]]) => [
      name,
      others.length === 0
        ? { value }
        : { value, multiValue: [value, ...others].map((each) => ({ value: each })) },
    ]),
  );
}

describe("the front door's function at the edge", () => {
  it.each<[what: string, url: string, options: Partial<Options>, origin: string, uri: string]>([
    ["a WebSocket", "/socket.io/?EIO=4&transport=websocket", {}, "own", "/"],
    ["a WebSocket of an upgrade", "/socket.io/?EIO=4&transport=websocket&sid=a", {}, "own", "/"],
    ["a WebSocket without the slash", "/socket.io?EIO=4&transport=websocket", {}, "own", "/"],
    ["a plain client's WebSocket", "/socket.io/?transport=websocket", {}, "own", "/"],
    ["a handshake", "/socket.io/?EIO=4&transport=polling&t=a", {}, "http", "/socket.io/"],
    ["a poll", "/socket.io/?EIO=4&transport=polling&t=b&sid=a", {}, "http", FRONT_DOOR.pollPath],
    ["a poll without the slash", "/socket.io?transport=polling&sid=a", {}, "http", FRONT_DOOR.pollPath],
    ["a POST", "/socket.io/?transport=polling&sid=a", { method: "POST" }, "http", "/socket.io/"],
    ["a preflight", "/socket.io/?transport=polling&sid=a", { method: "OPTIONS" }, "http", "/socket.io/"],
    ["a HEAD", "/socket.io/?transport=polling&sid=a", { method: "HEAD" }, "http", "/socket.io/"],
    ["a POST to a WebSocket", "/socket.io/?transport=websocket", { method: "POST" }, "http", "/socket.io/"],
    ["a request for the client", "/socket.io/socket.io.js", {}, "http", "/socket.io/socket.io.js"],
    ["a path of the app", "/hello?transport=websocket&sid=a", {}, "http", "/hello"],
    ["a path that only begins so", "/socket.io-x?transport=websocket", {}, "http", "/socket.io-x"],
    ["another poll's path", "/socket.iox/?transport=polling&sid=a", {}, "http", "/socket.iox/"],
    ["two transports", "/socket.io/?transport=websocket&transport=polling", {}, "http", "/socket.io/"],
    [
      "two transports, the other way",
      "/socket.io/?transport=polling&transport=websocket",
      {},
      "http",
      "/socket.io/",
    ],
    ["two sessions", "/socket.io/?transport=polling&sid=a&sid=b", {}, "http", "/socket.io/"],
    ["a session without a name", "/socket.io/?transport=polling&sid=", {}, "http", "/socket.io/"],
    ["a transport without a name", "/socket.io/?transport=&sid=a", {}, "http", "/socket.io/"],
    ["no query", "/socket.io/", {}, "http", "/socket.io/"],
    ["a transport that does not exist", "/socket.io/?transport=constructor&sid=a", {}, "http", "/socket.io/"],
    ["another case", "/socket.io/?transport=WebSocket", {}, "http", "/socket.io/"],
    ["an encoded transport", "/socket.io/?transport=web%73ocket", {}, "http", "/socket.io/"],
    ["a broken encoding", "/socket.io/?transport=%E0%A4%A&sid=%", {}, "http", "/socket.io/"],
    ["names of Object's", "/socket.io/?__proto__=a&constructor=b&sid=c", {}, "http", "/socket.io/"],
    [
      "a session that is a path",
      "/socket.io/?transport=polling&sid=../../x",
      {},
      "http",
      FRONT_DOOR.pollPath,
    ],
    ["a path around", "/x/../socket.io/?transport=websocket", {}, "http", "/x/../socket.io/"],
  ])("sends %s (%s) to the right origin", (_, url, options, origin, uri) => {
    expect(wayOf(url, options)).toMatchObject({ origin, uri });
  });

  it("knows the construct's path instead of the default one", () => {
    const path = "/chat/io";
    expect(wayOf("/chat/io/?transport=websocket", { path })).toMatchObject({ origin: "own", uri: "/" });
    expect(wayOf("/chat/io/?transport=polling&sid=a", { path }).uri).toBe(FRONT_DOOR.pollPath);
    expect(wayOf("/socket.io/?transport=websocket", { path })).toMatchObject({
      origin: "http",
      uri: "/socket.io/",
    });
  });

  it.each(["/socket.io/?transport=websocket", "/socket.io/?transport=polling&sid=a", "/hello"])(
    "says whose request %s is, and lets nothing through that a client forged",
    (url) => {
      const forged = {
        [FRONT_DOOR.keyHeader]: "guess",
        [FRONT_DOOR.viewerHeader]: "127.0.0.1",
        [FRONT_DOOR.hostHeader]: "evil.example.com",
        "x-socket-io-other": "x",
      };
      const kept = {
        host: "chat.example.com",
        origin: "https://chat.example.com",
        authorization: "Basic eA==",
      };
      expect(wayOf(url, { headers: { ...forged, ...kept } }).headers).toEqual({
        ...kept,
        [FRONT_DOOR.viewerHeader]: VIEWER,
        [FRONT_DOOR.hostHeader]: "chat.example.com",
      });
    },
  );
});

describe("the function's code", () => {
  it("fits into CloudFront's 10 KB with the longest path", () => {
    expect(Buffer.byteLength(viewerRequestCode(`/${"x".repeat(253)}`))).toBeLessThan(10_240);
  });

  // esbuild turns what a target lacks into something older; equal code has nothing of it.
  it("has no syntax that runtime 2.0 lacks", async () => {
    const code = viewerRequestCode("/socket.io");
    const [all, known] = await Promise.all([
      transform(code, { target: "esnext" }),
      transform(code, {
        target: "es5",
        supported: { arrow: true, "const-and-let": true, "template-literal": true },
      }),
    ]);
    expect(known.code).toBe(all.code);
  });
});
