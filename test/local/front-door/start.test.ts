/** A stack with a front door, as the local stack runs it: one port for all of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { LocalEvent } from "../../../local/local-event.js";
import { type Local, type StartOptions, startLocal } from "../../../local/start.js";
import { eventLines } from "../../../local/terminal/event-lines.js";
import { firstScreen } from "../../../local/terminal/first-screen.js";
import { Log, refusedHandshake } from "../../gateway/harness.js";
import { temporaryFolder } from "../fixture/folder.js";

const CDK_APP = fileURLToPath(new URL("./fixture/cdk-app.ts", import.meta.url));

const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function start(options: StartOptions = {}) {
  const events = new Log<LocalEvent>();
  const local = await startLocal({
    cdkApp: CDK_APP,
    environments: 1,
    log: (event) => events.add(event),
    ...options,
  });
  cleanups.push(() => local.close());
  return { local, events, origin: `http://localhost:${local.port}` };
}

/** A message to a plain client at `url`, answered with the event as which it came. */
async function speak(url: string) {
  const socket = new WebSocket(url, { headers: { "X-Key": "forged" } });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const answer = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
  socket.send("hello");
  const { event } = JSON.parse(await answer);
  socket.close();
  return event;
}

/** What `http-function.ts` answers. */
interface Echo {
  readonly event: {
    readonly rawPath: string;
    readonly queryStringParameters?: object;
    readonly requestContext: { readonly http: { readonly method: string } };
  };
  readonly isMine: boolean;
}

async function json(url: string, init?: RequestInit): Promise<Echo> {
  const response = await fetch(url, init);
  return response.json() as Promise<Echo>;
}

describe("a front door without a page", () => {
  let local: Local;
  let origin: string;
  let events: Log<LocalEvent>;
  beforeAll(async () => {
    ({ local, origin, events } = await start());
  });

  it("leads HTTP to the function, with the key, the viewer and the Host that it asked for", async () => {
    const { event, isMine } = await json(`${origin}/api/users?x=1`, {
      method: "POST",
      headers: { "Content-Type": "text/plain", "X-Viewer": "forged", "X-Key": "forged" },
      body: "hi",
    });
    expect(isMine).toBe(true);
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/api/users",
      rawQueryString: "x=1",
      body: "hi",
      isBase64Encoded: false,
      headers: {
        "x-viewer": expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
        "x-asked-host": `localhost:${local.port}`,
        host: expect.stringMatching(/^[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
      },
      requestContext: { http: { method: "POST", sourceIp: "130.176.0.1" } },
    });
  });

  it("leads a held GET to its own route, and the edge's function chooses it", async () => {
    const { event } = await json(`${origin}/socket.io/?EIO=4&transport=polling&sid=abc`);
    expect(event).toMatchObject({ routeKey: "GET /hold/poll", rawPath: "/hold/poll" });
    expect(event.queryStringParameters).toEqual({ EIO: "4", transport: "polling", sid: "abc" });
    const { event: handshake } = await json(`${origin}/socket.io/?EIO=4&transport=polling`);
    expect(handshake).toMatchObject({ routeKey: "$default", rawPath: "/socket.io/" });
  });

  it("leads a WebSocket to the API's stage, with the origin's headers, and frames flow", async () => {
    const before = events.all.length;
    const event = await speak(`ws://localhost:${local.port}/socket.io/?EIO=4&transport=websocket`);
    expect(event).toMatchObject({ body: "hello", requestContext: { stage: "prod", eventType: "MESSAGE" } });
    expect(event.requestContext.identity.sourceIp).toBe("130.176.0.1");
    expect(event.requestContext.domainName).toMatch(/\.execute-api\.us-east-1\.amazonaws\.com$/);
    const connect = await events.find(({ type }) => type === "connect", before);
    expect(connect).not.toHaveProperty("query");
  });

  it("leaves the stage's own path to plain clients", async () => {
    const event = await speak(local.url);
    expect(event.requestContext.identity.sourceIp).toMatch(/127\.0\.0\.1|::1/);
    expect(event.requestContext.domainName).toBe(`localhost:${local.port}`);
    const unsigned = await fetch(`${origin}/prod/@connections/abc`, { method: "POST", body: "x" });
    expect([unsigned.status, await unsigned.json()]).toEqual([
      403,
      { message: "Missing Authentication Token" },
    ]);
  });

  it("answers an upgrade that no behavior leads to the WebSocket API as the HTTP API does", async () => {
    const { status, body } = await refusedHandshake(`ws://localhost:${local.port}/elsewhere`);
    expect(status).toBe(200);
    expect(JSON.parse(body).event.rawPath).toBe("/elsewhere");
  });

  it("says how to connect: without options, and wscat as before", async () => {
    const lines = {
      client: `io("http://localhost:${local.port}")`,
      wscat: `npx -y wscat -c ws://localhost:${local.port}/prod`,
    };
    expect(await json(`${origin}/stack.json`)).toMatchObject(lines);
    expect(local.outputs).toEqual({ ChatUrl: origin });
    const screen = firstScreen({
      version: "1",
      readyMs: 1,
      environments: 1,
      apis: local.apis,
      colors: false,
    });
    expect(screen).toContain(`  Socket.IO   ${lines.client}\n  WebSocket   ${lines.wscat}\n`);
    expect(local.apis).toMatchObject([{ frontDoor: { url: origin, path: "/socket.io" } }]);
  });

  it("answers 500 where the function throws, and tells so with the function's name and stack", async () => {
    const before = events.all.length;
    const response = await fetch(`${origin}/throw`);
    expect([response.status, await response.json()]).toEqual([500, { message: "Internal Server Error" }]);
    const event = await events.find(({ type }) => type === "http", before);
    const show = eventLines({ colors: false, now: () => new Date(2026, 10, 26, 12) });
    expect(show(event)).toMatch(
      /^12:00:00 {2}error {7}GET \/throw {2}500 {2}test\/local\/\S+\/http-function.ts {2}TypeError: The function was told to throw\.\n.*http-function\.ts:10/,
    );
  });

  it("answers 503 where the function at the edge throws, and warns with its place", async () => {
    const before = events.all.length;
    expect((await fetch(`${origin}/?break=1`)).status).toBe(503);
    expect(await events.find(({ type }) => type === "warning", before)).toEqual({
      type: "warning",
      message: expect.stringMatching(/^Chat\/Edge:9:\d+: Error: the edge function was told to throw\./),
    });
  });

  it("has told of nothing else", () => {
    const unexpected = events.all.filter(
      ({ type }) => !["http", "connect", "message", "disconnect", "warning"].includes(type),
    );
    expect(unexpected).toEqual([]);
    expect(events.all.filter(({ type }) => type === "warning")).toHaveLength(1);
  });
});

describe("a front door with a page", () => {
  const folder = temporaryFolder();
  cleanups.push(() => folder.remove());
  let local: Local;
  let origin: string;
  beforeAll(async () => {
    folder.write("index.html", "<p>home</p>");
    folder.write("app.js", "// app");
    process.env.DOOR_PAGE = join(folder.write("index.html", "<p>home</p>"), "..");
    ({ local, origin } = await start());
  });
  afterAll(() => {
    delete process.env.DOOR_PAGE;
  });

  it("serves the bucket's files, the root object, and S3's error for what is not there", async () => {
    const home = await fetch(`${origin}/`);
    expect([home.status, home.headers.get("content-type"), await home.text()]).toEqual([
      200,
      "text/html",
      "<p>home</p>",
    ]);
    expect(home.headers.get("cache-control")).toBe("no-cache");
    const known = await fetch(`${origin}/index.html`, {
      headers: { "If-None-Match": home.headers.get("etag") ?? "" },
    });
    expect(known.status).toBe(304);
    const script = await fetch(`${origin}/app.js`);
    expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript"]);
    const nothing = await fetch(`${origin}/nothing`);
    expect([nothing.status, await nothing.text()]).toEqual([
      403,
      expect.stringContaining("<Code>AccessDenied</Code>"),
    ]);
    const outside = await new Promise<number | undefined>((resolve) =>
      get(`${origin}/`, { path: "/..%2f..%2fpackage.json", agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    expect(outside).toBe(403);
    expect((await fetch(`${origin}/`, { method: "POST", body: "x" })).status).toBe(403);
    expect(local.hasPage).toBe(true);
    // A value that CloudFormation knows on deployment, with this machine's address.
    const config = await fetch(`${origin}/config.json`);
    expect(await config.json()).toEqual({ address: `ws://localhost:${local.port}` });
  });

  it("leads the paths of other behaviors to the APIs", async () => {
    const { event } = await json(`${origin}/hold/on`);
    expect(event.rawPath).toBe("/hold/on");
    expect(await speak(`ws://localhost:${local.port}/socket.io/?transport=websocket`)).toMatchObject({
      body: "hello",
    });
  });

  it("takes up a changed file on a reload", async () => {
    folder.write("app.js", "// changed");
    await local.reload();
    expect(await (await fetch(`${origin}/app.js`)).text()).toBe("// changed");
  });
});

it("the folder of --page comes before the front door, which answers all else", async () => {
  const folder = temporaryFolder();
  cleanups.push(() => folder.remove());
  const page = join(folder.write("index.html", "<p>local</p>"), "..");
  mkdirSync(join(page, "parts"));
  writeFileSync(join(page, "parts", "a.css"), "p {}");
  const { origin } = await start({ page });
  expect(await (await fetch(`${origin}/`)).text()).toBe("<p>local</p>");
  expect((await fetch(`${origin}/parts/a.css`)).headers.get("content-type")).toBe("text/css; charset=utf-8");
  expect((await fetch(`${origin}/socket.io/socket.io.js`)).headers.get("content-type")).toMatch(/javascript/);
  expect(await json(`${origin}/stack.json`)).toHaveProperty("client");
  expect((await json(`${origin}/socket.io/?EIO=4&transport=polling`)).event.rawPath).toBe("/socket.io/");
  expect((await json(`${origin}/parts`)).event.rawPath).toBe("/parts");
  expect((await json(`${origin}/`, { method: "POST", body: "x" })).event.requestContext.http.method).toBe(
    "POST",
  );
});

it("two APIs with front doors have a port each, and the first screen says which", async () => {
  process.env.DOORS = "Chat,Game";
  const { local } = await start();
  delete process.env.DOORS;
  const [chat, game] = local.apis;
  expect(game?.port).not.toBe(chat?.port);
  for (const { port, name, url } of local.apis) {
    const { isMine } = await json(`http://localhost:${port}/x`);
    expect([name, isMine]).toEqual([name, true]);
    expect(await speak(url)).toMatchObject({ body: "hello" });
    expect(await speak(`ws://localhost:${port}/socket.io/?transport=websocket`)).toMatchObject({
      body: "hello",
    });
  }
  expect(local.outputs).toEqual({
    ChatUrl: `http://localhost:${chat?.port}`,
    GameUrl: `http://localhost:${game?.port}`,
  });
  const screen = firstScreen({ version: "1", readyMs: 1, environments: 1, apis: local.apis, colors: false });
  expect(screen).toContain(`  Chat\n  Socket.IO   io("http://localhost:${chat?.port}")\n`);
  expect(screen).toContain(`  Game\n  Socket.IO   io("http://localhost:${game?.port}")\n`);
});
