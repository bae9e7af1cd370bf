/** The example app on the whole local stack, with clients of all kinds at one address. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { PEOPLE, type Person } from "../support/people.js";

const KINDS = Object.keys(PEOPLE);
const NAMES = ["tea", "방 이름", "🍵 чай", "غرفة الشاي", 'a,b/c "d" #{e}', "/members"];
const TOKEN = "let-me-in";

interface Said {
  readonly room: string;
  readonly text: string;
  readonly from: { readonly id: string };
  readonly to: string;
}

describe.each([1, 4])("three kinds of clients, environments: %i", (environments) => {
  let local: Local;
  const people: Person[] = [];

  beforeAll(async () => {
    local = await startLocal({ environments });
  });
  afterEach(async () => {
    await Promise.all(people.splice(0).map((person) => person.leave()));
  });
  afterAll(() => local?.close());

  const join = async (kind: string, nsp?: string, auth?: object): Promise<Person> => {
    const enter = PEOPLE[kind];
    if (!enter) throw new Error(`There is no kind of client called ${kind}.`);
    const person = await enter({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }, nsp, auth);
    people.push(person);
    return person;
  };
  const everyKind = (nsp?: string, auth?: object) =>
    Promise.all(KINDS.map((kind) => join(kind, nsp, auth))) as Promise<[Person, Person, Person]>;

  it("all three hear what each of them says, whatever script the room's name is in", async () => {
    const all = await everyKind();
    for (const room of NAMES) {
      for (const person of all) {
        expect(await person.ask("join-room", room)).toEqual({ joined: expect.arrayContaining([room]) });
      }
      for (const [index, speaker] of all.entries()) {
        const text = `${KINDS[index]} says in ${room}: 안녕 👋`;
        expect(await speaker.ask("say", room, text)).toEqual({ time: expect.any(String) });
        for (const listener of all) {
          expect(await said(listener, text)).toMatchObject({ room, to: "all", from: { id: speaker.id } });
        }
      }
    }
  });

  it("each says something that only the two others hear", async () => {
    const all = await everyKind();
    for (const person of all) await person.ask("join-room", "tea");
    for (const speaker of all) {
      await speaker.ask("say-others", "tea", `not for ${speaker.id}`);
      for (const listener of all.filter((person) => person !== speaker)) {
        expect(await said(listener, `not for ${speaker.id}`)).toMatchObject({ to: "others" });
      }
      await speaker.ask("say", "tea", `for all from ${speaker.id}`);
      await said(speaker, `for all from ${speaker.id}`);
      expect(textsOf(speaker)).not.toContain(`not for ${speaker.id}`);
    }
  });

  it("who has left the room hears it no more, and may not talk there", async () => {
    const all = await everyKind();
    for (const person of all) await person.ask("join-room", "tea");
    for (const leaver of all) {
      const stay = all.filter((person) => person !== leaver);
      expect(await leaver.ask("leave-room", "tea")).toEqual({ joined: [] });
      for (const person of stay) await hears(person, "room-left", leaver.id);
      await stay[0]?.ask("say", "tea", `without ${leaver.id}`);
      for (const person of stay) await said(person, `without ${leaver.id}`);
      expect(await leaver.ask("say", "tea", "hello?")).toEqual({ error: expect.stringContaining("not in") });
      expect(textsOf(leaver)).not.toContain(`without ${leaver.id}`);
      await leaver.ask("join-room", "tea");
    }
  });

  it("a newcomer of each kind is greeted alone, and all others hear of it", async () => {
    const resident = await join("bare ws");
    for (const kind of KINDS) {
      const newcomer = await join(kind);
      const [, text] = await newcomer.heard.first(([event]) => event === "sayHello");
      expect(text).toContain(newcomer.id);
      await hears(newcomer, "newcomer", newcomer.id);
      await hears(resident, "arrived", newcomer.id);
      // Somebody of an earlier test may have arrived a moment ago.
      const arrivals = newcomer.heard.events.filter(([event]) => event === "arrived");
      expect(arrivals).not.toContainEqual(["arrived", expect.objectContaining({ id: newcomer.id })]);
    }
  });

  it("the others hear when a client of each kind goes away, and it is no member any more", async () => {
    const witness = await join("bare ws");
    await witness.ask("join-room", "tea");
    for (const kind of KINDS) {
      const guest = await join(kind);
      await guest.ask("join-room", "tea");
      await guest.leave();
      await hears(witness, "departed", guest.id);
      expect(await witness.ask("list-rooms")).toEqual({
        rooms: [{ name: "tea", people: 1 }],
        joined: ["tea"],
      });
    }
  });

  it("who shows the token enters /members, a room of its own beside that of / with the same name", async () => {
    const outside = await everyKind();
    const inside = await everyKind("/members", { token: TOKEN, name: "Ann" });
    for (const person of [...outside, ...inside]) {
      expect(await person.ask("join-room", "tea")).toEqual({ joined: ["tea"] });
    }
    await inside[1].ask("say", "tea", "among members");
    for (const person of inside) {
      expect(await said(person, "among members")).toMatchObject({ from: { name: "Ann" } });
    }
    await outside[1].ask("say", "tea", "in the open");
    for (const person of outside) await said(person, "in the open");
    for (const person of outside) expect(textsOf(person)).not.toContain("among members");
    for (const person of inside) expect(textsOf(person)).not.toContain("in the open");
  });

  it.each(KINDS)(
    "%s is told why /members refuses it without the token, or with a wrong one",
    async (kind) => {
      const missing = await join(kind, "/members").catch((error: unknown) => error);
      expect(missing).toMatchObject({
        message: "Members only: auth.token is missing.",
        data: { code: "TOKEN_MISSING" },
      });
      const wrong = await join(kind, "/members", { token: "guess" }).catch((error: unknown) => error);
      expect(wrong).toMatchObject({
        message: "Members only: auth.token is wrong.",
        data: { code: "TOKEN_WRONG" },
      });
    },
  );

  it.each(["wscat", "bare ws"])("%s asks the user's own function behind the route clock", async (kind) => {
    const person = await join(kind);
    const time = await person.ask("clock");
    expect(new Date(String(time)).toISOString()).toBe(time);
    expect(await person.ask("list-rooms")).toEqual({ rooms: [], joined: [] });
  });

  it("a socket.io-client does not reach the route clock: its packets all go to the app", async () => {
    const person = await join("socket.io-client");
    expect(await person.ask("clock")).toEqual({ error: expect.stringContaining('no event "clock"') });
  });
});

/** The message with this text, once it has come. */
async function said(listener: Person, text: string): Promise<Said> {
  const [, message] = await listener.heard.first(
    ([event, what]) => event === "said" && (what as Said).text === text,
  );
  return message as Said;
}

function textsOf({ heard }: Person): string[] {
  return heard.events.flatMap(([event, what]) => (event === "said" ? (what as Said).text : []));
}

/** An event about this person: its first or second argument has the id. */
function hears(listener: Person, event: string, id: string) {
  return listener.heard.first(
    ([name, ...args]) =>
      name === event && args.some((arg) => (arg as { id?: string } | undefined)?.id === id),
  );
}
