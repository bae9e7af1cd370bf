/** `io.engine.use()`, asked of Socket.IO's own server and of ours. */
import cookieParser from "cookie-parser";
import express from "express";
import helmet from "helmet";
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { logLines } from "../support/log-lines.js";
import { each, ours, type Side, same, upstream } from "./side.js";

const log = logLines();

const POLLING = "?EIO=4&transport=polling";
const WEBSOCKET = "?EIO=4&transport=websocket";

// biome-ignore lint/suspicious/noExplicitAny: what middlewares put on a request has no type there
type Loose = any;
type Middleware = (request: Loose, response: Loose, next: (error?: unknown) => void) => unknown;

const using =
  (...middlewares: Middleware[]) =>
  (engine: Server["engine"]) => {
    for (const middleware of middlewares) engine.use(middleware as Parameters<typeof engine.use>[0]);
  };

/** As Socket.IO's documentation has it. */
const onlyForHandshake =
  (middleware: Middleware): Middleware =>
  (request, response, next) =>
    request._query.sid === undefined ? middleware(request, response, next) : next();

describe("io.engine.use", () => {
  it("runs middlewares in their order, at the handshake, at a POST and at an upgrade", async () => {
    const runs = new Map<string, string[]>();
    const note = (name: string): Middleware => {
      return (request, _response, next) => {
        const of = request.headers["x-side"];
        const { method, _query } = request;
        runs.set(of, [
          ...(runs.get(of) ?? []),
          `${name} ${method} ${_query.sid === undefined ? "new" : "old"}`,
        ]);
        setImmediate(next);
      };
    };
    const result = await same({ engine: using(note("first"), note("second")) }, async (side) => {
      const headers = { "x-side": side.name };
      const session = await side.open({ headers });
      await session.post("40", { ...headers, "content-type": "text/plain" });
      await side.handshake(`${WEBSOCKET}&sid=${session.sid}`, headers);
      await side.handshake(WEBSOCKET, headers);
      return runs.get(side.name);
    });
    expect(result).toEqual(
      ["GET new", "POST old", "GET old", "GET new"].flatMap((each) => [`first ${each}`, `second ${each}`]),
    );
  });

  it.each<[string, Middleware]>([
    ["gives an error to next", (_request, _response, next) => next(new Error("in a middleware"))],
    [
      "throws",
      () => {
        throw new Error("in a middleware");
      },
    ],
    ["rejects", async () => Promise.reject(new Error("in a middleware"))],
  ])("refuses with code 3 where one %s", async (_how, middleware) => {
    const passed: string[] = [];
    const after: Middleware = (request, _response, next) => {
      passed.push(request.url);
      next();
    };
    const { upstream, ours } = await each({ engine: using(middleware, after) }, async (side) => [
      await side.ask(POLLING),
      await side.handshake(WEBSOCKET),
    ]);
    expect(ours).toEqual(upstream);
    expect(ours.result).toMatchObject([{ status: 400, body: '{"code":3,"message":"Bad request"}' }, 400]);
    expect(ours.refused).toMatchObject(Array(2).fill({ code: 3, context: { name: "MIDDLEWARE_FAILURE" } }));
    expect(passed).toEqual([]);
    expect(await log.find(/in a middleware/)).toContain("[handshake]");
  });

  it("is over where one ends the response, with its status, headers and body", async () => {
    const engine = using((_request, response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.writeHead(401, { "Content-Type": "text/plain", "X-Test-Why": "no login" });
      response.write("Please ");
      response.end("log in");
    });
    const result = await same({ engine }, (side) => side.ask(POLLING));
    expect(result).toEqual({
      status: 401,
      headers: { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"], "x-test-why": "no login" },
      body: "Please log in",
    });
  });

  it("lets no WebSocket in where one ends the response; its status is the client's here", async () => {
    const engine = using((_request, response) => {
      response.statusCode = 401;
      response.end("Unauthorized");
    });
    const { upstream, ours } = await each({ engine }, (side) =>
      side.handshake(WEBSOCKET).catch((error: Error) => error.message),
    );
    expect(upstream).toEqual({ result: "socket hang up", refused: [] });
    expect(ours).toEqual({ result: 401, refused: [] });
  });

  it("runs behind cors, and before the request is verified", async () => {
    const io = { cors: { origin: "https://app.example" } };
    const engine = using((_request, response, next) => {
      response.setHeader("X-Test-Cors", String(response.getHeader("access-control-allow-origin")));
      next();
    });
    const result = await same({ io, engine }, (side) => side.ask("?EIO=4&transport=abc"));
    expect(result).toMatchObject({ status: 400, headers: { "x-test-cors": "https://app.example" } });
  });

  it("gives the answers of a session the headers of helmet", async () => {
    const result = await same({ engine: using(helmet() as Middleware) }, async (side) => {
      const first = await helmets(side, POLLING);
      const session = await side.open();
      return { first, later: await helmets(side, session.query), error: await helmets(side, "?EIO=4") };
    });
    expect(result.first).toContainEqual(["x-content-type-options", "nosniff"]);
    expect(result.later).toEqual(result.first);
  });

  it("has cookies parsed for the app, and stores no secret", async () => {
    const seen = new Map<string, unknown>();
    const app = (io: Server) =>
      io.on("connection", (socket: Loose) => {
        socket.on("look", (ack: Loose) => {
          const { cookies, signedCookies } = socket.request;
          seen.set(socket.handshake.headers["x-side"], { cookies, signedCookies });
          ack();
        });
      });
    const engine = using(cookieParser("a secret") as Middleware);
    const result = await same({ app, engine }, async (side) => {
      const session = await side.open({ headers: { cookie: "theme=dark", "x-side": side.name } });
      await session.join();
      await session.post('420["look"]');
      await session.packets(1);
      return seen.get(side.name);
    });
    expect(result).toEqual({ cookies: { theme: "dark" }, signedCookies: {} });
  });

  it("leaves the body of a POST to Socket.IO where a parser does not take its type", async () => {
    const engine = using(express.json() as Middleware, express.urlencoded() as Middleware);
    const result = await same({ engine }, async (side) => {
      const session = await side.open();
      const { status } = await session.post("40");
      return [status, (await session.packets(1))[0]?.slice(0, 2)];
    });
    expect(result).toEqual([200, "40"]);
  });

  it("refuses a login in the manner of the documentation, and lets no client past it", async () => {
    const engine = using(
      onlyForHandshake((request, response, next) => {
        if (request.headers.authorization === "Bearer good") return next();
        response.writeHead(401);
        response.end();
      }),
    );
    const { ours } = await each({ engine }, async (side) => {
      const headers = { authorization: "Bearer good" };
      const session = await side.open({ headers });
      const socket = (query: string, sent = {}) =>
        side.handshake(query, sent).catch((error: Error) => error.message);
      return {
        without: (await side.ask(POLLING)).status,
        post: (await session.post("40")).status,
        with: await socket(WEBSOCKET, headers),
        bare: await socket(WEBSOCKET),
        // Upstream lets these two in.
        empty: [(await side.ask(`${POLLING}&sid=`)).status, await socket(`${WEBSOCKET}&sid=`)],
        // No client of Engine.IO's, and so none that has a session.
        plain: side.name === "ours" ? await socket("?sid=any") : undefined,
      };
    });
    expect(ours.result).toEqual({
      without: 401,
      post: 200,
      with: 101,
      bare: 401,
      empty: [401, 401],
      plain: 401,
    });
  });

  it("says that a cookie does not reach the client of a WebSocket", async () => {
    const engine = using((_request, response, next) => {
      response.setHeader("Set-Cookie", "visitor=7; Path=/");
      next();
    });
    await each({ engine }, (side) => side.handshake(WEBSOCKET));
    expect(await log.find(/"visitor"/)).toContain("docs/sessions.md#cookies");
  });
});

describe("initial_headers and headers", () => {
  it("are emitted at a WebSocket's handshake as well", async () => {
    const told = new Map<string, string[]>();
    const engine = (of: Server["engine"]) => {
      for (const event of ["initial_headers", "headers"] as const) {
        of.on(event, (headers: object, request: Loose) => {
          const side = request.headers["x-side"];
          told.set(side, [...(told.get(side) ?? []), `${event} ${Object.keys(headers)}`]);
        });
      }
      using((_request, response, next) => {
        response.setHeader("x-test-a", "1");
        next();
      })(of);
    };
    const result = await same({ engine }, async (side) => {
      const headers = { "x-side": side.name };
      await side.handshake(WEBSOCKET, headers);
      return told.get(side.name);
    });
    expect(result).toEqual(["initial_headers x-test-a", "headers x-test-a"]);
  });
});

describe("an engine that is adopted", () => {
  it("keeps what the app has told engine.io's own", async () => {
    const { Engine } = await import("../../runtime/connection/engine.js");
    const { io } = await upstream({ io: { cors: { origin: "*" } } });
    const middleware: Middleware = (_request, _response, next) => next();
    const listener = () => {};
    using(middleware)(io.engine);
    io.engine.on("headers", listener);
    io.engine.generateId = () => "mine";
    const adopted = Engine.adopting(io.engine);
    expect(adopted.middlewares).toEqual([middleware]);
    expect(adopted.listeners("headers")).toEqual([listener]);
    expect(adopted.listeners("connection")).toEqual(io.engine.listeners("connection"));
    expect(adopted.generateId({} as never)).toBe("mine");
    expect(Engine.adopting(adopted)).toBe(adopted);
    expect(Engine.adopting(undefined).middlewares).toEqual([]);
  });
});

async function helmets(side: Side, query: string) {
  const response = await fetch(`${side.origin}${side.path}${query}`, {
    method: query.includes("sid=") ? "POST" : "GET",
    ...(query.includes("sid=") && { body: "40", headers: { "content-type": "text/plain" } }),
  });
  return [...response.headers].filter(([name]) =>
    /^(x-(?!amz)|strict|content-sec|cross|origin|referrer)/.test(name),
  );
}

describe("a cookie that a middleware sets at a WebSocket's handshake", () => {
  const setting = using((_request, response, next) => {
    response.setHeader("set-cookie", "seen=1");
    next();
  });

  it("is told of where the client begins so, and not where it had it by long-polling", async () => {
    const side = await ours({ engine: setting });
    const session = await side.open();
    const upgrade = await session.webSocket();
    upgrade.send("2probe");
    expect(await upgrade.next()).toBe("3probe");
    expect(log.lines().join("\n")).not.toContain('The cookie "seen"');
    await side.webSocket(WEBSOCKET);
    expect(await log.find(/The cookie "seen" is set/)).toContain("API Gateway does not pass it on");
  });
});
