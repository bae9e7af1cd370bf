import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.js";
import { launchBrowser, noChromium, Tab, type TabOptions } from "./browser.js";
import { PlainClient } from "./plain-client.js";

// A skipped suite prints no reason of its own.
if (noChromium) console.warn(`The page is not tested: ${noChromium}.`);

describe.skipIf(noChromium)("the page in Chromium", () => {
  let stack: Awaited<ReturnType<typeof startLocal>>;
  let browser: Browser;
  const tabs: Tab[] = [];
  const plainClients: PlainClient[] = [];

  const openTab = async (options?: TabOptions) => {
    const tab = await Tab.open(browser, stack.pageUrl, options);
    tabs.push(tab);
    return tab;
  };
  const connectPlain = async () => {
    const { host } = new URL(stack.pageUrl);
    const client = await PlainClient.connect(`ws://${host}/socket.io/?transport=websocket`);
    plainClients.push(client);
    return client;
  };

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startLocal({ environments: 2 }), launchBrowser()]);
  });
  afterEach(async () => {
    for (const client of plainClients.splice(0)) client.close();
    const complaints = tabs.flatMap((tab) => tab.complaints);
    await Promise.all(tabs.splice(0).map((tab) => tab.close()));
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  it("greets a newcomer: it alone, all, and all others", async () => {
    const resident = await openTab();
    const newcomer = await openTab();
    const id = await newcomer.socketId();
    const guest = `Guest ${id.slice(0, 4)}`;

    await newcomer.hears("sayHello", `Hello ${guest}, your id is ${id}.`);
    await newcomer.hears("newcomer", "You are new here");
    await resident.hears("newcomer", `${guest} is new here.`);
    await resident.hears("arrived", `Say hello to ${guest}.`);
    expect(await newcomer.log.getByText("Say hello to").count()).toBe(0);
    expect(await resident.log.getByText(`Hello ${guest}`, { exact: false }).count()).toBe(0);
  });

  it("lets two tabs and a plain client talk in one room", async () => {
    const [ann, ben] = [await openTab(), await openTab()];
    const plain = await connectPlain();
    await ann.setName("Ann");
    await ben.setName("Ben");
    await plain.ask("set-name", "Paula");

    await ann.createRoom("방 이름 🍵");
    await ben.joinRoom("방 이름 🍵");
    expect(await plain.ask("join-room", "방 이름 🍵")).toEqual({ joined: ["방 이름 🍵"] });
    await ann.hears("room-joined", "Paula joined “방 이름 🍵”.");
    await ann.joinedRooms.getByText("3 people").waitFor();

    await ann.say("hello all");
    await ben.hears("Ann", "방 이름 🍵", "hello all");
    const [said] = (await plain.next(({ event }) => event === "said")).data ?? [];
    expect(said).toMatchObject({ room: "방 이름 🍵", text: "hello all", from: { name: "Ann" }, to: "all" });

    await ben.say("only you two", "Say to the others");
    await ann.hears("Ben", "to the others", "only you two");
    await plain.next(({ data }) => JSON.stringify(data).includes("only you two"));

    await plain.ask("say", "방 이름 🍵", "hello from wscat");
    await ann.hears("Paula", "hello from wscat");
    await ben.hears("Paula", "hello from wscat");
    expect(await ben.log.getByText("only you two").count()).toBe(1);
  });

  it("creates, lists, leaves and deletes rooms", async () => {
    const [ann, ben] = [await openTab(), await openTab()];
    await ann.createRoom("garden");
    await ann.createRoom("kitchen");
    await ben.joinRoom("garden");
    await ben.joinRoom("kitchen");

    await ben.press("Leave garden");
    await ben.otherRooms.getByText("garden", { exact: true }).waitFor();
    await ann.hears("room-left", "left “garden”.");

    await ann.press("Delete kitchen");
    for (const tab of [ann, ben]) {
      await tab.hears("room-deleted", "deleted “kitchen”.");
      await tab.page.getByRole("button", { name: "Leave kitchen" }).waitFor({ state: "detached" });
      await tab.press("List again");
      await tab.page.getByText("There is 1 room.").waitFor();
      expect(await tab.page.locator(".room-lists").getByText("kitchen").count()).toBe(0);
    }
    await ann.press("Leave garden");
    await ann.page.getByText("No room yet.").waitFor();
  });

  it("says in words what cannot be done", async () => {
    const [ann, ben] = [await openTab(), await openTab()];
    await ann.createRoom("attic");
    await ben.page.getByLabel("Room name").fill("attic");
    await ben.press("Create");
    await ben.page.getByText('The room "attic" exists already. You can join it.').waitFor();
    await ben.page.getByLabel("Room name").fill("   ");
    await ben.press("Join");
    await ben.page.getByText('"room" must not be empty.').waitFor();
    await ben.press("Disconnect");
    await ben.press("Set name");
    await ben.page.getByText("You are not connected.").waitFor();
  });

  it("shows what people type as text, never as HTML", async () => {
    const [ann, ben] = [await openTab(), await openTab()];
    const markup = "<img src=x onerror=\"document.title='hacked'\"><b>bold</b>";
    await ann.setName("<i>Ann</i>");
    await ann.createRoom("<u>room</u>");
    await ben.joinRoom("<u>room</u>");
    await ann.say(markup);
    await ben.hears("<i>Ann</i>", "<u>room</u>", markup);
    expect(await ben.page.locator("#log img, #log .text b, #log i, u").count()).toBe(0);
    expect(await ben.page.title()).not.toBe("hacked");
  });

  it("lets into /members by the token only, and says why not", async () => {
    const [ann, outsider] = [await openTab(), await openTab()];
    await ann.page.getByRole("radio", { name: "/members" }).check();
    await ann.press("Connect");
    await ann.page.locator("#connection-note").getByText("auth.token is missing. (TOKEN_MISSING)").waitFor();
    await ann.shows("Disconnected");
    await ann.page.getByRole("textbox", { name: "Token" }).fill("guess");
    await ann.press("Connect");
    await ann.page.locator("#connection-note").getByText("auth.token is wrong. (TOKEN_WRONG)").waitFor();

    await ann.page.getByRole("textbox", { name: "Token" }).fill("let-me-in");
    await ann.press("Connect");
    await ann.shows("Connected to /members");
    await ann.createRoom("library");
    await ann.say("members only");
    await outsider.createRoom("street");
    await outsider.press("List again");
    await outsider.page.getByText("There is 1 room.").waitFor();
    expect(await ann.page.locator(".room-lists").getByText("street").count()).toBe(0);
  });

  it("disconnects and connects again under a new id", async () => {
    const [ann, ben] = [await openTab(), await openTab()];
    await ann.setName("Ann");
    const id = await ann.socketId();
    await ann.press("Disconnect");
    await ann.shows("Disconnected");
    await ann.hears("You disconnected.");
    await ben.hears("departed", "Ann has gone.");
    await ann.press("Connect");
    await ann.shows("Connected to /");
    expect(await ann.socketId()).not.toBe(id);
    await ann.hears("sayHello", "Hello Ann");
  });

  it("comes back to its rooms by itself when the connection is cut", async () => {
    const cuts: (() => Promise<void>)[] = [];
    const ann = await openTab({
      prepare: (page) =>
        page.routeWebSocket(/EIO=4/, (client) => {
          const server = client.connectToServer();
          cuts.push(async () => {
            await server.close();
            await client.close();
          });
        }),
    });
    await ann.upgrade();
    const ben = await openTab();
    await ann.createRoom("harbour");
    await ben.joinRoom("harbour");
    await cuts.at(-1)?.();
    await ann.hears("the connection was lost (transport close)");
    await ann.shows("Connected to /");
    await ben.hears("room-joined", /Guest .* joined “harbour”/);
    await ben.say("welcome back");
    await ann.hears("welcome back");
  });

  it("says which transport it is on, and chats by HTTP alone where no WebSocket passes", async () => {
    const ann = await openTab();
    const ben = await openTab({
      prepare: (page) => page.routeWebSocket(/transport=websocket/, (socket) => void socket.close()),
    });
    await ann.upgrade();
    await ben.page.locator("#transport").getByText("HTTP long-polling", { exact: true }).waitFor();
    await ann.createRoom("cave");
    await ben.joinRoom("cave");
    await ben.say("is it dark?");
    await ann.hears("is it dark?");
    await ann.say("bring a light");
    await ben.hears("bring a light");
    await ben.press("Disconnect");
    await ben.page.locator("#transport").getByText("none", { exact: true }).waitFor();
  });

  it("copies the wscat line, which names this server", async () => {
    const tab = await openTab();
    await tab.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await tab.press("Copy: Plain client");
    await tab.page.getByRole("button", { name: "Copied: Plain client" }).waitFor();
    const copied = await tab.page.evaluate("navigator.clipboard.readText()");
    expect(copied).toMatch(/wscat/);
    expect(copied).toContain(await tab.page.locator("#address").textContent());
  });

  it("can be used with the keyboard alone, and keeps the focus", async () => {
    const tab = await openTab();
    const { keyboard } = tab.page;
    await tab.page.getByLabel("Room name").focus();
    await keyboard.type("cellar");
    await keyboard.press("Enter");
    await tab.joinedRooms.getByText("cellar").waitFor();
    await tab.page.getByLabel("Message").focus();
    await keyboard.type("typed");
    await keyboard.press("Enter");
    await tab.hears("You", "typed");
    await keyboard.type("again");
    await keyboard.press("Enter");
    await tab.hears("You", "again");
    await tab.page.getByRole("button", { name: "Leave cellar" }).focus();
    await keyboard.press("Enter");
    await tab.page.getByText("You left “cellar”.").waitFor();
    await tab.page.waitForFunction("document.activeElement.id === 'room'");
  });

  it.each([360, 900, 1400])(
    "fits a window %i px wide, where nothing moves as rooms and messages come",
    async (width) => {
      const tab = await openTab({ width, colorScheme: "dark" });
      const places = () =>
        tab.page.locator(".card, form, .log, .room-lists").evaluateAll((elements) =>
          elements.map((element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            return [element.className, x, y + element.ownerDocument.documentElement.scrollTop, width, height];
          }),
        );
      const before = await places();
      for (let room = 1; room <= 6; room += 1) await tab.createRoom(`a room with a rather long name ${room}`);
      for (let text = 1; text <= 12; text += 1) await tab.say(`${"long ".repeat(12)}${text}`);
      expect(await places()).toEqual(before);
      expect(await tab.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      for (let room = 1; room <= 6; room += 1)
        await tab.press(`Leave a room with a rather long name ${room}`);
      await tab.page.getByText("No room yet.").waitFor();
    },
  );
});
