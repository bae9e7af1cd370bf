import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HandshakeRequest } from "../../runtime/connection/socket-request.js";
import { sessionToUpgrade, verifyHandshake } from "../../runtime/events/handshake-verdict.js";
import type { ServerOptions } from "../../runtime/socket-io/internals.js";

const ORIGIN = "https://app.example";

function request(given: Partial<Pick<HandshakeRequest, "headers" | "_query">> = {}): HandshakeRequest {
  const connection = { remoteAddress: "192.0.2.1", encrypted: true };
  return {
    method: "GET",
    url: "/prod/",
    headers: { origin: ORIGIN },
    _query: { EIO: "4", transport: "websocket" },
    connection,
    socket: connection,
    connectionId: "id",
    ...given,
  };
}

type Callback = (error: unknown, value?: unknown) => void;

describe("an offer of subprotocols", () => {
  const offer = (value: string) =>
    verifyHandshake({}, request({ headers: { origin: ORIGIN, "sec-websocket-protocol": value } }));

  it.each(["one", "one, two", "one\t,\ttwo", "!#$%&'*+-.^_`|~0aZ"])(
    "passes where it is %j",
    async (value) => {
      expect(await offer(value)).toBeUndefined();
    },
  );

  // The local gateway refuses them before, as ws does; whether API Gateway does is not documented.
  it.each(["", ",", "one,", "one two", "one, one", 'on"e', "one\r\nx: y", "öne", "\u0000"])(
    "is refused where it is %j",
    async (value) => {
      expect(await offer(value)).toMatchObject({ status: 400, code: 3, message: "Bad request" });
    },
  );
});

describe("the cors option", () => {
  const later = (call: () => void) => void setImmediate(call);
  it.each<[form: string, cors: unknown, isAllowed: boolean]>([
    ["none", undefined, true],
    ["without an origin", {}, true],
    ["origin: *", { origin: "*" }, true],
    ["origin: true", { origin: true }, true],
    ["origin: false", { origin: false }, false],
    ["origin: the same", { origin: ORIGIN }, true],
    ["origin: another", { origin: "https://evil.example" }, false],
    ["origin: its beginning", { origin: "https://app.exam" }, false],
    ["origin: another port", { origin: `${ORIGIN}:8443` }, false],
    ["origin: a RegExp that fits", { origin: /\.example$/ }, true],
    ["origin: a RegExp that does not", { origin: /\.org$/ }, false],
    ["origin: a list with it", { origin: ["https://other.example", ORIGIN] }, true],
    ["origin: a list with a RegExp", { origin: [/^https:\/\/app\./] }, true],
    ["origin: a list without it", { origin: ["https://other.example", /\.org$/] }, false],
    ["origin: an empty list", { origin: [] }, false],
    ["origin: a function that allows", { origin: (_o: string, done: Callback) => done(null, true) }, true],
    ["origin: a function that refuses", { origin: (_o: string, done: Callback) => done(null, false) }, false],
    [
      "origin: a function that fails",
      { origin: (_o: string, done: Callback) => done(new Error("no"), true) },
      false,
    ],
    [
      "origin: a function that looks at it, later",
      { origin: (origin: string, done: Callback) => later(() => done(null, origin === ORIGIN)) },
      true,
    ],
    [
      "origin: a function that names allowed ones",
      { origin: (_o: string, done: Callback) => done(null, [ORIGIN]) },
      true,
    ],
    ["a function of the request", (_r: unknown, done: Callback) => done(null, { origin: ORIGIN }), true],
    [
      "a function of the request that names another",
      (r: HandshakeRequest, done: Callback) => done(null, { origin: `${r.headers.origin}.evil` }),
      false,
    ],
  ])("%s", async (_form, cors, isAllowed) => {
    const refusal = await verifyHandshake({ cors }, request());
    if (isAllowed) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ status: 403, code: 4, message: "Forbidden" });
  });

  it("lets in who sends no origin: that is no browser", async () => {
    const options = { cors: { origin: "https://other.example" } };
    expect(await verifyHandshake(options, request({ headers: {} }))).toBeUndefined();
  });

  it.each([
    ["https://app.example", true],
    ["http://app.example", true],
    ["https://app.example:8443", false],
    ["https://evil.example", false],
    ["https://app.example.evil.example", false],
    ["null", false],
  ])("has no say about the server's own pages: %s at app.example", async (origin, isAllowed) => {
    const headers = { origin, host: "app.example" };
    const refusal = await verifyHandshake({ cors: { origin: [] } }, request({ headers }));
    expect(refusal === undefined).toBe(isAllowed);
  });

  it("guards plain clients too", async () => {
    const options = { cors: { origin: "https://other.example" } };
    expect(await verifyHandshake(options, request({ _query: {} }))).toMatchObject({ status: 403 });
  });
});

describe("a cors option that fails", () => {
  it.each<[string, unknown]>([
    [
      "throws",
      () => {
        throw new TypeError("in cors");
      },
    ],
    [
      "rejects",
      async () => {
        throw new TypeError("in cors");
      },
    ],
  ])("one that %s refuses, and is logged", async (_how, cors) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    for (const option of [cors, { origin: cors }]) {
      expect(await verifyHandshake({ cors: option }, request())).toMatchObject({ status: 403 });
      expect(logged).toHaveBeenLastCalledWith(
        expect.stringMatching(/^\[handshake\]/),
        expect.objectContaining({ message: "in cors" }),
      );
    }
    logged.mockRestore();
  });

  it("a RegExp with a flag that remembers decides the same each time", async () => {
    for (const origin of [/\.example$/g, /https:/y]) {
      const verdicts = [1, 2, 3].map(() => verifyHandshake({ cors: { origin } }, request()));
      expect(await Promise.all(verdicts)).toEqual([undefined, undefined, undefined]);
    }
  });
});

describe("allowRequest", () => {
  let logged: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    logged = vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => logged.mockRestore());

  it.each<[string, NonNullable<ServerOptions["allowRequest"]>, object | undefined]>([
    ["true lets in", (_r, decide) => decide(null, true), undefined],
    ["true, later, lets in", (_r, decide) => void setImmediate(() => decide(undefined, true)), undefined],
    ["false refuses", (_r, decide) => decide(null, false), { status: 403, code: 4, message: "Forbidden" }],
    [
      "false with a reason refuses, and the reason is in the context",
      (_r, decide) => decide("too many", false),
      { status: 403, context: { message: "too many" } },
    ],
  ])("%s", async (_what, allowRequest, refusal) => {
    const verdict = await verifyHandshake({ allowRequest }, request());
    if (refusal) expect(verdict).toMatchObject(refusal);
    else expect(verdict).toBeUndefined();
    expect(logged).not.toHaveBeenCalled();
  });

  it.each<[string, NonNullable<ServerOptions["allowRequest"]>]>([
    [
      "throws",
      () => {
        throw new TypeError("in allowRequest");
      },
    ],
    [
      "rejects",
      async () => {
        throw new TypeError("in allowRequest");
      },
    ],
  ])("one that %s refuses, and is logged", async (_how, allowRequest) => {
    expect(await verifyHandshake({ allowRequest }, request())).toMatchObject({ status: 403 });
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      "[handshake] allowRequest:",
      expect.objectContaining({ message: "in allowRequest" }),
    );
  });

  it("sees the request as Node's http names it", async () => {
    let seen: unknown;
    await verifyHandshake(
      {
        allowRequest: (given, decide) => {
          seen = given;
          decide(null, true);
        },
      },
      request(),
    );
    expect(seen).toMatchObject({
      method: "GET",
      url: "/prod/",
      headers: { origin: ORIGIN },
      connection: { remoteAddress: "192.0.2.1" },
    });
  });

  it("is not asked about an origin that is refused already", async () => {
    const allowRequest = vi.fn();
    await verifyHandshake({ cors: { origin: "https://other.example" }, allowRequest }, request());
    expect(allowRequest).not.toHaveBeenCalled();
  });
});

describe("what engine.io checks", () => {
  it.each([
    [
      { EIO: "3", transport: "websocket" },
      { status: 400, code: 5, message: "Unsupported protocol version" },
    ],
    [
      { EIO: "4", transport: "polling" },
      { status: 400, code: 0, message: "Transport unknown" },
    ],
    [{ EIO: "4" }, { status: 400, code: 0, message: "Transport unknown" }],
  ])("%j is refused", async (_query, refusal) => {
    expect(await verifyHandshake({}, request({ _query }))).toMatchObject(refusal);
  });
});

describe("a session id in the query", () => {
  const EIO = { EIO: "4", transport: "websocket" };
  const refuses: ServerOptions["allowRequest"] = (_request, decide) => decide(null, false);
  const asked = (_query: HandshakeRequest["_query"]) =>
    verifyHandshake({ allowRequest: refuses }, request({ _query }));

  it("means an upgrade, for which allowRequest was asked already", async () => {
    expect(await asked({ ...EIO, sid: "x" })).toBeUndefined();
    expect(await asked({ ...EIO, sid: ["", "x"] })).toBeUndefined();
  });

  it("means none where it is empty", async () => {
    expect(await asked({ ...EIO, sid: "" })).toMatchObject({ status: 403 });
    expect(await asked({ ...EIO, sid: ["x", ""] })).toMatchObject({ status: 403 });
  });

  it("means nothing of a plain client, which passes no allowRequest by it", async () => {
    expect(await asked({ sid: "x" })).toMatchObject({ status: 403 });
    expect(sessionToUpgrade({ sid: "x" })).toBeUndefined();
  });
});
