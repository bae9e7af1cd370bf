/** What an app's HTTP server does with a connection in memory, besides answering. */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { finished, Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Server as SocketIoServer } from "socket.io";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answerByApp } from "../../runtime/app-servers/app-http.js";
import { httpServerOf } from "../../runtime/app-servers/http-server-of.js";
import type { HttpEvent } from "../../runtime/polling/http-event.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a request in memory", () => {
  it("ends for the server as it ends for the client, where a file is piped with its length", async () => {
    const ends: unknown[] = [];
    const answer = await ask(
      createServer((_request, response) => {
        finished(response, (error) => ends.push(error));
        response.setHeader("content-length", 5);
        Readable.from(asAFileIsRead()).pipe(response);
      }),
    );
    expect(answer).toMatchObject({ statusCode: 200, body: "hello" });
    expect(ends).toEqual([undefined]);
  });

  it("gets 502 where the route destroys its response", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const answer = await ask(createServer((_request, response) => response.destroy()));
    expect(answer).toMatchObject({ statusCode: 502 });
    expect(log).toHaveBeenCalled();
  });

  it("gets 504 where the route never answers, although nothing else keeps the process", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    expect(
      await ask(
        createServer(() => {}),
        50,
      ),
    ).toMatchObject({ statusCode: 504 });
  });

  it("is answered by a server of node:https", async () => {
    const server = createHttpsServer(hello);
    const io = new SocketIoServer(server as unknown as Server);
    expect(httpServerOf(io)).toBe(server);
    expect(await ask(server as unknown as Server)).toMatchObject({ statusCode: 200, body: "hello" });
  });

  it("leaves no listener at the server", async () => {
    const server = createServer(hello);
    await ask(server);
    expect(server.listenerCount("request")).toBe(1);
  });
});

describe("an answer without a type", () => {
  it.each([
    ["a page", "\n<!DOCTYPE html><p>hello", "text/html"],
    ["a piece of a page", "<h1>hello</h1>", "text/html"],
    ["a text", "hello <b>", undefined],
    ["XML", "<bookmarks/>", undefined],
    ["nothing", "", undefined],
  ])("is what a browser takes it for: %s", async (_what, body, type) => {
    const { headers } = await ask(createServer((_request, response) => response.end(body)));
    expect(headers?.["content-type"]).toBe(type);
  });

  it("is a style sheet by its name", async () => {
    const { headers } = await ask(createServer(hello), 5_000, "/style.css");
    expect(headers?.["content-type"]).toBe("text/css");
  });

  it("stays without one where the app forbids a guess, and has its own where it has one", async () => {
    const noSniff = { "x-content-type-options": "nosniff" };
    const plain = { "content-type": "text/plain" };
    for (const own of [noSniff, plain]) {
      const server = createServer((_request, response) => response.writeHead(200, own).end("<h1>hello</h1>"));
      expect((await ask(server)).headers).toMatchObject(own);
      expect((await ask(server)).headers).not.toMatchObject({ "content-type": "text/html" });
    }
  });
});

/** The last read finds nothing. */
async function* asAFileIsRead() {
  yield "hello";
  await nextTurn();
}

const hello: RequestListener = (_request, response) => {
  response.end("hello");
};

function ask(server: Server, withinMs = 5_000, rawPath = "/"): ReturnType<typeof answerByApp> {
  const http = { method: "GET", path: "/", protocol: "HTTP/1.1", sourceIp: "1.2.3.4", userAgent: "test" };
  const event = {
    rawPath,
    rawQueryString: "",
    headers: { host: "a.example" },
    requestContext: { http },
  };
  return answerByApp(server, event as unknown as HttpEvent, withinMs);
}
