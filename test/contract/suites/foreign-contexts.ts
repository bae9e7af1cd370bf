/**
 * Callbacks of queues and drivers, handlers that still run, what replays leave behind. Runs on an
 * implementation that serves `apps/foreign-contexts.ts`.
 */
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import { type Capabilities, contractOf, fresh, type Target } from "../contract.js";

const PATIENT_MS = 10_000;

/** As often as it takes to meet every environment. */
const TIMES = [1, 2, 3, 4, 5, 6, 7, 8];

export function runForeignContexts(can: Capabilities, start: () => Promise<Target>): void {
  const contract = contractOf(can, start);
  const { clients } = contract;
  const warned: string[] = [];
  const ask = (client: Socket, event: string, ...args: unknown[]) =>
    client.timeout(PATIENT_MS).emitWithAck(event, ...args);

  beforeAll(() => {
    vi.spyOn(console, "warn").mockImplementation((text) => void warned.push(String(text)));
  });
  afterAll(() => vi.restoreAllMocks());

  /** What the app was warned of, in this process or in the environments' own. */
  const warnings = () => [...warned, ...(contract.target.printed?.() ?? [])].join("\n");

  describe("callbacks of a queue (R2)", () => {
    it("ack once, and broadcast once", async () => {
      const [speaker, listener] = await Promise.all([clients.join(), clients.join()]);
      const heard = new Heard(listener);
      const texts = TIMES.map((time) => fresh(`text ${time}`));
      for (const text of texts) expect(await ask(speaker, "say", text)).toBe("stored");
      await heard.some(texts.length, ([event]) => event === "said");
      const said = heard.events.flatMap(([event, text]) => (event === "said" ? [text] : []));
      expect(said.sort()).toEqual([...texts].sort());
    });

    it("of several clients at once each answer their own", async () => {
      const eight = await Promise.all(TIMES.map(() => clients.join()));
      expect(await Promise.all(eight.map((client) => ask(client, "say", fresh("text"))))).toEqual(
        eight.map(() => "stored"),
      );
    });
  });

  describe("callbacks of a connection that another client's event has opened (R3)", () => {
    it("join the socket that asked: the room's packets reach it, and no stranger", async () => {
      const a = await clients.frames("?EIO=4&transport=websocket");
      await a.next();
      a.send("40/lobby,");
      await a.next();
      for (const id of TIMES) {
        a.send(`42/lobby,${id}["warm"]`);
        expect(await a.next()).toBe(`43/lobby,${id}["ok"]`);
      }
      for (const _ of TIMES) {
        const [b, d] = await Promise.all([clients.join("/chat"), clients.join("/chat")]);
        const room = fresh("secret");
        const said = received(b, "said");
        await ask(b, "join", room);
        await ask(d, "say", room, "hello");
        expect(await said).toEqual(["hello"]);
      }
      a.send('42/lobby,0["warm"]');
      expect(await a.next()).toBe('43/lobby,0["ok"]');
      expect(a.unread).toEqual([]);
    });
  });

  describe("a greeting behind a promise that nobody awaits", () => {
    it("arrives once, though its client sends nothing", async () => {
      for (const _ of [1, 2, 3]) {
        const client = clients.make("/late");
        const heard = new Heard(client);
        client.connect();
        await heard.first(([event]) => event === "history");
        for (const _ of TIMES) await ask(client, "noop");
        expect(heard.events).toEqual([["history", []]]);
      }
    });
  });

  // On stock nobody listens yet, and the event is lost.
  describe.runIf(can.additions)("an event while the connection handler still runs (R8)", () => {
    it("finds what the handler sets, and so does each later one", async () => {
      for (const _ of [1, 2, 3]) {
        const client = clients.make("/slow");
        const first = new Promise<unknown[]>((resolve) =>
          client.on("connect", () => client.emit("who", (...answer: unknown[]) => resolve(answer))),
        );
        client.connect();
        expect(await first).toEqual(["Kim", "red", true]);
        const later = new Promise<unknown[]>((resolve) =>
          client.emit("who", (...answer: unknown[]) => resolve(answer)),
        );
        expect(await later).toEqual(["Kim", "red", true]);
      }
    });
  });

  describe("a subscription of the connection handler (R10)", () => {
    it("does not grow with each event, and what replays leave is named with file and line", async () => {
      const [one, other] = await Promise.all([clients.join("/readers"), clients.join("/readers")]);
      const heard = new Heard(one);
      await ask(one, "read");
      for (let n = 0; n < 20; n++) await ask(one, "noop");
      const listeners = await ask(other, "publish", "extra");
      // Each client's own, and one that the last replay of each has left.
      expect(listeners).toBeGreaterThan(0);
      expect(listeners).toBeLessThanOrEqual(4);
      await heard.some(1, ([event]) => event === "news");
      await ask(one, "noop");
      expect(heard.events.filter(([event]) => event === "news").length).toBeLessThanOrEqual(4);
      if (can.additions) expect(warnings()).toMatch(/"news".*foreign-contexts\.ts:\d+/s);
    });
  });

  describe("a question while connecting, with a timeout (U1)", () => {
    for (const way of ["emit", "emitWithAck", "to-emit", "to-emitWithAck"]) {
      it(`calls back once in all: ${way}`, async () => {
        const client = clients.make(`/question-${way}`);
        client.on("who?", (answer) => answer("ann"));
        client.connect();
        const look = (event: string) =>
          new Promise<unknown[]>((resolve) => client.emit(event, (...seen: unknown[]) => resolve(seen)));
        while ((await look("look"))[0] === null);
        expect(await look("look")).toEqual([true, 1]);
        expect(await look("work")).toEqual([true, 1]);
        expect(await look("look")).toEqual([true, 1]);
      });
    }
  });
}
