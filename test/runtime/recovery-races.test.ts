/** What happens between a loss and a recovery, in an order that is rare without a test. */

import type { Socket } from "socket.io-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LocalServer } from "../../local/testing.js";
import { dynamoStores } from "../../runtime/backend.js";
import { nextOffset } from "../../runtime/recovery/offset.js";
import type { CallName, DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { rowKey } from "../../runtime/store/query.js";
import { roomKey } from "../../runtime/store/room-key.js";
import { aroundCalls } from "../support/around-calls.js";
import { received } from "../support/clients.js";
import { Heard } from "../support/heard.js";
import { hold } from "../support/hold.js";
import { kit } from "../support/kit.js";
import { gate } from "../support/recording-delivery.js";

afterEach(() => vi.restoreAllMocks());

/** Ann is lost and recovers; Bob talks. */
async function annAndBob() {
  const { server, clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        if (!socket.recovered) socket.emit("welcome");
        socket.on("say", (room, text, ack) => {
          (room ? io.to(room) : io).emit("said", text);
          ack();
        });
        socket.on("disconnect", () => io.emit("left", socket.id));
      });
    },
    { io: { connectionStateRecovery: {} } },
  );
  const ann = clients.make();
  const welcome = received(ann, "welcome");
  ann.connect();
  await welcome;
  const [connectionId = ""] = server.gateway.connectionIds();
  const bob = await clients.join();
  return { server, ann, bob, connectionId, stores: storesOf(server) };
}

function storesOf({ tables }: LocalServer) {
  return dynamoStores(tables.client, tables.connections, tables.rooms);
}

async function lose(server: LocalServer, client: Socket, connectionId: string): Promise<void> {
  const lost = received(client, "disconnect");
  server.gateway.drop(connectionId);
  await lost;
}

async function recover(client: Socket): Promise<Heard> {
  const heard = new Heard(client);
  const connected = received(client, "connect");
  client.connect();
  await connected;
  expect(client.recovered).toBe(true);
  return heard;
}

function pidOf(client: Socket): string {
  return (client as unknown as { readonly _pid: string })._pid;
}

const said = (text: string) => (event: readonly unknown[]) => event[0] === "said" && event[1] === text;

/** Tells of each call to DynamoDB when it has been answered. */
function onAnswer(client: DynamoClient, tell: (name: CallName, input: string) => void): void {
  aroundCalls(client, async (call, name, input) => {
    const answer = await call();
    tell(name, JSON.stringify(input));
    return answer;
  });
}

describe("a packet that a later one has overtaken", () => {
  it("comes with the recovery, where it met the closed connection before", async () => {
    const { server, ann, connectionId, stores } = await annAndBob();
    const offset = "0".repeat(17); // before all that Ann has seen
    const parts = [`2${JSON.stringify(["said", "early", offset])}`];
    const room = ann.id ?? "";
    await stores.recovery.log("/", [room], { offset, parts, except: [] }, 60_000);
    await stores.recovery.noteMissed("/", room, { offset, room }, 60_000);
    await lose(server, ann, connectionId);
    const heard = await recover(ann);
    await heard.first(said("early"));
    // And not again the next time.
    const [again = ""] = server.gateway.connectionIds().slice(-1);
    await lose(server, ann, again);
    expect((await recover(ann)).events.filter(said("early"))).toEqual([]);
  });

  it("is sent to the new connection, where it met the old one after the recovery", async () => {
    const { server, ann, bob, connectionId, stores } = await annAndBob();
    await lose(server, ann, connectionId);
    const heard = await recover(ann);
    // Ann has seen all that will be sent for a while.
    await server.tables.client.call("UpdateItem", {
      TableName: server.tables.rooms,
      Key: rowKey(roomKey("/", ann.id ?? ""), ann.id ?? ""),
      UpdateExpression: "SET recoveredFrom = :offset",
      ExpressionAttributeValues: { ":offset": { S: "z".repeat(17) } },
    });
    // Bob's environment has read the room before the recovery.
    const address = { connectionId, endpoint: server.gateway.endpoint, protocol: "engine.io" } as const;
    await stores.rooms.join("/", { ...address, sid: ann.id ?? "" }, ["late"]);
    await bob.emitWithAck("say", "late", "overtaken");
    await heard.first(said("overtaken"));
    // The reaper of the old connection left the new one's rows alone.
    await server.settled();
    await bob.emitWithAck("say", "", "to all");
    await heard.first(said("to all"));
    expect(heard.events.filter(said("overtaken"))).toHaveLength(1);
  });
});

describe("a handler that outlives its connection", () => {
  it("reaches its client on the connection with which that has recovered, once", async () => {
    const { passed, open } = gate();
    const { server, clients } = await kit(
      (io) => {
        io.on("connection", (socket) => {
          if (!socket.recovered) socket.emit("welcome");
          socket.on("work", async () => {
            socket.emit("begun");
            await passed;
            socket.emit("done");
            io.to(socket.id).emit("told");
          });
        });
      },
      { io: { connectionStateRecovery: {} } },
    );
    const ann = clients.make();
    const welcome = received(ann, "welcome");
    ann.connect();
    await welcome;
    const [connectionId = ""] = server.gateway.connectionIds();
    const begun = received(ann, "begun");
    ann.emit("work");
    await begun;
    await lose(server, ann, connectionId);
    const heard = await recover(ann);
    open();
    await heard.first(([event]) => event === "done");
    await heard.first(([event]) => event === "told");
    await server.settled();
    expect(heard.events.filter(([event]) => event === "done" || event === "told")).toHaveLength(2);
  });
});

describe("a packet whose sender was slow to read the room", () => {
  /** Bob says something to Ann's own room; then she receives something newer, and is lost. */
  async function bobIsSlow() {
    const served = await annAndBob();
    const { server, ann, bob, connectionId } = served;
    const read = hold(server.tables.client, "Query", ann.id ?? "");
    const slow = bob.emitWithAck("say", ann.id, "slow");
    const readRoom = await read;
    const now = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => now() + 1_000); // a second passes
    Object.assign(ann, { _lastOffset: nextOffset() });
    const persisted = new Promise<void>((resolve) => {
      onAnswer(server.tables.client, (command, input) => {
        if (command === "UpdateItem" && input.includes("lostAt")) resolve();
      });
    });
    await lose(server, ann, connectionId);
    await persisted;
    return { ...served, slow, readRoom };
  }

  it("comes with the recovery, though the client has got a newer one", async () => {
    const { server, ann, slow, readRoom } = await bobIsSlow();
    readRoom();
    await slow;
    await server.settled();
    await (await recover(ann)).first(said("slow"));
  });

  it("is sent to who recovered before anybody knew that it was late", async () => {
    const { server, ann, slow, readRoom } = await bobIsSlow();
    const noteIt = hold(server.tables.client, "UpdateItem", "lateAt");
    readRoom();
    const letGo = await noteIt;
    const heard = await recover(ann);
    letGo();
    await slow;
    await heard.first(said("slow"));
    await server.settled();
    expect(heard.events.filter(said("slow"))).toHaveLength(1);
  });
});

describe("what is stored of a lost session", () => {
  it("is not overwritten by an old connection's end, where the session lives on another", async () => {
    const { server, ann, connectionId, stores } = await annAndBob();
    await lose(server, ann, connectionId);
    await recover(ann);
    await server.settled();
    const pid = pidOf(ann);
    const lost = { sid: ann.id ?? "", rooms: [], data: new Map(), properties: new Map(), lostAt: Date.now() };
    await stores.recovery.persist("/", pid, connectionId, lost, 60_000);
    const [living = ""] = server.gateway.connectionIds().slice(-1);
    expect(await stores.recovery.find("/", pid)).toEqual({ connectionId: living });
  });

  it("is not overwritten by a late word that it lives on the connection it was lost with", async () => {
    const { server, ann, connectionId, stores } = await annAndBob();
    await lose(server, ann, connectionId);
    await server.settled();
    await stores.recovery.open("/", pidOf(ann), connectionId);
    expect(await stores.recovery.find("/", pidOf(ann))).toMatchObject({ lost: { sid: expect.any(String) } });
  });
});

describe("a session", () => {
  it("can be recovered only when the old connection has left its rooms", async () => {
    const { server, ann, connectionId } = await annAndBob();
    const answered: string[] = [];
    onAnswer(server.tables.client, (command, input) => {
      if (command === "DeleteItem" && input.includes(String.raw`[\"/\",`)) answered.push("left");
      if (command === "UpdateItem" && input.includes("lostAt")) answered.push("persisted");
    });
    await lose(server, ann, connectionId);
    await server.settled();
    expect(answered).toEqual(["left", "left", "persisted"]); // her own room and that of all
  });

  it("is in its rooms before the log is read", async () => {
    const { server, ann, connectionId } = await annAndBob();
    await lose(server, ann, connectionId);
    await server.settled();
    const answered: string[] = [];
    onAnswer(server.tables.client, (command, input) => {
      if (command === "BatchWriteItem" && input.includes("PutRequest")) answered.push("entered");
      if (command === "Query" && input.includes(String.raw`{\"log\"`)) answered.push("log read");
    });
    await recover(ann);
    await server.settled();
    expect(answered[0]).toBe("entered");
    expect(new Set(answered)).toEqual(new Set(["entered", "log read"]));
    expect(answered.filter((what) => what === "entered")).toHaveLength(1);
  });

  it("hears of its end even where its heartbeat cannot be removed", async () => {
    const { server, ann, bob, connectionId } = await annAndBob();
    aroundCalls(server.tables.client, async (call, name, input) => {
      const isHeartbeat = JSON.stringify(input).includes("beat");
      if (name === "DeleteItem" && isHeartbeat) throw new Error("no heartbeat is removed");
      return call();
    });
    const reported = vi.spyOn(console, "error").mockReturnValue();
    const left = received(bob, "left");
    const { id } = ann;
    await lose(server, ann, connectionId);
    expect((await left)[0]).toBe(id);
    await server.settled();
    expect(reported).toHaveBeenCalledWith("[store]", expect.any(Error));
    reported.mockRestore();
  });
});
