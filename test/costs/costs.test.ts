import { EventEmitter, once } from "node:events";
import { Server } from "socket.io";
import type { Socket as Client } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { roomList } from "../../runtime/rooms/room-list.js";
import { toRow } from "../../runtime/store/dynamo-rooms.js";
import { roomKey } from "../../runtime/store/room-key.js";
import { Clients, received } from "../support/clients.js";
import { type Cost, CostRecorder } from "./cost-recorder.js";

// The costs that the documents promise: a change that makes one of them worse fails here.

const MEMBERS = 5;
/** The room of all sockets of a namespace lies in so many partitions. */
const SHARDS = 4;

/** Emits the ids of sockets that have left. */
const departures = new EventEmitter();

const io = new Server();
const listed = io.of("/listed");
const rooms = roomList(listed);
io.of("/unlisted");
listed.on("connection", (socket) => {
  socket.on("join", async (room, ack) => ack(await socket.join(room)));
  socket.on("leave", async (room, ack) => ack(await socket.leave(room)));
  socket.on("list", async (ack) => ack((await rooms.all()).size));
  socket.on("size", async (room, ack) => ack(await rooms.size(room)));
});
io.on("connection", (socket) => {
  socket.on("disconnect", () => void departures.emit(socket.id));
  socket.on("nothing", () => {});
  socket.on("ack", (ack) => ack("fine"));
  socket.on("reply", () => void socket.emit("replied"));
  socket.on("join", (rooms, ack) => {
    socket.join(rooms);
    ack();
  });
  socket.on("leave", (room, ack) => {
    socket.leave(room);
    ack();
  });
  socket.on("to", (room) => void io.to(room).emit("said"));
  socket.on("to-others", (room) => void socket.to(room).emit("said"));
  socket.on("to-both", (one, other) => void io.to(one).to(other).emit("said"));
  socket.on("to-except", (room, except) => void io.to(room).except(except).emit("said"));
  socket.on("all", () => void io.emit("said"));
  socket.on("broadcast", () => void socket.broadcast.emit("said"));
  socket.on("set", (value, ack) => {
    socket.data.name = value;
    ack();
  });
  socket.on("picture", (ack) => ack(Buffer.from("a picture")));
  socket.once("once", (ack) => ack());
});

let server: LocalServer;
let costs: CostRecorder;
let ann: Client;
let others: Client[];
const clients = new Clients(() => server);

beforeAll(async () => {
  server = await serveLocal(io);
  costs = new CostRecorder(server);
  ann = await clients.join();
  others = await Promise.all(Array.from({ length: MEMBERS - 1 }, () => clients.join()));
  for (const client of [ann, ...others]) await client.emitWithAck("join", "room");
});

afterAll(async () => {
  costs.close();
  clients.close();
  await server.close();
});

describe("an event costs", () => {
  it("1 read and nothing else where it sends nothing", async () => {
    expect(await sent("nothing")).toEqual(cost({ reads: 1 }));
  });

  it("1 read and 1 post with an ack", async () => {
    expect(await acked("ack")).toEqual(cost({ reads: 1, posts: 1 }));
  });

  it("1 read and 1 post with an answer to its own client", async () => {
    expect(await sent("reply")).toEqual(cost({ reads: 1, posts: 1 }));
  });

  it("1 write more where it changes socket.data, and none where it sets what was there", async () => {
    expect(await acked("set", "Ann")).toEqual(cost({ reads: 1, writes: 1, posts: 1 }));
    expect(await acked("set", "Ann")).toEqual(cost({ reads: 1, posts: 1 }));
  });

  it("1 write more where it uses up a once listener", async () => {
    expect(await acked("once")).toEqual(cost({ reads: 1, writes: 1, posts: 1 }));
  });
});

describe("a room costs", () => {
  it("2 writes to join", async () => {
    expect(await acked("join", "a")).toEqual(cost({ reads: 1, writes: 2, posts: 1 }));
  });

  it("1 write for each and 1 for the connection to join several", async () => {
    expect(await acked("join", ["b", "c", "d"])).toEqual(cost({ reads: 1, writes: 4, posts: 1 }));
  });

  it("2 writes to leave, and none where one was not in it", async () => {
    expect(await acked("leave", "a")).toEqual(cost({ reads: 1, writes: 2, posts: 1 }));
    expect(await acked("leave", "a")).toEqual(cost({ reads: 1, posts: 1 }));
  });
});

describe("a list of rooms costs", () => {
  let asker: Client;
  const asked = (event: string, ...args: unknown[]) => costs.of(() => asker.emitWithAck(event, ...args));
  beforeAll(async () => {
    asker = await clients.join("/listed");
  });

  it("1 write more to join or leave a room, and 2 where it was the first or the last", async () => {
    expect(await asked("join", "a")).toEqual(cost({ reads: 1, writes: 3, posts: 1 }));
    expect(await asked("leave", "a")).toEqual(cost({ reads: 1, writes: 4, posts: 1 }));
  });

  it("a read of each shard to read it, and 1 read for one room", async () => {
    await asked("join", "b");
    expect(await asked("list")).toEqual(cost({ reads: 1 + SHARDS, posts: 1 }));
    expect(await asked("size", "b")).toEqual(cost({ reads: 2, posts: 1 }));
  });

  it("nothing to connect", async () => {
    const joined = await costs.of(async () => (await clients.join("/listed")).id);
    expect(joined).toEqual(await costs.of(async () => (await clients.join("/unlisted")).id));
  });
});

describe("a broadcast costs", () => {
  it("1 read of the room and 1 post a member", async () => {
    expect(await sent("to", "room")).toEqual(cost({ reads: 2, posts: MEMBERS }));
    expect(await sent("to-others", "room")).toEqual(cost({ reads: 2, posts: MEMBERS - 1 }));
  });

  it("1 read and no post where the room is empty", async () => {
    expect(await sent("to", "nobody")).toEqual(cost({ reads: 2 }));
  });

  it("1 read and 1 post to one socket by its id, and no read to its own", async () => {
    expect(await sent("to", others[0]?.id)).toEqual(cost({ reads: 2, posts: 1 }));
    expect(await sent("to", ann.id)).toEqual(cost({ reads: 1, posts: 1 }));
  });

  it("1 read a room of a union or an exception, and 1 post a socket", async () => {
    await others[0]?.emitWithAck("join", "corner");
    expect(await sent("to-both", "room", "corner")).toEqual(cost({ reads: 3, posts: MEMBERS }));
    expect(await sent("to-except", "room", "corner")).toEqual(cost({ reads: 3, posts: MEMBERS - 1 }));
  });

  it("a read of each shard to all sockets of a namespace", async () => {
    expect(await sent("all")).toEqual(cost({ reads: 1 + SHARDS, posts: MEMBERS }));
    expect(await sent("broadcast")).toEqual(cost({ reads: 1 + SHARDS, posts: MEMBERS - 1 }));
  });

  it("1 read a page of 1 MB of a large room", async () => {
    await fillRoom("large", { rows: 7, rowKilobytes: 300 });
    const { reads, writes, posts, readUnits } = await costs.of(() => heard("to", "large"));
    expect({ reads, writes, posts }).toEqual({ reads: 1 + 2, writes: 0, posts: 7 });
    expect(readUnits).toBeGreaterThan((7 * 300) / 4);
  });
});

describe("a client costs", () => {
  it("5 writes (its item, its heartbeat, its session, its own room, the room of all), 1 read and 2 posts to connect", async () => {
    expect(await costs.of(() => clients.join())).toEqual(cost({ reads: 1, writes: 5, posts: 2 }));
  });

  it("3 writes (its item twice, its heartbeat) and 1 for each room, its own and that of all among them, to be lost", async () => {
    const client = await clients.join();
    await client.emitWithAck("join", ["room", "e", "f"]);
    const lost = costs.of(async () => {
      const left = once(departures, client.id ?? "");
      server.gateway.drop(server.gateway.connectionIds().at(-1) ?? "");
      await left;
    });
    expect(await lost).toEqual(cost({ writes: 3 + 2 + 3 }));
  });
});

describe("a connection that gets packets of several frames costs", () => {
  const ROWS = 3; // the room, its own and that of all

  it("once 1 write for its item, 1 for each row of its rooms, and 2 for the lease", async () => {
    const client = await clients.join();
    await client.emitWithAck("join", "pictures");
    const first = await costs.of(() => client.emitWithAck("picture"));
    expect(first).toEqual(cost({ reads: 1, writes: 1 + ROWS + 2, posts: 2 }));
  });

  it("2 writes for each packet from then on, those of text among them, and a post a frame", async () => {
    const client = await clients.join();
    await client.emitWithAck("picture");
    expect(await costs.of(() => client.emitWithAck("picture"))).toEqual(
      cost({ reads: 1, writes: 2, posts: 2 }),
    );
    expect(await costs.of(() => client.emitWithAck("ack"))).toEqual(cost({ reads: 1, writes: 2, posts: 1 }));
  });

  it("2 writes in a broadcast, in which the other members cost what they did", async () => {
    const [bob, eve] = [await clients.join(), await clients.join()];
    for (const client of [bob, eve]) await client.emitWithAck("join", "mixed");
    await bob.emitWithAck("picture");
    const said = costs.of(async () => {
      const heard = [received(bob, "said"), received(eve, "said")];
      eve.emit("to", "mixed");
      await Promise.all(heard);
    });
    expect(await said).toEqual(cost({ reads: 2, writes: 2, posts: 2 }));
  });
});

/** An item of these tests is smaller than 1 KB, so that each read and each write is one unit. */
function cost({ reads = 0, writes = 0, posts = 0 }: Partial<Cost>): Cost {
  return { reads, readUnits: reads, writes, writeUnits: writes, posts };
}

function acked(event: string, ...args: unknown[]): Promise<Cost> {
  return costs.of(() => ann.emitWithAck(event, ...args));
}

/**
 * An event without an ack; the one with an ack after it says when the gateway has it, and
 * its price is taken off.
 */
async function sent(event: string, ...args: unknown[]): Promise<Cost> {
  const { reads, readUnits, posts, ...written } = await costs.of(async () => {
    ann.emit(event, ...args);
    await ann.emitWithAck("ack");
  });
  return { ...written, reads: reads - 1, readUnits: readUnits - 1, posts: posts - 1 };
}

async function heard(event: string, ...args: unknown[]): Promise<void> {
  const said = received(ann, "said");
  ann.emit(event, ...args);
  await said;
}

/** Rows that are as long as no row is, all of Ann's connection. */
async function fillRoom(room: string, { rows, rowKilobytes }: { rows: number; rowKilobytes: number }) {
  const { client, rooms } = server.tables;
  const [connectionId = ""] = server.gateway.connectionIds();
  for (let i = 0; i < rows; i++) {
    const member = { sid: `s${i}`, connectionId, endpoint: "", protocol: "engine.io" } as const;
    const Item = { ...toRow(roomKey("/", room), member), padding: { S: "x".repeat(rowKilobytes * 1024) } };
    await client.call("PutItem", { TableName: rooms, Item });
  }
}
