import type { Browser, Page } from "playwright-core";
import type { ManagerOptions, SocketOptions } from "socket.io-client";

export type ClientOptions = Partial<ManagerOptions & SocketOptions>;
type IoArguments = [] | [ClientOptions] | [url: string, options?: ClientOptions];

/** The Socket.IO client of a page in a browser, with a session of its own. */
export class BrowserClient {
  private constructor(readonly page: Page) {}

  /** Opens the page, which does not connect yet. */
  static async open(browser: Browser, pageUrl: string): Promise<BrowserClient> {
    const context = await browser.newContext();
    const client = new BrowserClient(await context.newPage());
    await client.page.goto(pageUrl);
    await client.#loaded();
    return client;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#loaded();
  }

  /** Calls `io(...args)` and waits for `connect`. */
  async connect(...args: IoArguments): Promise<void> {
    await this.begin(...args);
    await this.hears("connect");
  }

  /**
   * The same until it is on WebSocket. On a busy machine the probe may be later than the second for which the
   * server waits, and the client then stays by polling.
   */
  async connectWithUpgrade(...args: IoArguments): Promise<void> {
    await this.connect(...args);
    while ((await this.transport()) !== "websocket") {
      await this.page.evaluate("socket.disconnect(); heard.length = 0");
      await this.connect(...args);
    }
  }

  /** Calls `io(...args)`. */
  begin(...args: IoArguments): Promise<unknown> {
    return this.page.evaluate(`connect(...${JSON.stringify(args)})`);
  }

  /** Waits until an event has been heard so many times, and answers its last arguments. */
  async hears(event: string, times = 1): Promise<unknown[]> {
    const ofEvent = `heard.filter(([name]) => name === ${JSON.stringify(event)})`;
    await this.page.waitForFunction(`${ofEvent}.length >= ${times}`);
    return this.page.evaluate(`${ofEvent}.at(-1).slice(1)`);
  }

  /** Emits with an ack, and answers what the server acknowledged with. */
  ask(event: string, ...args: unknown[]): Promise<unknown> {
    return this.page.evaluate(`socket.timeout(20_000).emitWithAck(...${JSON.stringify([event, ...args])})`);
  }

  /** What the page says it is connected by: `polling`, `websocket`. */
  transport(): Promise<unknown> {
    return this.page.evaluate("socket.io.engine.transport.name");
  }

  id(): Promise<unknown> {
    return this.page.evaluate("socket.id");
  }

  setOffline(isOffline: boolean): Promise<void> {
    return this.page.context().setOffline(isOffline);
  }

  async #loaded(): Promise<void> {
    await this.page.waitForFunction("globalThis.connect !== undefined");
  }
}
