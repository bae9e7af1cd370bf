/** DynamoDB has done what it was asked and its answer gets lost: the SDK asks again. */
import { describe, expect, it } from "vitest";
import type { StoredConnection, StoredSession } from "../../runtime/store/store.js";
import { testBackends } from "../support/backend.js";

/** Of the next lost answer, and of no other. */
let meanwhile: (() => Promise<unknown>) | undefined;

const backends = testBackends({
  losesAnswers: true,
  meanwhile: async () => {
    const happens = meanwhile;
    meanwhile = undefined;
    await happens?.();
  },
});

const SESSION: StoredSession = {
  sid: "a-sid",
  pid: undefined,
  parent: undefined,
  isShared: false,
  recovered: false,
  auth: {},
  issued: 0,
  rooms: new Set(["a-sid"]),
  data: new Map(),
  properties: new Map(),
  spent: new Set(),
};

let connectionCount = 0;

async function connected() {
  const { backend } = backends();
  const connection: StoredConnection = {
    connectionId: `connection-${++connectionCount}`,
    endpoint: backend.endpoint,
    protocol: "plain",
    handshake: { headers: {}, query: {}, url: "/", address: "127.0.0.1", secure: true },
    connectedAt: Date.now(),
    sessions: new Map(),
    strays: [],
  };
  await backend.connections.create(connection);
  return { ...backend, id: connection.connectionId };
}

describe("what is done once, when its answer gets lost,", () => {
  it("is the end of a connection: claimed by one, who gets what stood there", async () => {
    const { connections, id } = await connected();
    await connections.save(id, { namespace: "/", sid: "a-sid", created: SESSION });
    const claim = await connections.claim(id);
    expect(claim.kind === "ours" && [...claim.stored.sessions.keys()]).toEqual(["/"]);
    expect(await connections.claim(id)).toEqual({ kind: "taken" });
    await connections.forget(id);
    expect(await connections.claim(id)).toEqual({ kind: "missing" });
  });

  it("is a greeting: told to the one who gave it, and to nobody else", async () => {
    const { connections, id } = await connected();
    expect(await connections.claimGreeting(id)).toBe(true);
    expect(await connections.claimGreeting(id)).toBe(false);
  });

  it("is a new session: stored, and not taken for somebody else's", async () => {
    const { connections, id } = await connected();
    const save = (sid: string) =>
      connections.save(id, { namespace: "/", sid, created: { ...SESSION, sid }, join: new Set([sid]) });
    expect(await save("one")).toBe(true);
    expect(await save("other")).toBe(false);
    expect((await connections.load(id))?.sessions.get("/")?.sid).toBe("one");
  });

  it("is the end of a session: told to the one who ended it, and to nobody else", async () => {
    const { connections, id } = await connected();
    await connections.save(id, { namespace: "/", sid: "a-sid", created: SESSION });
    expect(await connections.removeSession(id, "/", "a-sid")).toBe(true);
    expect(await connections.removeSession(id, "/", "a-sid")).toBe(false);
    expect((await connections.load(id))?.sessions.has("/")).toBe(false);
  });

  it("is the end of a session: told to the one who ended it, though the connection was claimed before it was asked again", async () => {
    const { connections, id } = await connected();
    await connections.save(id, { namespace: "/", sid: "a-sid", created: SESSION });
    meanwhile = async () => {
      const claim = await connections.claim(id);
      expect(claim.kind === "ours" && claim.stored.sessions.size).toBe(0); // nobody else has handlers to run
    };
    expect(await connections.removeSession(id, "/", "a-sid")).toBe(true);
    expect(meanwhile).toBeUndefined();
  });

  it("is a new session: the one who claimed the connection since runs its handlers, and its maker does not", async () => {
    const { connections, id } = await connected();
    meanwhile = async () => {
      const claim = await connections.claim(id);
      expect(claim.kind === "ours" && claim.stored.sessions.size).toBe(1);
    };
    expect(await connections.save(id, { namespace: "/", sid: "a-sid", created: SESSION })).toBe(true);
    expect(meanwhile).toBeUndefined();
  });

  it("is a recovery: the session goes to the one who took it, and to nobody else", async () => {
    const { recovery, id } = await connected();
    const lost = {
      sid: "a-sid",
      rooms: ["a-sid"],
      data: new Map(),
      properties: new Map(),
      lostAt: Date.now(),
    };
    await recovery.persist("/", "pid", id, lost, 60_000);
    expect(await recovery.take("/", "pid", "one")).toBe(true);
    expect(await recovery.take("/", "pid", "other")).toBe(false);
    expect(await recovery.find("/", "pid")).toBe(undefined);
  });

  it("is a missed packet: delivered by the one who took its note, and by nobody else", async () => {
    const { recovery, id } = await connected();
    await recovery.noteMissed("/", id, { offset: "1", room: null }, 60_000);
    expect(await recovery.takeMissed("/", id, "1")).toBe(true);
    expect(await recovery.takeMissed("/", id, "1")).toBe(false);
    expect(await recovery.missed("/", id)).toEqual([]);
  });
});
