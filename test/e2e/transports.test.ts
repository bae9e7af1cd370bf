/**
 * Clients that poll, that upgrade and that use a WebSocket only, in one room on the whole local stack: each
 * request of each may meet another environment.
 */
import { fileURLToPath } from "node:url";
import type { ManagerOptions, Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, received } from "../support/clients.js";
import { Heard } from "../support/heard.js";

const ENVIRONMENTS = 4;

const KINDS = {
  polling: { transports: ["polling"] },
  default: {},
  websocket: { transports: ["websocket"] },
} satisfies Record<string, Partial<ManagerOptions>>;

/** Two of each that the front door takes on, since they may be held up by each other. */
const PEOPLE = ["polling", "polling", "default", "default", "websocket"] as const;

let local: Local;
const clients = new Clients(() => ({
  url: `http://127.0.0.1:${local.port}`,
  path: "/socket.io",
  clientOptions: {},
}));

beforeAll(async () => {
  const app = fileURLToPath(new URL("apps/transports.ts", import.meta.url));
  local = await startLocal({ app, environments: ENVIRONMENTS });
}, 120_000);
afterEach(() => clients.close());
afterAll(() => local?.close());

async function everybody(options: Partial<ManagerOptions> = {}): Promise<readonly Socket[]> {
  const people = await Promise.all(
    PEOPLE.map((kind) => clients.join("/", { ...KINDS[kind], ...options, query: { name: kind } })),
  );
  await Promise.all(people.map((person) => person.emitWithAck("enter")));
  return people;
}

function of(kind: keyof typeof KINDS, people: readonly Socket[]): Socket {
  const person = people[PEOPLE.indexOf(kind)];
  if (!person) throw new Error(`Nobody is ${kind}.`);
  return person;
}

const transportOf = ({ io }: Socket) => io.engine.transport.name;

it("who only polls stays with polling", async () => {
  expect(transportOf(await clients.join("/", KINDS.polling))).toBe("polling");
});

it("who has no options has upgraded when it is connected", { timeout: 60_000 }, async () => {
  // A machine that is busy may need more than the second that a client has for it.
  const transport = async () => transportOf(await clients.join("/", KINDS.default));
  await expect.poll(transport, { timeout: 50_000 }).toBe("websocket");
});

it("everybody hears everybody once, with the picture, and each has its ack", async () => {
  const people = await everybody();
  const heard = people.map((person) => new Heard(person));
  const texts = people.map((_, index) => `word ${index}`);
  const acks = await Promise.all(people.map((person, index) => person.emitWithAck("say", texts[index])));
  expect(acks.map(String)).toEqual(texts);
  for (const one of heard) {
    await one.some(texts.length, () => true);
    const said = one.events.map(([event, text, picture]) => [event, text, String(picture)]);
    expect(said.sort()).toEqual(texts.map((text) => ["said", text, text]));
  }
});

it("a picture of a client that polls reaches the others", async () => {
  const people = await everybody();
  const painter = of("polling", people);
  const others = people.filter((person) => person !== painter);
  const shown = Promise.all(others.map((person) => received(person, "shown")));
  const picture = Buffer.from([0, 1, 2, 253, 254, 255]);
  expect(Buffer.from(await painter.emitWithAck("show", picture))).toEqual(picture);
  for (const [seen] of await shown) expect(Buffer.from(seen as Uint8Array)).toEqual(picture);
});

it.each(["polling", "default", "websocket"] as const)(
  "a %s client finds all the others, and has an answer of each",
  async (kind) => {
    const people = await everybody();
    for (const person of people) person.on("name?", (answer: (id: unknown) => void) => answer(person.id));
    const ids = people.map(({ id }) => id).sort();
    const asker = of(kind, people);
    expect((await asker.emitWithAck("list")).sort()).toEqual(ids);
    expect((await asker.emitWithAck("ask all")).sort()).toEqual(ids);
  },
);

it("who is sent away hears it, whatever its transport, and is in the room no more", async () => {
  const people = await everybody();
  const stays = of("websocket", people);
  for (const person of people.filter((one) => one !== stays)) {
    const gone = received(person, "disconnect");
    await stays.emitWithAck("send away", person.id);
    expect((await gone)[0]).toMatch(/^(io server disconnect|transport close)$/);
  }
  await expect.poll(() => stays.emitWithAck("list"), { timeout: 10_000 }).toEqual([stays.id]);
});

it.each(["polling", "default", "websocket"] as const)(
  "a %s client whose connection closed recovers what was said meanwhile, once",
  async (kind) => {
    const people = await everybody({ reconnection: true, reconnectionDelay: 500 });
    const away = of(kind, people);
    const speaker = people.find((person) => person !== away);
    const heard = new Heard(away);
    await speaker?.emitWithAck("say", "before");
    await heard.first(([, text]) => text === "before");
    const id = away.id;
    const back = received(away, "connect");
    away.io.engine.close();
    await speaker?.emitWithAck("say", "meanwhile");
    await back;
    expect({ recovered: away.recovered, id: away.id }).toEqual({ recovered: true, id });
    await speaker?.emitWithAck("say", "after");
    await heard.first(([, text]) => text === "after");
    const texts = heard.events.filter(([event]) => event === "said").map(([, text]) => text);
    expect(texts).toEqual(["before", "meanwhile", "after"]);
  },
);
