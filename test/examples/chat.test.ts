/** The example app on the in-process kit. */
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { io } from "../../examples/chat/app.js";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { Clients, received } from "../support/clients.js";
import { Heard, type HeardEvent } from "../support/heard.js";

let server: LocalServer;
const clients = new Clients(() => server);

beforeAll(async () => {
  server = await serveLocal(io);
});
afterEach(() => clients.close());
afterAll(() => server?.close());

describe("arguments that will not do", () => {
  const long = "x".repeat(61);
  const BAD: readonly (readonly [what: string, event: string, args: readonly unknown[], error: RegExp])[] = [
    ["no room", "join-room", [], /takes its arguments \(room\) and an ack; it got 0/],
    ["one argument too many", "join-room", ["tea", "coffee"], /it got 2/],
    ["an argument where there is none", "list-rooms", ["tea"], /takes no arguments/],
    ["a text without a room", "say", ["hi"], /takes its arguments \(room, text\)/],
    ["a number", "join-room", [7], /"room" must be a string/],
    ["null", "create-room", [null], /"room" must be a string/],
    ["an object", "leave-room", [{ toString: "tea" }], /"room" must be a string/],
    ["an array", "delete-room", [["tea"]], /"room" must be a string/],
    ["a text that is none", "say", ["tea", { html: "<b>" }], /"text" must be a string/],
    ["an empty name", "set-name", [""], /"name" must not be empty/],
    ["a name of spaces", "set-name", [" \t\u00a0 "], /"name" must not be empty/],
    ["a name of 41 characters", "set-name", ["x".repeat(41)], /at most 40 characters/],
    ["a room of 61 characters", "create-room", [long], /at most 60 characters/],
    ["a text of 2,001 characters", "say-others", ["tea", "x".repeat(2001)], /at most 2000 characters/],
    ["an event that does not exist", "shutdown", [], /no event "shutdown"\. There are: set-name, /],
    ["__proto__ as an event", "__proto__", ["tea"], /no event "__proto__"/],
    ["constructor as an event", "constructor", ["tea"], /no event "constructor"/],
  ];
  it.each(BAD)("%s: %s is answered with why, and with nothing else", async (_what, event, args, error) => {
    const [client, witness] = [await clients.join(), await clients.join()];
    const heard = new Heard(witness);
    expect(await client.emitWithAck(event, ...args)).toEqual({ error: expect.stringMatching(error) });
    await client.emitWithAck("set-name", "last");
    expect(await newsUntil("renamed", heard)).toEqual([]);
  });

  it.each(BAD)("%s: %s without an ack is refused", async (_what, event, args, error) => {
    const client = await clients.join();
    const refused = received(client, "refused");
    client.emit(event, ...args);
    expect(await refused).toEqual([event, expect.stringMatching(error)]);
  });

  it("a right event without an ack is done all the same", async () => {
    const client = await clients.join();
    const renamed = received(client, "renamed");
    client.emit("set-name", "Ann");
    expect(await renamed).toEqual([{ id: client.id, name: "Ann" }, expect.stringMatching(/^Guest /)]);
  });

  it("the longest that is allowed is taken", async () => {
    const client = await clients.join();
    const [name, room, text] = ["x".repeat(40), "x".repeat(60), "x".repeat(2000)];
    expect(await client.emitWithAck("set-name", name)).toEqual({ name });
    expect(await client.emitWithAck("join-room", room)).toEqual({ joined: [room] });
    expect(await client.emitWithAck("say", room, text)).toEqual({ time: expect.any(String) });
  });
});

describe("names that a program may stumble over", () => {
  beforeEach(everybodyIsGone);

  it.each(["__proto__", "constructor", "toString", "a,b", "#n0", '["/","x"]', "\u0000", "👩‍👩‍👧"])(
    "a room called %j is a room like any other",
    async (room) => {
      const [ann, bob] = [await clients.join(), await clients.join()];
      expect(await ann.emitWithAck("create-room", room)).toEqual({ joined: [room] });
      expect(await bob.emitWithAck("join-room", room)).toEqual({ joined: [room] });
      const said = received(ann, "said");
      await bob.emitWithAck("say", room, "hi");
      expect(await said).toMatchObject([{ room, text: "hi" }]);
      expect(await bob.emitWithAck("list-rooms")).toEqual({
        rooms: [{ name: room, people: 2 }],
        joined: [room],
      });
    },
  );

  it("a person called __proto__ is a person like any other", async () => {
    const client = await clients.join("/", { auth: { name: "__proto__" } });
    const renamed = received(client, "renamed");
    await client.emitWithAck("set-name", "constructor");
    expect(await renamed).toEqual([{ id: client.id, name: "constructor" }, "__proto__"]);
  });
});

describe("the room that a socket has for itself", () => {
  it.each([
    ["join-room", [], "is not a room to join"],
    ["create-room", [], "exists already"],
    ["leave-room", [], "You are not in the room"],
    ["delete-room", [], "You are not in the room"],
    ["say", ["hi"], "You are not in the room"],
    ["say-others", ["hi"], "You are not in the room"],
  ])("%s of a foreign one is refused", async (event, more, why) => {
    const [client, other] = [await clients.join(), await clients.join()];
    const heard = new Heard(other);
    expect(await client.emitWithAck(event, other.id, ...more)).toEqual({
      error: expect.stringContaining(why),
    });
    await client.emitWithAck("set-name", "last");
    expect(await newsUntil("renamed", heard)).toEqual([]);
    expect(await roomsOf(other)).toEqual([]);
  });

  it.each(["leave-room", "delete-room", "say"])("%s of one's own is refused", async (event) => {
    const client = await clients.join();
    const more = event === "say" ? ["hi"] : [];
    expect(await client.emitWithAck(event, client.id, ...more)).toEqual({
      error: expect.stringContaining("You are not in the room"),
    });
    expect(await client.emitWithAck("set-name", "still reached")).toEqual({ name: "still reached" });
  });
});

describe("rooms", () => {
  beforeEach(everybodyIsGone);

  it("one that exists cannot be created again", async () => {
    const [ann, bob] = [await clients.join(), await clients.join()];
    await ann.emitWithAck("create-room", "tea");
    expect(await bob.emitWithAck("create-room", "tea")).toEqual({
      error: 'The room "tea" exists already. You can join it.',
    });
    expect(await roomsOf(bob)).toEqual([]);
  });

  it("only a member may leave, delete or talk", async () => {
    const [ann, bob] = [await clients.join(), await clients.join()];
    await ann.emitWithAck("create-room", "tea");
    for (const [event, ...more] of [
      ["leave-room"],
      ["delete-room"],
      ["say", "hi"],
      ["say-others", "hi"],
    ] as const) {
      const refusal = { error: 'You are not in the room "tea". Join it first.' };
      expect(await bob.emitWithAck(event, "tea", ...more)).toEqual(refusal);
    }
    expect(await roomsOf(ann)).toEqual(["tea"]);
  });

  it("deleting one tells everybody and takes all its members out", async () => {
    const [ann, bob, guest] = [await clients.join(), await clients.join(), await clients.join()];
    for (const member of [ann, bob]) await member.emitWithAck("join-room", "tea");
    const told = [ann, bob, guest].map((client) => received(client, "room-deleted"));
    expect(await ann.emitWithAck("delete-room", "tea")).toEqual({ joined: [] });
    for (const event of await Promise.all(told)) expect(event).toMatchObject(["tea", { id: ann.id }]);
    expect(await bob.emitWithAck("list-rooms")).toEqual({ rooms: [], joined: [] });
  });

  it("are listed by name with their people", async () => {
    const [ann, bob] = [await clients.join(), await clients.join()];
    for (const room of ["tea", "coffee"]) await ann.emitWithAck("join-room", room);
    await bob.emitWithAck("join-room", "tea");
    expect(await bob.emitWithAck("list-rooms")).toEqual({
      rooms: [
        { name: "coffee", people: 1 },
        { name: "tea", people: 2 },
      ],
      joined: ["tea"],
    });
  });
});

describe("who one is", () => {
  it.each([
    ["a fit name", "Ann", "Ann"],
    ["a name that is too long", "x".repeat(41), undefined],
    ["a name that is no string", { name: "Ann" }, undefined],
    ["an empty name", " ", undefined],
  ])("%s in auth", async (_what, name, taken) => {
    const client = clients.make("/", { auth: { name } });
    const newcomer = received(client, "newcomer");
    client.connect();
    const [person] = await newcomer;
    expect(person).toEqual({ id: client.id, name: taken ?? `Guest ${client.id?.slice(0, 4)}` });
  });
});

describe("the token of /members", () => {
  afterEach(() => vi.unstubAllEnvs());
  const enter = (token?: string) => clients.join("/members", { auth: { token } });
  const onAws = () => vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "Chat-App");

  it("is let-me-in on this machine, in the test kit and in the local stack", async () => {
    await enter("let-me-in");
    onAws();
    vi.stubEnv("SOCKET_IO_LOCAL", "true");
    await enter("let-me-in");
  });

  it("is nothing on AWS, where nobody has chosen one", async () => {
    onAws();
    for (const token of ["let-me-in", "", undefined])
      await expect(enter(token)).rejects.toThrow("Members only");
  });

  it("is what MEMBERS_TOKEN says, and nothing else", async () => {
    onAws();
    vi.stubEnv("MEMBERS_TOKEN", "secret");
    await enter("secret");
    await expect(enter("let-me-in")).rejects.toThrow("auth.token is wrong");
    vi.stubEnv("MEMBERS_TOKEN", "");
    await expect(enter("")).rejects.toThrow("Members only");
  });
});

/** Those of the test before have left their rooms. */
async function everybodyIsGone(): Promise<void> {
  const asker = await clients.join();
  const heard = new Heard(asker);
  const isDeparture = ([event]: HeardEvent) => event === "departed";
  for (;;) {
    const seen = heard.events.filter(isDeparture).length;
    const { rooms } = await asker.emitWithAck("list-rooms");
    if (rooms.length === 0) return;
    await heard.some(seen + 1, isDeparture);
  }
}

const GREETINGS = ["sayHello", "newcomer", "arrived", "departed"];

/** What arrived before the event, except for people who come and go. */
async function newsUntil(event: string, heard: Heard) {
  return (await heard.until(event)).filter(([name]) => !GREETINGS.includes(name));
}

async function roomsOf(client: Socket): Promise<string[]> {
  const { joined } = await client.emitWithAck("list-rooms");
  return joined;
}
