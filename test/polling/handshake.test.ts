/** The handshake of HTTP long-polling, asked of Socket.IO's own server and of ours. */
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { logLines } from "../support/log-lines.js";
import { type Answered, ask } from "./asked.js";
import { each, ours, pair, type Side, same } from "./side.js";

const log = logLines();
const POLLING = "?EIO=4&transport=polling";

/** The open packet's settings that the two servers choose for themselves. */
function withoutChoices({ body, ...answered }: Answered) {
  const { sid, upgrades, ...rest } = JSON.parse(body.slice(1));
  expect(sid).toMatch(/^[\w-]{20}$/);
  return { ...answered, type: body[0], upgrades, keys: Object.keys(JSON.parse(body.slice(1))), rest };
}

async function opened(side: Side, query = POLLING, headers = {}) {
  const { rest, ...opened } = withoutChoices(await side.ask(query, { headers }));
  expect(Object.values(rest).every((value) => Number(value) > 0)).toBe(true);
  return opened;
}

/** The session's id in a cookie. */
function withoutSid({ headers: { "set-cookie": cookies, ...headers }, ...opened }: Answered) {
  const { sid } = JSON.parse(opened.body.slice(1));
  const anonymous = (cookies as readonly string[]).map((cookie) => cookie.replace(sid, "SID"));
  return { status: opened.status, headers, cookies: anonymous };
}

describe("a handshake by long-polling", () => {
  it("is answered with the open packet", async () => {
    const result = await same({}, (side) => opened(side));
    expect(result).toMatchObject({ status: 200, type: "0", upgrades: ["websocket"] });
  });

  it.each<[string, object, string[]]>([
    ["transports: polling", { transports: ["polling"] }, []],
    ["allowUpgrades: false", { allowUpgrades: false }, []],
    ["transports: websocket, polling", { transports: ["websocket", "polling"] }, ["websocket"]],
  ])("%s says what the client may upgrade to", async (_what, io, upgrades) => {
    const result = await same({ io }, (side) => opened(side));
    expect(result.upgrades).toEqual(upgrades);
  });

  it("takes an empty sid for none", async () => {
    await same({}, (side) => opened(side, `${POLLING}&sid=`));
    await same({}, (side) => side.handshake("?EIO=4&transport=websocket&sid="));
  });

  it("gets a session id of the app's own", async () => {
    const options = {
      engine: (engine: Server["engine"]) => {
        engine.generateId = async () => "of-the-app";
      },
    };
    await same(options, async (side) => JSON.parse((await side.ask(POLLING)).body.slice(1)).sid);
  });

  it("is refused where the app's generateId fails", async () => {
    const options = {
      engine: (engine: Server["engine"]) => {
        engine.generateId = async () => {
          throw new TypeError("in generateId");
        };
      },
    };
    const result = await same(options, (side) => side.ask(POLLING));
    expect(result).toMatchObject({ status: 400, body: '{"code":3,"message":"Bad request"}' });
    expect(await log.find(/in generateId/)).toContain("io.engine.generateId");
  });
});

describe("what Engine.IO refuses", () => {
  const { each } = pair();

  it.each([
    ["no transport", "?EIO=4", "GET"],
    ["an unknown transport", "?EIO=4&transport=abc", "GET"],
    ["an unknown sid", `${POLLING}&sid=unknown`, "POST"],
    ["an unknown sid and method", `${POLLING}&sid=unknown`, "PUT"],
    ["an unknown sid without an upgrade", "?EIO=4&transport=websocket&sid=unknown", "GET"],
    ["a POST without a sid", POLLING, "POST"],
    ["a PUT without a sid", POLLING, "PUT"],
    ["a DELETE without a sid", POLLING, "DELETE"],
    ["a HEAD without a sid", POLLING, "HEAD"],
    ["OPTIONS without the option cors", POLLING, "OPTIONS"],
    ["a WebSocket without an upgrade", "?EIO=4&transport=websocket", "GET"],
    ["revision 3", "?EIO=3&transport=polling", "GET"],
    ["no revision", "?transport=polling", "GET"],
    ["an unknown revision", "?EIO=abc&transport=polling", "GET"],
  ])("%s", async (_what, query, method) => {
    const { upstream, ours } = await each((side) => side.ask(query, { method }));
    expect(ours).toEqual(upstream);
    expect(ours.result.status).toBe(400);
    expect(ours.refused).toHaveLength(1);
  });

  it("a GET with an unknown sid: without an event for it, for the function that holds GETs has no app", async () => {
    const answered = await each((side) => side.ask(`${POLLING}&sid=unknown`));
    expect(answered.ours.result).toEqual(answered.upstream.result);
    expect(answered.ours.refused).toEqual([]);
  });
});

describe("the option transports", () => {
  it("refuses polling, where it is not among them", async () => {
    const io = { transports: ["websocket" as const] };
    const result = await same({ io }, (side) => side.ask(POLLING));
    expect(result).toMatchObject({ status: 400, body: '{"code":0,"message":"Transport unknown"}' });
  });

  it("refuses WebSocket, where it is not among them", async () => {
    const io = { transports: ["polling" as const] };
    const result = await same({ io }, (side) => side.handshake("?EIO=4&transport=websocket"));
    expect(result).toBe(400);
  });
});

describe("what only Socket.IO 1 and 2 clients ask for", () => {
  const { each } = pair({ io: { allowEIO3: true } });

  // Upstream lets it in; here `allowEIO3` is for WebSocket.
  it("revision 3 by long-polling is refused with code 5", async () => {
    const { upstream, ours } = await each((side) => side.ask("?EIO=3&transport=polling"));
    expect([upstream.result.status, ours.result.status]).toEqual([200, 400]);
    expect(ours.result.body).toBe('{"code":5,"message":"Unsupported protocol version"}');
  });

  it("revision 3 by WebSocket is let in, and takes over no session of revision 4", async () => {
    const { upstream, ours } = await each(async (side) => {
      const { sid } = await side.open();
      const begins = await side.handshake("?EIO=3&transport=websocket");
      return [begins, await side.handshake(`?EIO=3&transport=websocket&sid=${sid}`)];
    });
    expect(ours.result).toEqual(upstream.result);
    expect(ours.result).toEqual([101, 400]);
  });

  it("JSONP is answered as any other request", async () => {
    const { upstream, ours } = await each((side) => side.ask(`${POLLING}&j=0`));
    expect(upstream.result.body).toMatch(/^___eio\[0\]\(/);
    expect(ours.result.body).toMatch(/^0\{/);
  });
});

describe("allowRequest", () => {
  type AllowRequest = (request: unknown, decide: (error: unknown, allowed: boolean) => void) => void;
  const asking = (allowRequest: AllowRequest) => ({ io: { allowRequest: allowRequest as never } });

  it.each<[string, AllowRequest, string]>([
    ["refuses", (_request, decide) => decide(null, false), '{"code":4,"message":"Forbidden"}'],
    [
      "refuses with a message",
      (_request, decide) => decide("too many", false),
      '{"code":4,"message":"too many"}',
    ],
    [
      "refuses with an object",
      (_request, decide) => setImmediate(() => decide({ retry: 5 }, false)),
      '{"code":4,"message":{"retry":5}}',
    ],
  ])("%s", async (_how, allowRequest, body) => {
    const result = await same(asking(allowRequest), (side) => side.ask(POLLING));
    expect(result).toMatchObject({ status: 403, body });
  });

  it("is asked before the revision is looked at", async () => {
    const io = asking((_request, decide) => decide(null, false));
    const result = await same(io, (side) => side.ask("?EIO=3&transport=polling"));
    expect(result.status).toBe(403);
  });

  it("is asked once a session, with the request", async () => {
    const seen: unknown[] = [];
    const io = asking((request, decide) => {
      const { method, headers, _query } = request as { method: string; headers: object; _query: object };
      seen.push({ method, test: (headers as { test?: string }).test, _query });
      decide(null, true);
    });
    await same(io, async (side) => {
      const session = await side.open({ headers: { test: "yes" } });
      await session.join();
      await session.post("41");
    });
    const one = { method: "GET", test: "yes", _query: { EIO: "4", transport: "polling" } };
    expect(seen).toEqual([one, one]);
  });

  // Upstream's process ends of it.
  it("refuses where it throws", async () => {
    const side = await ours(
      asking(() => {
        throw new TypeError("in allowRequest");
      }),
    );
    expect(await side.ask(POLLING)).toMatchObject({ status: 403 });
    expect(await log.find(/in allowRequest/)).toContain("allowRequest");
  });
});

describe("the cookie option", () => {
  it.each<[string, object | true]>([
    ["true", true],
    ["with a name", { name: "my-session" }],
    ["with all of it", { name: "s", path: "/chat", httpOnly: false, sameSite: "strict", maxAge: 60 }],
    ["for other sites", { sameSite: "none", secure: true, domain: "example.org" }],
  ])("%s", async (_what, cookie) => {
    const io = { cookie: cookie as never };
    const result = await same({ io }, async (side) => {
      const session = await side.ask(POLLING).then(withoutSid);
      const next = await side.open();
      return { session, post: await next.post("40") };
    });
    expect(result.session.cookies).toEqual([expect.stringContaining("=SID; ")]);
    expect(result.post.headers).not.toHaveProperty("set-cookie");
  });
});

describe("the events of io.engine", () => {
  const io = { transports: ["polling" as const] };

  it("initial_headers adds to the first answer, headers to each", async () => {
    const options = {
      io,
      engine: (engine: Server["engine"]) => {
        engine.on("initial_headers", (headers: Record<string, unknown>) => {
          headers["x-test-initial"] = "1";
          headers["set-cookie"] = ["a=1", "b=2"];
        });
        engine.on("headers", (headers: Record<string, unknown>, { method }: { method: string }) => {
          headers["X-Test-Each"] = "yes";
          if (method === "POST") headers["x-test-post"] = 1;
        });
      },
    };
    const result = await same(options, async (side) => {
      const first = await side.ask(POLLING);
      const session = await side.open();
      const [post, get] = [await session.post("40"), await session.get()];
      return [first.headers, post, get.headers];
    });
    expect(result).toMatchObject([
      { "x-test-initial": "1", "set-cookie": ["a=1", "b=2"], "x-test-each": "yes" },
      { status: 200, headers: { "x-test-each": "yes", "x-test-post": "1" } },
      { "x-test-each": "yes" },
    ]);
  });

  it("headers is emitted once for each answer but those to GETs, which get the same as the first", async () => {
    const methods = { upstream: [] as string[], ours: [] as string[] };
    const counted = await each({ io }, async (side) => {
      side.io.engine.on("headers", (headers: Record<string, unknown>, request: { method: string }) => {
        methods[side.name].push(request.method);
        headers["x-test-count"] = methods[side.name].length;
      });
      const session = await side.open();
      const post = await session.post("40");
      const get = await session.get();
      return [post, get].map(({ headers }) => headers["x-test-count"]);
    });
    expect(methods).toEqual({ upstream: ["GET", "POST", "GET"], ours: ["GET", "POST"] });
    expect([counted.upstream.result, counted.ours.result]).toEqual([
      ["2", "3"],
      ["2", "1"],
    ]);
  });

  it("a cookie of initial_headers comes beside that of the option", async () => {
    const options = {
      io: { ...io, cookie: true },
      engine: (engine: Server["engine"]) => {
        engine.on("initial_headers", (headers: Record<string, unknown>) => {
          headers["set-cookie"] = "mine=1";
        });
      },
    };
    const names = await same(options, async (side) => {
      const { headers } = await side.ask(POLLING);
      return [headers["set-cookie"]].flat().map((cookie) => String(cookie).split("=")[0]);
    });
    expect(names).toEqual(["io", "mine"]);
  });

  it("a listener that throws costs its header, and not the client", async () => {
    const side = await ours({
      engine: (engine) => {
        engine.on("initial_headers", () => {
          throw new TypeError("in initial_headers");
        });
      },
    });
    expect(await side.ask(POLLING)).toMatchObject({ status: 200 });
    expect(await log.find(/in initial_headers/)).toContain('io.engine.on("initial_headers")');
  });
});

describe("the path", () => {
  it("is the app's", async () => {
    const result = await same({ io: { path: "/chat/sockets" } }, (side) => opened(side));
    expect(result.status).toBe(200);
  });

  it("has what lies below it, too", async () => {
    await same({}, async (side) => {
      const answered = await ask(`${side.origin}${side.path}deeper?EIO=4&transport=abc`);
      return answered;
    });
  });

  it("without a trailing slash is the path: upstream takes it with addTrailingSlash: false only", async () => {
    const without = async (side: Side) => {
      const answered = await ask(`${side.origin}/socket.io${POLLING}`);
      return answered.status;
    };
    const result = await same({ io: { addTrailingSlash: false } }, without);
    expect(result).toBe(200);
    expect(await without(await ours())).toBe(200);
  });
});
