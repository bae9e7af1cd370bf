import { Server } from "socket.io";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { aroundCalls } from "../support/around-calls.js";
import { Clients, type Frames } from "../support/clients.js";
import { readDocument, tableRows } from "./documents.js";

/** What an operation costs, in the columns of the table. */
type Counts = readonly [reads: number, writes: number, roomWrites: number, queries: number, posts: number];

const document = readDocument("docs/how-it-works.md");
const documented = new Map(
  tableRows(document.prose)
    .filter((row) => row.length === 6)
    .map(([operation = "", ...counts]) => [operation, counts] as const),
);

/** Two clients in the room "r": `n` is 2, `r` is 1. */
const VALUES: Readonly<Record<string, number>> = { n: 2, r: 1 };

/** Event of the app below, by its row. */
const EVENTS: Readonly<Record<string, string>> = {
  "an event with an ack": "answer",
  "… that changes `socket.data`": "change data",
  "… that joins a room": "join",
  "… that leaves a room": "leave",
  "… that emits to its own client": "emit to me",
  "… that emits to a room": "emit to room",
  "… that emits to the namespace": "emit to all",
  "… that fetches the sockets of a room": "fetch",
  "… that counts the sockets of a room (`allSockets`)": "count",
  "… that asks its client for an ack": "ask",
};

function app(): Server {
  const io = new Server();
  io.on("connection", (socket) => {
    socket.on("enter", async (ack) => ack(await socket.join("r")));
    socket.on("answer", (ack) => ack());
    socket.on("change data", (ack) => {
      socket.data.count = (socket.data.count ?? 0) + 1;
      ack();
    });
    socket.on("join", async (ack) => ack(await socket.join("another")));
    socket.on("leave", async (ack) => ack(await socket.leave("another")));
    socket.on("emit to me", (ack) => {
      socket.emit("hi");
      ack();
    });
    socket.on("emit to room", (ack) => {
      io.to("r").emit("hi");
      ack();
    });
    socket.on("emit to all", (ack) => {
      io.emit("hi");
      ack();
    });
    socket.on("fetch", async (ack) => ack((await io.in("r").fetchSockets()).length));
    socket.on("count", async (ack) => ack((await io.in("r").allSockets()).size));
    socket.on("ask", async (ack) => ack(await socket.timeout(10_000).emitWithAck("question")));
  });
  return io;
}

describe("the table of costs in docs/how-it-works.md", () => {
  let server: LocalServer;
  const clients = new Clients(() => server);
  let [reads, writes, roomWrites, queries] = [0, 0, 0, 0];
  const posts: string[] = [];

  beforeAll(async () => {
    server = await serveLocal(app());
    aroundCalls(server.tables.client, (call, name, { TableName, RequestItems }) => {
      const isRooms = RequestItems !== undefined || TableName === server.tables.rooms;
      if (name === "BatchGetItem") {
        const keys = RequestItems?.[server.tables.connections] as { Keys: unknown[] } | undefined;
        reads += keys?.Keys.length ?? 0; // DynamoDB charges each key as a read of its own
      } else if (name === "Query") queries++;
      else if (name === "GetItem") reads++;
      else if (!isRooms) writes++;
      else roomWrites += Object.values(RequestItems ?? { one: [1] }).flat().length;
      return call();
    });
  });
  afterAll(async () => {
    clients.close();
    await server.close();
  });

  /** Resolves with what has been counted since the last call, once so many frames have come. */
  async function counted(frames: number): Promise<Counts> {
    await vi.waitFor(() => expect(posts.length).toBeGreaterThanOrEqual(frames), 10_000);
    await server.settled();
    const counts: Counts = [reads, writes, roomWrites, queries, posts.splice(0).length];
    [reads, writes, roomWrites, queries] = [0, 0, 0, 0];
    return counts;
  }

  async function open(): Promise<Frames> {
    const client = await clients.frames("?EIO=4&transport=websocket");
    client.socket.on("message", (data) => {
      const frame = String(data);
      posts.push(frame);
      const question = /^42(\d+)\["question"\]$/.exec(frame);
      if (question) client.send(`43${question[1]}[]`);
    });
    await client.next();
    client.send("40");
    await client.next();
    // The open packet came before the listener above stood.
    if (!posts.some((frame) => frame.startsWith("0"))) posts.push("0");
    return client;
  }

  it("is right for each operation", async () => {
    const found = new Map<string, Counts>();
    const other = await open();
    other.send('420["enter"]');
    await counted(3);
    const client = await open();
    found.set("connect", await counted(2));
    client.send('420["enter"]');
    await counted(1);

    for (const [operation, event] of Object.entries(EVENTS)) {
      client.send(`420["${event}"]`);
      found.set(operation, await counted(value(documented.get(operation)?.[4])));
    }
    // As a Socket.IO client's `disconnect()` does it: the packet, then the end of the connection. Where both
    // are handled at once, either may be the first.
    client.send("41");
    await vi.waitFor(() => expect([writes, roomWrites]).toEqual([2, 3]), 10_000);
    await server.settled();
    client.socket.close();
    await vi.waitFor(() => expect([writes, roomWrites]).toEqual([4, 4]), 10_000);
    found.set("the client disconnects by a packet", await counted(0));
    server.gateway.drop(server.gateway.connectionIds()[0] ?? "");
    await other.closed;
    await vi.waitFor(() => expect([writes, roomWrites]).toEqual([2, 4]), 10_000);
    found.set("the connection ends", await counted(0));

    expect([...found.keys()].sort()).toEqual([...documented.keys()].sort());
    for (const [operation, counts] of found) {
      const cells = documented.get(operation) ?? [];
      const isRight = counts.map((count, index) =>
        cells[index]?.endsWith("or more") ? count >= value(cells[index]) : count === value(cells[index]),
      );
      expect(isRight, `${operation}: ${counts.join(" | ")}`).toEqual([true, true, true, true, true]);
    }
  });
});

/** `1 + n` with two members is 3. */
function value(cell = ""): number {
  return cell
    .replace(" or more", "")
    .split("+")
    .map((term) => VALUES[term.trim()] ?? Number(term))
    .reduce((sum, term) => sum + term, 0);
}
