/** What happens between a loss and a recovery, in an order that seldom comes by itself. */
import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { Socket } from "socket.io-client";
import { describe, expect, it, vi } from "vitest";
import type { LocalServer } from "../../local/testing.js";
import { dynamoStores } from "../../runtime/backend.js";
import { replayStart } from "../../runtime/recovery.js";
import { rowKey } from "../../runtime/store/query.js";
import { recoveryKey } from "../../runtime/store/room-key.js";
import type { Replay } from "../../runtime/store/store.js";
import { received } from "../support/clients.js";
import { Heard } from "../support/heard.js";
import { kit } from "../support/kit.js";

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

/** What is noted of the last replay, on the connection where the session lives. */
async function replayOf({ tables }: LocalServer, client: Socket): Promise<{ replay: Replay | undefined }> {
  const Key = rowKey(recoveryKey("/", pidOf(client)), "session");
  const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.rooms, Key }));
  const { from, to, end } = Item?.replay?.M ?? {};
  return { replay: { from: from?.S ?? "", to: to?.S ?? "", end: end?.S } };
}

const said = (text: string) => (event: readonly unknown[]) => event[0] === "said" && event[1] === text;

/** Tells of each call to DynamoDB when it has been answered. */
function onAnswer(client: DynamoDBClient, tell: (command: string, input: string) => void): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        tell(commandName ?? "", JSON.stringify(args.input));
        return answer;
      },
    { step: "initialize", name: "onAnswer" },
  );
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
    // Ann has seen all that will be sent for a while.
    Object.assign(ann, { _lastOffset: "z".repeat(17) });
    const heard = await recover(ann);
    // Bob's environment has read the room before the recovery.
    const address = { connectionId, endpoint: server.gateway.endpoint, protocol: "engine.io" } as const;
    await stores.rooms.join("/", { ...address, sid: ann.id ?? "" }, ["late"]);
    await bob.emitWithAck("say", "late", "overtaken");
    await heard.first(said("overtaken"));
    // Whoever reaped the old connection left the new one's rows alone.
    await server.settled();
    await bob.emitWithAck("say", "", "to all");
    await heard.first(said("to all"));
    expect(heard.events.filter(said("overtaken"))).toHaveLength(1);
  });
});

describe("a replay", () => {
  const replay = { from: "3", to: "6", end: "8" };

  it.each<[what: string, offset: string, given: Replay | undefined, start: string]>([
    ["goes on behind the last packet that came, where there was none before", "5", undefined, "5"],
    ["begins where the one before began, of which nothing came", "3", replay, "3"],
    ["goes on where the one before was interrupted", "4", replay, "4"],
    ["begins anew, where something newer came in the middle of the one before", "7", replay, "3"],
    ["begins anew, where nobody knows whether the one before was posted", "9", { from: "3", to: "6" }, "3"],
    ["goes on behind what was sent when the one before had been posted", "9", replay, "9"],
  ])("%s", (_, offset, given, start) => {
    expect(replayStart(offset, given)).toBe(start);
  });

  it("that was interrupted by a loss, and overtaken by something newer, comes again", async () => {
    const { server, ann, bob, connectionId } = await annAndBob();
    await lose(server, ann, connectionId);
    await bob.emitWithAck("say", "", "one");
    await bob.emitWithAck("say", "", "two");
    const missed = await recover(ann);
    await missed.first(said("two"));
    const [again = ""] = server.gateway.connectionIds().slice(-1);
    await server.settled();
    // As if "two" had not come any more, but something that Bob said while the replay was under way.
    const { replay } = await replayOf(server, ann);
    Object.assign(ann, { _lastOffset: `${replay?.to}z` });
    await lose(server, ann, again);
    const heard = await recover(ann);
    await heard.first(said("two"));
    expect(heard.events.filter(([event]) => event === "said")).toEqual([
      ["said", "one", expect.any(String)],
      ["said", "two", expect.any(String)],
    ]);
  });

  it("does not come again where the client got all of it", async () => {
    const { server, ann, bob, connectionId } = await annAndBob();
    await lose(server, ann, connectionId);
    await bob.emitWithAck("say", "", "one");
    await (await recover(ann)).first(said("one"));
    await server.settled();
    const live = new Heard(ann);
    await bob.emitWithAck("say", "", "two");
    await live.first(said("two"));
    const [again = ""] = server.gateway.connectionIds().slice(-1);
    await lose(server, ann, again);
    const heard = await recover(ann);
    await bob.emitWithAck("say", "", "three");
    await heard.first(said("three"));
    expect(heard.events.filter(([event]) => event === "said").map(([, text]) => text)).toEqual(["three"]);
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
      if (command === "DeleteItemCommand" && input.includes(String.raw`[\"/\",`)) answered.push("left");
      if (command === "UpdateItemCommand" && input.includes("lostAt")) answered.push("persisted");
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
      if (command === "BatchWriteItemCommand" && input.includes("PutRequest")) answered.push("entered");
      if (command === "QueryCommand" && input.includes(String.raw`{\"log\"`)) answered.push("log read");
    });
    await recover(ann);
    await server.settled();
    expect(answered[0]).toBe("entered");
    expect(new Set(answered)).toEqual(new Set(["entered", "log read"]));
    expect(answered.filter((what) => what === "entered")).toHaveLength(1);
  });

  it("hears of its end even where its heartbeat cannot be removed", async () => {
    const { server, ann, bob, connectionId } = await annAndBob();
    server.tables.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const isHeartbeat = JSON.stringify(args.input).includes("beat");
          if (commandName === "DeleteItemCommand" && isHeartbeat) throw new Error("no heartbeat is removed");
          return next(args);
        },
      { step: "initialize", name: "keepHeartbeats" },
    );
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
