/** Two environments that post to one connection: each has its own way there, and both the same tables. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { leasedDelivery } from "../../runtime/delivery/leased-delivery.js";
import { PostQueues } from "../../runtime/delivery/post-queues.js";
import { ConnectionBusyError, GoneError } from "../../runtime/errors.js";
import type { LeaseStore } from "../../runtime/store/lease-store.js";
import type { Member, StoredSession } from "../../runtime/store/store.js";
import { testBackends } from "../support/backend.js";
import { addressOf, gate } from "../support/recording-delivery.js";

const newBackend = testBackends();

const PICTURE = ["451-[]", "bAAAA"];
const WORD = ["42[]"];

/** What goes to one client, from two environments. */
function world() {
  const { backend, delivery } = newBackend();
  const id = randomUUID();
  const to = addressOf(id);
  const environment = (leases: LeaseStore = backend.leases) => leasedDelivery(delivery, leases);
  return { backend, delivery, id, to, environment, sent: () => delivery.to(id) };
}

/** Holds up the second frame of a picture. */
function pauseInPicture({ delivery }: ReturnType<typeof world>) {
  const [begun, passed] = [gate(), gate()];
  delivery.before = (_to, frame) => {
    if (frame !== PICTURE[1]) return;
    begun.open();
    return passed.passed;
  };
  return { begun: begun.passed, goOn: passed.open };
}

function sessionOf(sid: string, rooms: readonly string[]): StoredSession {
  const none = { data: new Map(), properties: new Map(), spent: new Set<string>() };
  return {
    sid,
    pid: undefined,
    recovered: false,
    auth: {},
    issued: 0,
    parent: undefined,
    rooms: new Set(rooms),
    ...none,
  };
}

/** A client in two rooms, as the tables have it. */
async function enter({ backend, to, id }: ReturnType<typeof world>) {
  const sid = `s-${id}`;
  const handshake = { headers: {}, query: {}, url: "/", address: "", secure: true };
  const connection = { ...to, handshake, connectedAt: Date.now(), sessions: new Map(), strays: [] };
  await backend.connections.create(connection);
  await backend.connections.save(id, {
    namespace: "/",
    sid,
    created: sessionOf(sid, [sid, "tea"]),
    join: new Set([sid, "tea"]),
  });
  await backend.rooms.enter("/", { ...to, sid }, [sid, "tea"]);
  return { ...to, sid };
}

async function rowOf(
  { backend }: ReturnType<typeof world>,
  room: string,
  sid: string,
): Promise<Member | undefined> {
  for await (const members of backend.rooms.members("/", room)) {
    const found = members.find((member) => member.sid === sid);
    if (found) return found;
  }
  return undefined;
}

describe("a packet of several frames", () => {
  it("stays together: who else posts waits for it, whatever environment that is in", async () => {
    const here = world();
    const { begun, goOn } = pauseInPicture(here);
    const picture = here.environment().post(here.to, PICTURE);
    await begun;
    const word = here.environment().post({ ...here.to, leased: true }, WORD);
    await delay(50);
    expect(here.sent()).toEqual([PICTURE[0]]);
    goOn();
    await Promise.all([picture, word]);
    expect(here.sent()).toEqual([...PICTURE, ...WORD]);
  });

  it("waits for a text that is under way", async () => {
    const here = world();
    const [begun, passed] = [gate(), gate()];
    here.delivery.before = (_to, frame) => {
      if (frame !== WORD[0]) return;
      begun.open();
      return passed.passed;
    };
    const word = here.environment().post({ ...here.to, leased: true }, WORD);
    await begun.passed;
    const picture = here.environment().post(here.to, PICTURE);
    await delay(50);
    expect(here.sent()).toEqual([]);
    passed.open();
    await Promise.all([word, picture]);
    expect(here.sent()).toEqual([...WORD, ...PICTURE]);
  });

  it("lets pings through", async () => {
    const here = world();
    const { begun, goOn } = pauseInPicture(here);
    const picture = here.environment().post(here.to, PICTURE);
    await begun;
    await here.environment().post({ ...here.to, leased: true }, ["2"]);
    expect(here.sent()).toEqual([PICTURE[0], "2"]);
    goOn();
    await picture;
  });

  it("is not waited for by a volatile packet, which is dropped", async () => {
    const here = world();
    const { begun, goOn } = pauseInPicture(here);
    const picture = here.environment().post(here.to, PICTURE);
    await begun;
    await here.environment().post({ ...here.to, leased: true }, WORD, { volatile: true });
    goOn();
    await picture;
    expect(here.sent()).toEqual(PICTURE);
  });

  it("that its environment died in has its client closed, for nobody knows what of it has arrived", async () => {
    const here = world();
    await here.backend.leases.take(here.id, { holder: "dead", until: Date.now() - 1, isSeveral: true });
    const word = here.environment().post({ ...here.to, leased: true }, WORD);
    await expect(word).rejects.toThrow(GoneError);
    expect(here.sent()).toEqual([null]);
  });

  it("goes on behind an environment that died over a text", async () => {
    const here = world();
    await here.backend.leases.take(here.id, { holder: "dead", until: Date.now() + 100, isSeveral: false });
    await here.environment().post(here.to, PICTURE);
    expect(here.sent()).toEqual(PICTURE);
  });

  it("that does not get its turn is told of", async () => {
    const here = world();
    const busy: LeaseStore = { ...here.backend.leases, take: async () => undefined };
    const post = here.environment(busy).post(here.to, PICTURE, { until: Date.now() + 50 });
    await expect(post).rejects.toThrow(ConnectionBusyError);
    expect(here.sent()).toEqual([]);
  });
});

describe("the mark of a connection", () => {
  it("stands in its item and in the rows of its rooms before its first packet of several frames is sent", async () => {
    const here = world();
    const { sid } = await enter(here);
    expect(await rowOf(here, "tea", sid)).not.toHaveProperty("leased");
    const marked = new Promise<unknown[]>((resolve) => {
      here.delivery.before = async (_to, frame) => {
        if (frame !== PICTURE[0]) return;
        const stored = await here.backend.connections.load(here.id);
        resolve([
          stored?.leased,
          (await rowOf(here, "tea", sid))?.leased,
          (await rowOf(here, sid, sid))?.leased,
        ]);
      };
    });
    await here.environment().post(here.to, PICTURE);
    expect(await marked).toEqual([true, true, true]);
    const everyone = here.backend.rooms.everyone("/");
    for await (const members of everyone)
      for (const member of members) if (member.sid === sid) expect(member.leased).toBe(true);
  });

  it("is told to who joins a room later, by what it has read before", async () => {
    const here = world();
    const { sid } = await enter(here);
    await here.environment().post(here.to, PICTURE);
    expect(
      await here.backend.connections.save(here.id, { namespace: "/", sid, join: new Set(["late"]) }),
    ).toBe("leased");
  });

  it("reaches a row that is written while the connection is marked", async () => {
    const here = world();
    const member = await enter(here);
    await here.backend.connections.save(here.id, {
      namespace: "/",
      sid: member.sid,
      join: new Set(["slow"]),
    });
    const picture = here.environment().post(here.to, PICTURE);
    await delay(100);
    await here.backend.rooms.join("/", member, ["slow"]);
    await picture;
    expect((await rowOf(here, "slow", member.sid))?.leased).toBe(true);
  });

  it("is looked for by who has read the connection a while ago, where the app sends such packets", async () => {
    const here = world();
    const other = here.environment();
    await other.post(addressOf(randomUUID()), PICTURE); // now it knows
    await here.environment().post(here.to, PICTURE);
    const mark = { holder: "somebody", isSeveral: true };
    await here.backend.leases.take(here.id, { ...mark, until: Date.now() + 10_000 });
    setTimeout(() => here.backend.leases.giveBack(here.id, mark, true), 200);
    const before = Date.now();
    await other.post(here.to, WORD, { asOf: Date.now() - 1_000 });
    expect(Date.now() - before).toBeGreaterThan(150);
  });
});

it("packets that wait in one queue are sent under one lease", async () => {
  const here = world();
  const calls: string[] = [];
  const { leases } = here.backend;
  const counted: LeaseStore = {
    ...leases,
    take: (...args) => {
      calls.push("take");
      return leases.take(...args);
    },
    giveBack: (...args) => {
      calls.push("give back");
      return leases.giveBack(...args);
    },
  };
  const posts = new PostQueues(here.environment(counted), (error) => {
    throw error;
  });
  for (const frames of [PICTURE, WORD, PICTURE, WORD]) posts.post(here.to, frames);
  await posts.drain();
  expect(here.sent()).toEqual([...PICTURE, ...WORD, ...PICTURE, ...WORD]);
  expect(calls).toEqual(["take", "give back"]);
});
