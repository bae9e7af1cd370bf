import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";

/** Debian's Chromium (`apt-get install chromium`), or the one that the variable CHROMIUM names. */
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why the page cannot be tested on this machine, or undefined where it can. */
export const noChromium = existsSync(EXECUTABLE)
  ? undefined
  : `there is no Chromium at ${EXECUTABLE}: apt-get install chromium, or set CHROMIUM`;

/** Starts Chromium without the requests that it makes for itself: a test machine may have no network. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A page that a test hands to the browser has no address, so it counts as one of the internet.
      "--disable-features=LocalNetworkAccessChecks",
    ],
  });
}

export interface TabOptions {
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
  /** Runs before the page loads. */
  prepare?: (page: Page) => Promise<void>;
}

/** One browser tab with a session of its own, and what a person does in it. */
export class Tab {
  /** What the page's scripts complained of: a good page leaves it empty. */
  readonly complaints: string[] = [];
  private constructor(readonly page: Page) {
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // The browser's own line about a probe that came too late or was cut: the client goes on by polling.
      if (message.text().startsWith("WebSocket connection to ")) return;
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
  }

  /** Opens the page and waits until it says that it is connected. */
  static async open(browser: Browser, pageUrl: string, options: TabOptions = {}): Promise<Tab> {
    const { width = 1280, height = 860, colorScheme = "light", prepare } = options;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    const tab = new Tab(page);
    await prepare?.(page);
    await page.goto(pageUrl);
    await tab.shows("Connected to /");
    return tab;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  get log(): Locator {
    return this.page.getByRole("log");
  }

  get joinedRooms(): Locator {
    return this.page.getByRole("list", { name: "You are in" });
  }

  get otherRooms(): Locator {
    return this.page.getByRole("list", { name: "Open to join" });
  }

  /** Waits for the status at the top. */
  shows(status: string): Promise<void> {
    return this.page.locator("#status").getByText(status, { exact: true }).waitFor();
  }

  /**
   * Connects anew until the page is on WebSocket. On a busy machine the probe may be later than the second
   * for which the server waits, and the client then stays by polling.
   */
  async upgrade(): Promise<void> {
    while ((await this.page.locator("#transport").textContent()) !== "WebSocket") {
      await this.press("Disconnect");
      await this.press("Connect");
      await this.shows("Connected to /");
    }
  }

  /** Waits for an entry of the conversation that holds all of these. */
  async hears(...parts: (string | RegExp)[]): Promise<void> {
    let entry = this.log.getByRole("listitem");
    for (const part of parts) entry = entry.filter({ hasText: part });
    await entry.first().waitFor();
  }

  async socketId(): Promise<string> {
    return (await this.page.locator("#socket-id").textContent()) ?? "";
  }

  async setName(name: string): Promise<void> {
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    await this.press("Set name");
    await this.hears("renamed", `You are ${name} now.`);
  }

  async createRoom(room: string): Promise<void> {
    await this.page.getByLabel("Room name").fill(room);
    await this.press("Create");
    await this.joinedRooms.getByText(room, { exact: true }).waitFor();
  }

  /** Joins a room that the page has listed. */
  async joinRoom(room: string): Promise<void> {
    await this.press(`Join ${room}`);
    await this.joinedRooms.getByText(room, { exact: true }).waitFor();
  }

  async say(text: string, to: "Say to all" | "Say to the others" = "Say to all"): Promise<void> {
    await this.page.getByLabel("Message").fill(text);
    await this.press(to);
    await this.hears("You", text);
  }

  press(button: string): Promise<void> {
    return this.page.getByRole("button", { name: button, exact: true }).click();
  }
}
