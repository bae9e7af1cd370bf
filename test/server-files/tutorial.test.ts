/**
 * The file that every tutorial begins with, and its page, as they are written, in a real browser. Only the
 * port differs: the page asks for 8000, and the test's server has a free one.
 */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, noChromium } from "../page/browser.js";
import { onStack, type Running } from "./servers.js";

const PAGE = readFileSync(new URL("apps/tutorial/index.html", import.meta.url), "utf8");
/** Where the editor's "Live Server" puts a page. */
const ORIGIN = "http://127.0.0.1:5500";

if (noChromium) console.warn(`The tutorial's page is not tested: ${noChromium}.`);

describe.skipIf(noChromium).each([1, 4])(
  "the tutorial's server and page, %i environments",
  (environments) => {
    let running: Running;
    let browser: Browser;
    beforeAll(async () => {
      [running, browser] = await Promise.all([onStack(environments)("tutorial/server.js"), launchBrowser()]);
    });
    afterAll(async () => {
      await browser?.close();
      await running?.close();
    });

    /** The page's own origin has no server: the browser is given the text. */
    async function open(origin: string) {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      await page.route(`${origin}/`, (route) =>
        route.fulfill({
          contentType: "text/html",
          body: PAGE.replaceAll("http://localhost:8000", running.url),
        }),
      );
      await page.goto(`${origin}/`);
      return { page, complaints };
    }

    it("say hello, with the client's script from the server", async () => {
      const { page } = await open(ORIGIN);
      await page.getByText(/^Hello .{20}$/).waitFor();
      expect(await page.evaluate("socket.connected")).toBe(true);
      expect(running.printed()).toContain("Listening");
      expect(running.printed()).not.toMatch(/NotOnLambda|AppError/);
    });

    it("keep a page of another origin out, as on a server", async () => {
      const { page, complaints } = await open("http://127.0.0.1:5501");
      await expect.poll(() => complaints.join("\n")).toMatch(/blocked by CORS policy/);
      expect(await page.locator("#hello").textContent()).toBe("waiting");
    });
  },
);
