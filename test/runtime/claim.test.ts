/** An environment that has claimed a connection and dies before it has run the `disconnect` handlers. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { dynamoStores } from "../../runtime/backend.js";
import { Heard } from "../support/heard.js";
import { kit } from "../support/kit.js";

afterEach(() => vi.restoreAllMocks());

async function annIsClaimed() {
  const { server, clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.join("tea");
        socket.on("echo", (text, ack) => ack(text));
        socket.on("disconnect", (reason) => io.emit("left", socket.id, reason));
      });
    },
    { pingInterval: 500_000 }, // one slot: each heartbeat pings all
  );
  const ann = await clients.join();
  const [connectionId = ""] = server.gateway.connectionIds();
  const bob = await clients.join();
  const heard = new Heard(bob);
  const stores = dynamoStores(server.tables.client, server.tables.connections, server.tables.rooms);
  const { id } = ann;
  expect((await stores.connections.claim(connectionId)).kind).toBe("ours");
  return { server, ann, id, connectionId, heard, stores };
}

function aMinutePasses(): void {
  const later = Date.now() + 61_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
}

describe("a connection whose end was begun and not finished", () => {
  it("is ended by the heartbeat a minute later, once, and leaves its rooms", async () => {
    const { server, id, connectionId, heard, stores } = await annIsClaimed();
    server.gateway.drop(connectionId);
    await server.settled();
    expect(heard.events).toEqual([]);

    aMinutePasses();
    await server.heartbeat();
    await heard.first((event) => event[0] === "left");
    await server.settled();
    expect(heard.events).toEqual([["left", id, "transport close"]]);
    const members: string[] = [];
    for await (const page of stores.rooms.members("/", "tea")) members.push(...page.map(({ sid }) => sid));
    expect(members).not.toContain(id);
    expect(await stores.connections.claim(connectionId)).toEqual({ kind: "missing" });
  });

  it("takes no event of its client any more: the client is closed, and may come again", async () => {
    const { ann } = await annIsClaimed();
    const closed = new Promise((resolve) => ann.once("disconnect", resolve));
    ann.emit("echo", "too late", () => {});
    expect(await closed).toBe("transport close");
  });
});
