/** What a session is to a socket, on Socket.IO's own server and on ours, by each transport. */
import type { ManagerOptions } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../polling/asked.js";
import { Clients } from "../support/clients.js";
import type { AppName, Target } from "./targets.js";

type Transports = Partial<ManagerOptions>;

export const TRANSPORTS: Readonly<Record<string, Transports>> = {
  "WebSocket only": { transports: ["websocket"] },
  "polling and upgrade": {},
  "polling only": { transports: ["polling"] },
};

export function targetOf(start: () => Promise<Target>) {
  let target: Target | undefined;
  const started = () => {
    if (!target) throw new Error("The target is not started: use it inside of tests.");
    return target;
  };
  const clients = new Clients(started);
  beforeAll(async () => {
    target = await start();
  }, 120_000);
  afterEach(() => clients.close());
  afterAll(() => target?.close());
  return { clients, started };
}

export function runSessions(where: string, app: AppName, start: (app: AppName) => Promise<Target>): void {
  describe(where, () => {
    const { clients, started } = targetOf(() => start(app));
    for (const [name, options] of Object.entries(TRANSPORTS)) {
      describe(name, () => sessionFacts(clients, started, options));
    }
    if (app === "engine") handshakeFacts(clients, started);
  });
}

function sessionFacts(clients: Clients, started: () => Target, transports: Transports): void {
  const join = (cookie?: string) =>
    clients.join("/", { ...transports, ...(cookie !== undefined && { extraHeaders: { cookie } }) });

  it("the user of the page's login is there in each event, as what the app made of him", async () => {
    const socket = await join(await started().page.login("Ada"));
    for (const _ of [1, 2]) {
      expect(await socket.emitWithAck("who")).toEqual(["Ada", "I am Ada", true]);
    }
  });

  it("what a listener saves is there in the next event, and on the page", async () => {
    const { page } = started();
    const cookie = await page.login("Bo");
    const socket = await join(cookie);
    expect([await socket.emitWithAck("count"), await socket.emitWithAck("count")]).toEqual([1, 2]);
    expect(await socket.emitWithAck("counted")).toBe(2);
    expect(await page.session(cookie)).toMatchObject({ count: 2 });
    expect(await socket.emitWithAck("who")).toContain("Bo");
  });

  it("what the page saves is there after reload()", async () => {
    const { page } = started();
    const cookie = await page.login("Cy");
    const socket = await join(cookie);
    await page.setCount(cookie, 41);
    expect(await socket.emitWithAck("count")).toBe(42);
  });

  it("a client with no cookie has one session as long as it is connected, and another client has another", async () => {
    const [socket, other] = await Promise.all([join(), join()]);
    const [isSame, id] = await socket.emitWithAck("id");
    expect(isSame).toBe(true);
    await socket.emitWithAck("save", 7);
    expect(await socket.emitWithAck("counted")).toBe(7);
    expect(await socket.emitWithAck("count")).toBe(8);
    expect(await socket.emitWithAck("id")).toEqual([true, id]);
    expect(await other.emitWithAck("counted")).toBe(null);
    expect(await other.emitWithAck("who")).toEqual([null, null, false]);
  });

  it("a logout on the page ends no connection", async () => {
    const { page } = started();
    const cookie = await page.login("Di");
    const socket = await join(cookie);
    await page.logout(cookie);
    expect(await socket.emitWithAck("count")).toMatch(/^(failed to load session|1)$/);
    expect(socket.connected).toBe(true);
  });

  it("a disconnect handler has the session", async () => {
    const { page } = started();
    const cookie = await page.login("Ed");
    const socket = await join(cookie);
    socket.disconnect();
    await expect.poll(() => page.session(cookie), { timeout: 10_000 }).toMatchObject({ count: -1 });
  });
}

function handshakeFacts(clients: Clients, started: () => Target): void {
  it("the cookie of a polling handshake reaches the client, and names the socket's session on the page", async () => {
    const { url, path, page } = started();
    const query = `${path.replace(/\/?$/, "/")}?EIO=4&transport=polling`;
    const first = await ask(url + query);
    const [cookie = ""] = first.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/^connect\.sid=s%3A.*; Path=\/; HttpOnly$/);
    const sent = { cookie: cookie.split(";")[0] ?? "" };
    const { sid } = JSON.parse(first.body.slice(1));
    const later = await ask(`${url}${query}&sid=${sid}`, { method: "POST", body: "40", headers: sent });
    expect([later.status, later.headers["set-cookie"]]).toEqual([200, undefined]);
    const socket = await clients.join("/", { transports: ["polling"], extraHeaders: sent });
    const [, id] = await socket.emitWithAck("id");
    expect(await page.session(sent.cookie)).toEqual({ id, count: null });
  });
}
