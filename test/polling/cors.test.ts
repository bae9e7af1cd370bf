/** The option cors on long-polling, asked of Socket.IO's own server and of ours. */
import { describe, expect, it } from "vitest";
import { logLines } from "../support/log-lines.js";
import { each, same } from "./side.js";

const log = logLines();

const POLLING = "?EIO=4&transport=polling";
const APP = "https://app.example";
const FOREIGN = "https://evil.example";

type Callback = (error: Error | null, value?: unknown) => void;

describe("the cors option", () => {
  it.each<[string, unknown]>([
    ["true", true],
    ["with a text", { origin: APP }],
    ["with *", { origin: "*" }],
    ["with true", { origin: true }],
    ["with false", { origin: false }],
    ["with a list", { origin: [APP, /\.example\.org$/] }],
    ["with a RegExp", { origin: /app\.example$/ }],
    ["with credentials", { origin: APP, credentials: true }],
    ["with all that it takes", { origin: APP, methods: ["GET"], exposedHeaders: ["a", "b"], maxAge: 60 }],
    ["with allowed headers", { origin: APP, allowedHeaders: ["x-one", "x-two"] }],
    ["with another status", { origin: APP, optionsSuccessStatus: 200 }],
    ["with preflights that go on", { origin: APP, preflightContinue: true }],
    [
      "with a function of the origin",
      { origin: (origin: string | undefined, done: Callback) => done(null, origin === APP) },
    ],
    [
      "as a function of the request",
      (request: { headers: { origin?: string } }, done: Callback) =>
        setImmediate(() => done(null, { origin: request.headers.origin === APP, credentials: true })),
    ],
  ])("%s: handshake, preflight, POST, GET, and an error, for three origins", async (_form, cors) => {
    const io = { cors: cors as never, transports: ["polling" as const] };
    const result = await same({ io }, (side) =>
      Promise.all(
        [{ origin: APP }, { origin: FOREIGN }, {}].map(async (headers) => {
          const preflight = {
            ...headers,
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-one,content-type",
          };
          const first = await side.ask(POLLING, { headers });
          const session = await side.open({ headers });
          const post = await session.post("40", { ...headers, "content-type": "text/plain" });
          const get = await session.get({ headers });
          return {
            first: { ...first, body: "" },
            preflight: await side.ask(POLLING, { method: "OPTIONS", headers: preflight }),
            sessionPreflight: await side.ask(session.query, { method: "OPTIONS", headers: preflight }),
            post,
            get: { ...get, body: get.body.slice(0, 2) },
            error: await side.ask("?EIO=4&transport=abc", { headers }),
          };
        }),
      ),
    );
    expect(result.map(({ first, get }) => [first.status, get.status, get.body])).toEqual(
      Array(3).fill([200, 200, "40"]),
    );
  });

  it("without it, no header says anything", async () => {
    const result = await same({}, (side) => side.ask("?EIO=4&transport=abc", { headers: { origin: APP } }));
    expect(Object.keys(result.headers)).toEqual(["content-type"]);
  });

  it.each<[string, unknown]>([
    ["that fails", (_request: unknown, done: Callback) => done(new Error("in cors"))],
    ["whose origin fails", { origin: (_origin: string, done: Callback) => done(new Error("in cors")) }],
    [
      "that throws",
      () => {
        throw new Error("in cors");
      },
    ],
  ])("one %s refuses with code 3", async (_how, cors) => {
    const { upstream, ours } = await each({ io: { cors: cors as never } }, (side) =>
      side.ask(POLLING, { headers: { origin: APP } }),
    );
    expect(ours).toEqual(upstream);
    expect(ours.result).toMatchObject({ status: 400, body: '{"code":3,"message":"Bad request"}' });
    expect(ours.refused).toMatchObject([{ context: { name: "MIDDLEWARE_FAILURE" } }]);
    expect(await log.find(/in cors/)).toContain("[handshake]");
  });
});
