/**
 * Chats that keep their messages in a database, as ordinary programs do. A driver calls back
 * in whatever context it likes: in that of the event that opened its connection, of the one
 * whose query runs, of a replay, or of none.
 */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { type Contract, contractOf, fresh, type Target } from "../contract/contract.js";
import type { Frames } from "../support/clients.js";
import { missingServers, POSTGRES, REDIS } from "../support/servers.js";
import { OPENED, type Opened } from "./apps/opened.js";
import {
  type Combination,
  combinations,
  DRIVERS,
  type DriverName,
  namespaceOf,
  STYLES,
  type Style,
} from "./combinations.js";
import { Mailbox } from "./mailbox.js";

/** What of all combinations. @default all of it */
export interface Only {
  readonly opened?: readonly Opened[];
  readonly styles?: readonly Style[];
}

/** Longer than any event takes, also on a busy machine. */
const PATIENT_MS = 10_000;

const SERVERS: Partial<Record<DriverName, string | undefined>> = {
  redis3: REDIS,
  redis: REDIS,
  postgres: POSTGRES,
};

/**
 * @param isFrozen an environment sleeps after its answer, as on Lambda, with the work that it has not awaited
 */
export function runDrivers(
  where: string,
  isFrozen: boolean,
  start: () => Promise<Target>,
  { opened = OPENED, styles = STYLES }: Only = {},
): void {
  const can = { isOneProcess: !isFrozen, eventsAtOnce: Number.POSITIVE_INFINITY, additions: false };
  const contract = contractOf(can, start);
  for (const reason of missingServers()) console.warn(`${where}: ${reason}`);
  for (const combination of combinations(DRIVERS)) {
    const { driver, style } = combination;
    if (!opened.includes(combination.opened) || !styles.includes(style)) continue;
    const isMissing = driver in SERVERS && !SERVERS[driver];
    const title = `${driver}, ${style}, opened ${combination.opened}`;
    describe.skipIf(isMissing)(title, { retry: BUSY_MACHINE }, () => facts(contract, combination));
  }
}

/**
 * A replay waits a second for the queries of its `connection` handler (docs/decisions/whose-code-runs.md),
 * and a busy machine may take longer for one: what is wrong fails each time.
 */
const BUSY_MACHINE = 2;

/** On a busy machine a test may last until the heartbeat. */
const PING = "2";

async function answer(frames: Frames): Promise<string> {
  for (;;) {
    const frame = await frames.next();
    if (frame !== PING) return frame;
  }
}

interface Person {
  readonly socket: Socket;
  readonly mailbox: Mailbox;
  ask(event: string, ...args: unknown[]): Promise<unknown>;
}

function facts({ clients, can }: Contract, combination: Combination): void {
  const { style } = combination;
  /**
   * Nobody knows that a callback will come: the environment may be frozen by then
   * (docs/decisions/whose-code-runs.md).
   */
  const mayMissGreeting = style === "callback" && !can.isOneProcess;
  const pathsOf = (id = fresh("id")) => ({
    chat: namespaceOf(combination, "chat", id),
    lobby: namespaceOf(combination, "lobby", id),
  });

  function personOf(socket: Socket, mailbox = new Mailbox(socket)): Person {
    return {
      socket,
      mailbox,
      ask: (event, ...args) => socket.timeout(PATIENT_MS).emitWithAck(event, ...args),
    };
  }

  async function arrive(namespace: string): Promise<Person> {
    const person = personOf(clients.make(namespace));
    await connected(person.socket);
    return person;
  }

  /** In a chat, and greeted. */
  async function greeted(chat: string): Promise<Person> {
    const person = await arrive(chat);
    if (!mayMissGreeting) await person.mailbox.got("history", 1);
    return person;
  }

  /** A bare client of the lobby, which asks for the database and does not wait. */
  async function warmer(lobby: string) {
    const frames = await clients.frames("?EIO=4&transport=websocket");
    await frames.next();
    frames.send(`40${lobby},`);
    await frames.next();
    frames.send(`42${lobby},0["warm"]`);
    return frames;
  }

  /** B joins in a callback, D talks to the room: whatever came before, B hears it, once, and nobody else. */
  async function joinAndTell(chat: string): Promise<{ readonly b: Person; readonly d: Person }> {
    const [b, d] = await Promise.all([greeted(chat), greeted(chat)]);
    expect(await b.ask("join", "secret")).toBe("joined");
    expect(await d.ask("tell", "secret", "hello")).toBe("told");
    await Promise.all([b.mailbox.got("told", 1), b.mailbox.got("told by another", 1)]);
    await Promise.all([b.ask("look"), d.ask("look")]);
    for (const event of ["told", "told by another"]) {
      expect(b.mailbox.firsts(event)).toEqual(["hello"]);
      expect(d.mailbox.firsts(event)).toEqual([]);
    }
    return { b, d };
  }

  it("each client gets its own history, and nobody else's", async () => {
    const { chat } = pathsOf();
    const people = await Promise.all([greeted(chat), greeted(chat), greeted(chat)]);
    for (const _ of [1, 2]) await Promise.all(people.map((person) => person.ask("look")));
    for (const { socket, mailbox } of people) {
      const greetings = mailbox.firsts("history");
      if (greetings.length > 0 || !mayMissGreeting) expect(new Set(greetings)).toEqual(new Set([socket.id]));
      // A callback does not tell for whom it is called: a replay's greeting may come, too
      // (docs/decisions/whose-code-runs.md).
      if (style !== "callback") expect(greetings).toHaveLength(1);
      expect(mailbox.firsts("left")).toEqual([]);
    }
  });

  it("each event is acked once, and each broadcast arrives once, with several clients at once", async () => {
    const { chat, lobby } = pathsOf();
    const [reader, stranger, ...people] = await Promise.all([
      arrive("/"),
      arrive(lobby),
      greeted(chat),
      greeted(chat),
      greeted(chat),
    ]);
    const texts = people.flatMap(({ socket }) => [`${socket.id} 1`, `${socket.id} 2`]).sort();
    const answers = people.map(({ socket, ask }) =>
      Promise.all([stranger.ask("warm"), ask("say", `${socket.id} 1`), ask("say", `${socket.id} 2`)]),
    );
    expect(await Promise.all(answers)).toEqual(people.map(() => ["ok", "stored", "stored"]));
    await Promise.all([
      reader.mailbox.got("news", texts.length),
      ...people.flatMap(({ mailbox }) => [mailbox.got("said", texts.length), mailbox.got("noted", 2)]),
    ]);
    await Promise.all(people.map(({ ask }) => ask("look")));

    for (const { socket, mailbox } of people) {
      expect(mailbox.firsts("said")).toEqual(texts);
      expect(mailbox.firsts("noted")).toEqual([`${socket.id} 1`, `${socket.id} 2`]);
      expect(mailbox.firsts("left")).toEqual([]);
      expect(mailbox.acks).toHaveLength(3);
      expect(new Set(mailbox.acks).size).toBe(3);
    }
    expect(reader.mailbox.firsts("news")).toEqual(texts);
    expect(stranger.mailbox.mail).toEqual([]);
    expect(stranger.mailbox.acks).toHaveLength(people.length);
  });

  it("a socket joins in a callback, and no client of another namespace gets its room's packets", async () => {
    const { chat, lobby } = pathsOf();
    const a = await warmer(lobby);
    expect(await answer(a)).toBe(`43${lobby},0["ok"]`);
    const { b, d } = await joinAndTell(chat);
    a.send(`42${lobby},1["warm"]`);
    expect(await answer(a)).toBe(`43${lobby},1["ok"]`);
    expect(a.unread.filter((frame) => frame !== PING)).toEqual([]);
    for (const { mailbox } of [b, d]) expect(mailbox.firsts("left")).toEqual([]);
  });

  it("a client that is in both namespaces joins with the socket that asked", async () => {
    const { chat, lobby } = pathsOf();
    const both = await arrive(lobby);
    const there = personOf(both.socket.io.socket(chat), both.mailbox);
    const [other] = await Promise.all([greeted(chat), connected(there.socket)]);
    if (!mayMissGreeting) await both.mailbox.got("history", 1);
    expect(await Promise.all([both.ask("warm"), there.ask("join", "secret"), both.ask("warm")])).toEqual([
      "ok",
      "joined",
      "ok",
    ]);
    expect(await other.ask("tell", "secret", "hello")).toBe("told");
    await both.mailbox.got("told", 1);
    expect(await both.ask("warm")).toBe("ok");
    expect(both.mailbox.mail.filter(({ event }) => event !== "history")).toEqual(
      expect.arrayContaining([
        { nsp: chat, event: "told", args: ["hello"] },
        { nsp: chat, event: "told by another", args: ["hello"] },
      ]),
    );
    expect(both.mailbox.firsts("told")).toEqual(["hello"]);
    expect(both.mailbox.firsts("left")).toEqual([]);
  });

  it("the others go on where the client whose event opened the driver left at once", async () => {
    const { chat, lobby } = pathsOf();
    const a = await warmer(lobby);
    a.socket.terminate();
    const { b, d } = await joinAndTell(chat);
    const gone = b.socket.id;
    b.socket.disconnect();
    await d.mailbox.got("left", 1);
    expect(await d.ask("tell", "secret", "is anybody there?")).toBe("told");
    await d.ask("look");
    expect(d.mailbox.firsts("left")).toEqual([gone]);
  });
}

async function connected(socket: Socket): Promise<void> {
  socket.connect();
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
}
