/** Socket.IO's client in a real browser at a front door: by polling, with the upgrade, and what gets lost. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { page } from "../../local/page.js";
import { type Local, startLocal } from "../../local/start.js";
import { launchBrowser, noChromium } from "./browser.js";
import { BrowserClient } from "./browser-client.js";

const fixture = (name: string) => fileURLToPath(new URL(`./fixture/${name}`, import.meta.url));
const PAGE = fixture("page");
/** Does not make a test wait for the client's second of patience. */
const QUICK = { reconnectionDelay: 50, reconnectionDelayMax: 100 };

if (noChromium) console.warn(`The browser's transports are not tested: ${noChromium}.`);

describe.skipIf(noChromium)("Socket.IO's client in Chromium", () => {
  let stack: Local;
  let browser: Browser;
  let otherOrigin: string;
  let pages: Server;
  const clients: BrowserClient[] = [];

  /** A page on the server's own origin, or on another. */
  const open = async (pageUrl = stack.pageUrl) => {
    const client = await BrowserClient.open(browser, pageUrl);
    clients.push(client);
    return client;
  };
  const address = () => new URL(stack.pageUrl).origin;

  beforeAll(async () => {
    pages = createServer(page({ folder: PAGE, api: () => ({ stage: "none" }) }));
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    otherOrigin = `http://localhost:${(pages.address() as AddressInfo).port}`;
    const env = { PAGE_ORIGINS: otherOrigin };
    [stack, browser] = await Promise.all([
      startLocal({ app: fixture("app.ts"), page: PAGE, env, environments: 2 }),
      launchBrowser(),
    ]);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
    pages?.close();
  });

  it("connects with io() and nothing else, and is on WebSocket then", async () => {
    const client = await open();
    await client.connectWithUpgrade();
    expect(await client.ask("double", { a: 1 })).toEqual({ a: 1 });
    expect(await client.ask("transport")).toBe("websocket");
  });

  it("meets a client by polling alone, and both hear both", async () => {
    const [upgraded, polling] = [await open(), await open()];
    await upgraded.connectWithUpgrade();
    await polling.connect({ transports: ["polling"] });
    await polling.ask("say", "from the one that polls");
    expect(await upgraded.hears("said")).toEqual(["from the one that polls"]);
    await upgraded.ask("say", "from the WebSocket");
    expect(await polling.hears("said", 2)).toEqual(["from the WebSocket"]);
    expect([await polling.transport(), await polling.ask("transport")]).toEqual(["polling", "polling"]);
  });

  it("brings its cookie from a page of another origin that cors allows, by both transports", async () => {
    const client = await open(otherOrigin);
    await client.connectWithUpgrade(address(), { withCredentials: true, forceNew: true });
    const [cookie] = await client.page.context().cookies(address());
    expect(cookie).toMatchObject({ name: "io", path: "/" });
    for (const transports of [["polling"], ["websocket"]]) {
      await client.page.evaluate("heard.length = 0");
      await client.connect(address(), { withCredentials: true, forceNew: true, transports });
      expect(await client.ask("cookie")).toMatch(/^io=/);
    }
  });

  it("is refused by the browser on a page of an origin that cors does not allow", async () => {
    const client = await open(otherOrigin.replace("localhost", "127.0.0.1"));
    await client.begin(address(), { reconnection: false });
    expect(await client.hears("connect_error")).toEqual(["xhr poll error"]);
  });

  it("connects anew, as another socket, when its page is loaded again while it polls", async () => {
    const client = await open();
    await client.connect({ transports: ["polling"] });
    const id = await client.id();
    await client.reload();
    await client.connect({ transports: ["polling"] });
    expect(await client.id()).not.toBe(id);
    await client.ask("say", "still here");
    expect(await client.hears("said")).toEqual(["still here"]);
  });

  describe("comes back by itself when the network is lost", () => {
    it("before the handshake by polling", async () => {
      const client = await open();
      await client.setOffline(true);
      await client.begin(QUICK);
      expect(await client.hears("connect_error")).toEqual(["xhr poll error"]);
      await client.setOffline(false);
      await client.hears("connect");
      expect(await client.ask("double", 1)).toBe(1);
    });

    it("between two packets by polling", async () => {
      const client = await open();
      await client.connect({ ...QUICK, transports: ["polling"] });
      await client.setOffline(true);
      // The browser leaves the GET that waits alone, and refuses the POST.
      await client.page.evaluate("socket.volatile.emit('say', 'unheard')");
      expect((await client.hears("disconnect"))[0]).toBe("transport error");
      await client.setOffline(false);
      await client.hears("connect", 2);
      expect(await client.ask("double", 1)).toBe(1);
    });

    it("after the upgrade", async () => {
      const client = await open();
      await client.connectWithUpgrade(QUICK);
      for (const id of stack.gateway.connectionIds()) stack.gateway.drop(id);
      expect((await client.hears("disconnect"))[0]).toBe("transport close");
      await client.hears("connect", 2);
      expect(await client.ask("double", 1)).toBe(1);
    });
  });

  describe("stays by polling, and loses nothing", () => {
    it.each([
      ["is cut", (socket: { close(): unknown }) => void socket.close()],
      ["is swallowed", () => {}],
    ])("where the WebSocket that probes %s", async (_what, onProbe) => {
      const client = await open();
      await client.page.routeWebSocket(/transport=websocket/, onProbe);
      await client.reload(); // where the route begins
      await client.connect();
      await client.ask("say", "all the same");
      expect(await client.hears("said")).toEqual(["all the same"]);
      expect([await client.transport(), await client.ask("transport")]).toEqual(["polling", "polling"]);
    });
  });
});
