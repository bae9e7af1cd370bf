/**
 * The cases of Engine.IO's own suite for servers (socketio/socket.io, docs/engine.io-protocol/v4-test-suite),
 * for HTTP and for the upgrade. That suite's server echoes Engine.IO messages; here the app of Socket.IO on
 * the test kit does. Three of its cases cannot be (docs/limits.md): a binary frame that a client sends, a GET
 * that is cut, and two GETs at once, which are none of a client's.
 */
import { once } from "node:events";
import { Server } from "socket.io";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type LocalServer, type ServeOptions, serveLocal } from "../../local/testing.js";
import { Frames } from "../support/clients.js";
import { type Asked, ask } from "./asked.js";

let server: LocalServer;

/** For the tests of the `describe`. */
function serve(options: ServeOptions = {}): void {
  beforeAll(async () => {
    const io = new Server();
    io.on("connection", (socket) => {
      socket.onAny((...args) => socket.emit(...(args as [string])));
    });
    server = await serveLocal(io, options);
  });
  afterAll(() => server.close());
}

const at = (query: string) => `${server.url.replace("ws:", "http:")}/socket.io/?${query}`;
const http = (query: string, asked?: Asked) => ask(at(query), asked);
const SESSION = "EIO=4&transport=polling";

async function openSession(): Promise<string> {
  const { body } = await http(SESSION);
  return JSON.parse(body.slice(1)).sid;
}

const get = (sid: string) => http(`${SESSION}&sid=${sid}`);
const post = (sid: string, body: string) => http(`${SESSION}&sid=${sid}`, { method: "POST", body });

/** With a socket, without which nothing echoes. */
async function openSocket(): Promise<string> {
  const sid = await openSession();
  await post(sid, "40");
  expect((await get(sid)).body).toMatch(/^40\{/);
  return sid;
}

async function webSocket(query: string): Promise<Frames> {
  const frames = new Frames(new WebSocket(at(query).replace("http:", "ws:")));
  await once(frames.socket, "open");
  return frames;
}

async function refused(query: string): Promise<number> {
  const socket = new WebSocket(at(query).replace("http:", "ws:"));
  socket.on("error", () => {}); // that it is refused
  const [, response] = await once(socket, "unexpected-response");
  response.resume();
  return response.statusCode;
}

async function upgrade(sid: string): Promise<Frames> {
  const frames = await webSocket(`EIO=4&transport=websocket&sid=${sid}`);
  frames.send("2probe");
  expect(await frames.next()).toBe("3probe");
  frames.send("5");
  return frames;
}

async function echoed(frames: Frames): Promise<string> {
  frames.send('42["hello"]');
  return frames.next();
}

describe("without pings", () => {
  serve();

  describe("handshake, HTTP long-polling", () => {
    it("successfully opens a session", async () => {
      const { status, body } = await http(SESSION);
      expect(status).toBe(200);
      expect(body).toMatch(/^0/);
      const settings = JSON.parse(body.slice(1));
      expect(Object.keys(settings).sort()).toEqual([
        "maxPayload",
        "pingInterval",
        "pingTimeout",
        "sid",
        "upgrades",
      ]);
      expect(settings).toMatchObject({ sid: expect.any(String), upgrades: ["websocket"] });
    });

    it.each(["transport=polling", "EIO=abc&transport=polling", "EIO=4", "EIO=4&transport=abc"])(
      "fails with an invalid query: %s",
      async (query) => {
        expect((await http(query)).status).toBe(400);
      },
    );

    it.each(["POST", "PUT"])("fails with an invalid request method: %s", async (method) => {
      expect((await http(SESSION, { method })).status).toBe(400);
    });
  });

  describe("handshake, WebSocket", () => {
    it("successfully opens a session", async () => {
      const frames = await webSocket("EIO=4&transport=websocket");
      expect(await frames.next()).toMatch(/^0\{/);
    });

    it.each(["EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"])(
      "fails with an invalid query: %s",
      async (query) => {
        expect(await refused(query)).toBe(400);
      },
    );
  });

  describe("message, HTTP long-polling", () => {
    it("sends and receives a payload with one plain text packet", async () => {
      const sid = await openSocket();
      expect(await post(sid, '42["hello"]')).toMatchObject({ status: 200, body: "ok" });
      expect(await get(sid)).toMatchObject({ status: 200, body: '42["hello"]' });
    });

    it("sends and receives a payload with several plain text packets", async () => {
      const sid = await openSocket();
      const payload = '42["test1"]\x1e42["test2"]\x1e42["test3"]';
      expect(await post(sid, payload)).toMatchObject({ status: 200, body: "ok" });
      const bodies: string[] = [];
      while (bodies.join("\x1e").length < payload.length) bodies.push((await get(sid)).body);
      expect(bodies.join("\x1e")).toBe(payload);
    });

    it("sends and receives a payload with plain text and binary packets", async () => {
      const sid = await openSocket();
      const payload = '451-["hello",{"_placeholder":true,"num":0}]\x1ebAQIDBA==';
      expect(await post(sid, payload)).toMatchObject({ status: 200, body: "ok" });
      expect(await get(sid)).toMatchObject({ status: 200, body: payload });
    });

    it("closes the session upon invalid packet format", async () => {
      const sid = await openSocket();
      await post(sid, "abc");
      expect((await get(sid)).body).toBe("1");
      expect((await get(sid)).status).toBe(400);
    });
  });

  describe("close, HTTP long-polling", () => {
    it("forcefully closes the session", async () => {
      const sid = await openSocket();
      const [held] = await Promise.all([get(sid), post(sid, "1")]);
      expect(held).toMatchObject({ status: 200, body: expect.stringMatching(/^(6|)$/) });
      expect((await get(sid)).status).toBe(400);
    });
  });

  describe("upgrade", () => {
    it("successfully upgrades from HTTP long-polling to WebSocket", async () => {
      const frames = await upgrade(await openSession());
      frames.send("40");
      expect(await frames.next()).toMatch(/^40/);
      expect(await echoed(frames)).toBe('42["hello"]');
    });

    it("ignores HTTP requests with the same sid after the upgrade", async () => {
      const sid = await openSession();
      const frames = await upgrade(sid);
      frames.send("40");
      await frames.next();
      expect((await get(sid)).status).toBe(400);
      expect(await echoed(frames)).toBe('42["hello"]');
    });

    it("ignores a WebSocket with the same sid after the upgrade", async () => {
      const sid = await openSession();
      const frames = await upgrade(sid);
      frames.send("40");
      await frames.next();
      expect(await refused(`EIO=4&transport=websocket&sid=${sid}`)).toBe(400);
      expect(await echoed(frames)).toBe('42["hello"]');
    });
  });
});

describe("heartbeat", () => {
  serve({ pingInterval: 1_000, pingTimeout: 500 });

  it("sends and receives ping and pong packets", async () => {
    const sid = await openSession();
    for (let round = 0; round < 3; round++) {
      expect((await get(sid)).body).toBe("2");
      expect((await post(sid, "3")).body).toBe("ok");
    }
  });

  it("closes the session upon ping timeout", async () => {
    const sid = await openSession();
    expect((await get(sid)).body).toBe("2");
    const bodies: string[] = [];
    // A second ping may be there before the first is overdue.
    while (!bodies.includes("1")) bodies.push(...(await get(sid)).body.split("\x1e"));
    expect(bodies.filter((packet) => packet !== "2")).toEqual(["1"]);
    expect((await get(sid)).status).toBe(400);
  });

  it("goes on over the WebSocket after an upgrade", async () => {
    const frames = await upgrade(await openSession());
    for (let round = 0; round < 2; round++) {
      expect(await frames.next()).toBe("2");
      frames.send("3");
    }
  });
});
