/** Both modes on the whole local stack, with handlers of which some take long and the next ones no time. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LocalEvent } from "../../local/local-event.js";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, received } from "../support/clients.js";
import { PEOPLE, type Person } from "../support/people.js";

const KINDS = ["socket.io-client", "bare ws"];

describe("concurrent mode", () => {
  const { join } = stack("concurrent");

  // No more messages at once than there are environments: each is handled at once.
  it.each(KINDS)("breaks the order of quick messages of a %s", async (kind) => {
    const answered = await sendQuickly(await join(kind), 4, 1_000);
    expect([...answered].sort((a, b) => a - b)).toEqual(upTo(4));
    expect(answered.at(-1)).toBe(0);
  });
});

describe("ordered mode", () => {
  const { join, clients, world } = stack("ordered");

  it("answers a subprotocol, which travels past the queue", async () => {
    const client = await clients.join("/", { protocols: ["chat-v1"] });
    expect(await client.emitWithAck("work", 1, 0)).toBe(1);
  });

  it("keeps the order of quick messages", async () => {
    const talkers = await Promise.all([...KINDS, ...KINDS].map((kind) => join(kind)));
    const ended = await Promise.all(talkers.map((talker) => sendQuickly(talker, 25, 100)));
    for (const [index, talker] of talkers.entries()) {
      expect(ended[index]).toEqual(upTo(25));
      expect(workOf(talker, talker.id)).toEqual(upTo(25));
    }
  });

  it("lets a handler await an ack of its own client, and what waits behind it comes after it", async () => {
    const client = await clients.join();
    client.on("question", (answer) => answer("because"));
    const answers: unknown[] = [];
    const asked = client.emitWithAck("ask me").then((answer) => answers.push(answer));
    const behind = client.emitWithAck("work", 1, 0).then((answer) => answers.push(answer));
    await Promise.all([asked, behind]);
    expect(answers).toEqual(["because", 1]);
  });

  it.each(KINDS)("brings the disconnect of a %s after all that it has sent before", async (kind) => {
    const witness = await join("bare ws");
    const leaver = await join(kind);
    // Nobody gets these acks: posting them meets a closed connection, which must not end it before its time.
    for (const n of upTo(10)) leaver.ask("work", n, n === 0 ? 200 : 0).catch(() => {});
    await leaver.leave();
    const isLeft = ([event, id]: readonly unknown[]) => event === "left" && id === leaver.id;
    await witness.heard.first(isLeft);
    const last = witness.heard.events.findIndex(isLeft);
    expect(workOf(witness, leaver.id, last)).toEqual(upTo(10));
  });

  it("handles all that a client has sent before it was lost, and then recovers it", async () => {
    const witness = await join("bare ws");
    const client = await clients.join();
    const { id = "" } = client;
    const offset = received(client, "worked");
    client.emit("work", 0, 0);
    await offset;
    for (const n of [1, 2, 3, 4]) client.emit("work", n, n === 1 ? 1_000 : 0);
    const lost = received(client, "disconnect");
    client.io.engine.close();
    await lost;
    const back = received(client, "connect");
    client.connect();
    await back;
    expect([client.recovered, client.id]).toEqual([true, id]);
    client.emit("work", 5, 0);
    await witness.heard.first(([event, who, n]) => event === "worked" && who === id && n === 5);
    expect(workOf(witness, id)).toEqual(upTo(6));
  });

  it("brings an event again whose environment was killed, before those behind it", async () => {
    const witness = await join("bare ws");
    const client = await clients.join();
    const { id = "" } = client;
    const killed = new Promise<void>((resolve) => {
      world.onEvent = (event) => {
        if (event.type !== "fault" || event.kind !== "kill") return;
        world.local?.faults.stop();
        resolve();
      };
    });
    world.local?.faults.set({ seed: 1, kill: 1, killWithinMs: 1 });
    client.emit("work", 0, 500);
    await killed;
    client.emit("work", 1, 0);
    client.emit("work", 2, 0);
    await witness.heard.first(([event, who, n]) => event === "worked" && who === id && n === 2);
    expect(workOf(witness, id)).toEqual([0, 1, 2]);
  });
});

/** A local stack for the tests of a `describe`, and the clients that they bring. */
function stack(order: "concurrent" | "ordered") {
  const world: { local: Local | undefined; onEvent: (event: LocalEvent) => void } = {
    local: undefined,
    onEvent: () => {},
  };
  const people: Person[] = [];
  const door = () => ({ url: `ws://localhost:${world.local?.port}`, path: `/${world.local?.stage}` });
  const clients = new Clients(door);

  beforeAll(async () => {
    const app = fileURLToPath(new URL("./apps/orderly.ts", import.meta.url));
    world.local = await startLocal({ app, order, environments: 4, log: (event) => world.onEvent(event) });
  });
  afterEach(async () => {
    world.onEvent = () => {};
    clients.close();
    await Promise.all(people.splice(0).map((person) => person.leave()));
  });
  afterAll(() => world.local?.close());

  const join = async (kind: string): Promise<Person> => {
    const person = await PEOPLE[kind]?.(door());
    if (!person) throw new Error(`There is no kind of client called ${kind}.`);
    people.push(person);
    return person;
  };
  return { join, clients, world };
}

/**
 * Sends messages without waiting, every fifth of them slow to handle. Resolves with their
 * numbers, as they were answered.
 */
async function sendQuickly(talker: Person, count: number, slowMs: number): Promise<number[]> {
  const answered: number[] = [];
  await Promise.all(
    upTo(count).map(async (n) => {
      await talker.ask("work", n, n % 5 === 0 ? slowMs : 0);
      answered.push(n);
    }),
  );
  return answered;
}

/** The numbers of a client's work, as another one has heard of it. */
function workOf({ heard }: Person, id: string, end?: number): unknown[] {
  const events = heard.events.slice(0, end);
  return events.filter(([event, who]) => event === "worked" && who === id).map(([, , n]) => n);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
