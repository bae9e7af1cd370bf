/** Rows of rooms that come when their connection has ended, or stand where nobody has noted a session. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LocalServer } from "../../local/testing.js";
import { dynamoStores } from "../../runtime/backend.js";
import { Heard } from "../support/heard.js";
import { hold } from "../support/hold.js";
import { kit } from "../support/kit.js";

afterEach(() => vi.restoreAllMocks());

async function annAndBob() {
  const { server, clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.on("join", async (room, ack) => {
          await socket.join(room);
          ack();
        });
        socket.on("disconnect", () => io.emit("left", socket.id));
      });
    },
    { pingInterval: 500_000 }, // one slot: each heartbeat pings all
  );
  const ann = await clients.join();
  const [connectionId = ""] = server.gateway.connectionIds();
  const bob = await clients.join();
  const address = { connectionId, endpoint: server.gateway.endpoint, protocol: "engine.io" } as const;
  const stores = dynamoStores(server.tables.client, server.tables.connections, server.tables.rooms);
  return { server, ann, bob, member: { ...address, sid: ann.id ?? "" }, stores, heard: new Heard(bob) };
}

type Stores = ReturnType<typeof dynamoStores>;

async function connectionsIn({ rooms }: Stores, room: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const members of rooms.members("/", room))
    ids.push(...members.map((member) => member.connectionId));
  return ids;
}

async function aMinuteAndAHeartbeatPass(server: LocalServer): Promise<void> {
  const later = Date.now() + 61_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  await server.heartbeat();
  await server.settled();
}

describe("a join that is slower than the end of its connection", () => {
  it("leaves nothing behind when the heartbeat has come by, and runs no second handler", async () => {
    const { server, ann, member, stores, heard } = await annAndBob();
    const held = hold(server.tables.client, "PutItem", "slow-room");
    ann.emit("join", "slow-room", () => {});
    const letGo = await held;
    server.gateway.drop(member.connectionId);
    await heard.first((event) => event[0] === "left");
    letGo();
    await server.settled();
    expect(await connectionsIn(stores, "slow-room")).toEqual([member.connectionId]);

    await aMinuteAndAHeartbeatPass(server);
    expect(await connectionsIn(stores, "slow-room")).toEqual([]);
    expect(heard.events.filter(([event]) => event === "left")).toHaveLength(1);
    expect(await stores.connections.claim(member.connectionId)).toEqual({ kind: "missing" });
  });

  it("writes no row at all where the connection ended before it was saved", async () => {
    const { server, ann, member, stores } = await annAndBob();
    expect((await stores.connections.claim(member.connectionId)).kind).toBe("ours");
    ann.emit("join", "late-room", () => {});
    await server.settled();
    expect(await connectionsIn(stores, "late-room")).toEqual([]);
  });
});

describe("rows of a socket that was coming in when its environment died", () => {
  it("go with its connection", async () => {
    const { server, member, stores, heard } = await annAndBob();
    const half = { ...member, sid: "half" };
    await stores.connections.noteStray(member.connectionId, {
      namespace: "/",
      sid: "half",
      rooms: ["half", "tea"],
    });
    await stores.rooms.enter("/", half, ["half", "tea"]);
    server.gateway.drop(member.connectionId);
    await heard.first((event) => event[0] === "left");
    await server.settled();
    expect(await connectionsIn(stores, "tea")).toEqual([]);
    expect(await stores.connections.claim(member.connectionId)).toEqual({ kind: "missing" });
  });
});

describe("the row of a socket that has recovered", () => {
  it("is not touched by what its old connection still does", async () => {
    const { member, stores } = await annAndBob();
    const recovered = { ...member, connectionId: "the new one" };
    await stores.rooms.enter("/", recovered, ["tea"]);
    await stores.rooms.join("/", member, ["tea"]);
    expect(await stores.rooms.leave("/", member, ["tea"])).toBe(false);
    expect(await connectionsIn(stores, "tea")).toEqual(["the new one"]);
  });

  it("replaces that of its old connection", async () => {
    const { member, stores } = await annAndBob();
    await stores.rooms.join("/", member, ["tea"]);
    await stores.rooms.enter("/", { ...member, connectionId: "the new one" }, ["tea"]);
    expect(await connectionsIn(stores, "tea")).toEqual(["the new one"]);
  });
});
