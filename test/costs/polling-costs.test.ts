import { once } from "node:events";
import { Server } from "socket.io";
import type { Socket as Client } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type LocalServer, serveLocal } from "../../local/testing.js";
import { hold } from "../../runtime/polling/hold.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import { Clients } from "../support/clients.js";
import { MemoryDynamo } from "../support/memory-dynamo.js";
import { type Cost, CostRecorder } from "./cost-recorder.js";

// What docs/cost.md promises of long-polling: a change that makes it dearer fails here.

const io = new Server();
io.on("connection", (socket) => {
  socket.on("ack", (ack) => ack("fine"));
  socket.on("to", (id, ack) => {
    io.to(id).emit("said");
    ack();
  });
});

let server: LocalServer;
let costs: CostRecorder;
let other: Client;
const clients = new Clients(() => server);

beforeAll(async () => {
  server = await serveLocal(io);
  costs = new CostRecorder(server);
  other = await clients.join();
});

afterAll(async () => {
  costs.close();
  clients.close();
  await server.close();
});

/** A client's requests, one by one. */
class Requests {
  #sid = "";

  async open(): Promise<void> {
    this.#sid = JSON.parse((await this.get()).slice(1)).sid;
  }

  async get(): Promise<string> {
    return (await fetch(this.#url("http", `polling&t=${Math.random()}`))).text();
  }

  async post(body: string): Promise<void> {
    await fetch(this.#url("http", "polling"), { method: "POST", body });
  }

  /** An open one, which has not probed. */
  async webSocket(): Promise<WebSocket> {
    const socket = new WebSocket(this.#url("ws", "websocket"));
    await once(socket, "open");
    return socket;
  }

  #url(scheme: string, transport: string): string {
    const sid = this.#sid && `&sid=${this.#sid}`;
    return `${server.url.replace("ws", scheme)}/socket.io/?EIO=4&transport=${transport}${sid}`;
  }
}

/** Reads, writes and posts. */
async function of(task: () => unknown): Promise<Pick<Cost, "reads" | "writes" | "posts">> {
  const { reads, writes, posts } = await costs.of(task);
  return { reads, writes, posts };
}

describe("a client that begins with long-polling costs", () => {
  it("2 writes to open its session, and 1 read and 1 write for a post before its transport is known", async () => {
    const client = new Requests();
    expect(await of(() => client.open())).toEqual({ reads: 0, writes: 2, posts: 0 });
    expect(await of(() => client.post("40"))).toEqual({ reads: 1, writes: 1, posts: 0 });
  });

  it("to upgrade, 2 reads, 3 writes and 1 post for its probe, then 1 read, 4 writes and those of its CONNECT", async () => {
    const client = new Requests();
    await client.open();
    await client.post("40");
    let socket: WebSocket | undefined;
    const opened = of(async () => {
      socket = await client.webSocket();
    });
    expect(await opened).toEqual({ reads: 1, writes: 2, posts: 0 });
    const probed = of(async () => {
      socket?.send("2probe");
      await once(socket as WebSocket, "message");
    });
    expect(await probed).toEqual({ reads: 1, writes: 1, posts: 1 });
    const upgraded = of(async () => {
      socket?.send("5");
      await once(socket as WebSocket, "message"); // the answer to its CONNECT
    });
    // Of its CONNECT: 3 writes, 1 post. The item that it needs is the answer to one of the 4.
    expect(await upgraded).toEqual({ reads: 1, writes: 4 + 3, posts: 1 });
    socket?.terminate();
  });
});

describe("a client that stays with long-polling costs", () => {
  const client = new Requests();
  let id = "";

  beforeAll(async () => {
    await client.open();
    await client.post("40");
    id = JSON.parse((await client.get()).slice(2)).sid; // the grace is over
  });

  it("2 writes for a GET with a packet: its answer, and the packet of the answer before", async () => {
    await other.emitWithAck("to", id);
    expect(await of(() => client.get())).toEqual({ reads: 1, writes: 2, posts: 0 });
  });

  it("1 write and 1 read for each packet that it is sent, and no message of API Gateway", async () => {
    const all = await of(() => other.emitWithAck("to", id));
    const [event, room, ack] = [{ reads: 1 }, { reads: 1 }, { posts: 1 }];
    expect(all).toEqual({ reads: event.reads + room.reads + 1, writes: 1, posts: ack.posts });
    await client.get();
  });

  it("3 reads and 1 write for an event with an ack: the session's, the connection's, the answer's", async () => {
    expect(await of(() => client.post('420["ack"]'))).toEqual({ reads: 3, writes: 1, posts: 0 });
    await client.get();
  });
});

it("a GET without news costs 2 reads, 98 looks at half a read, and 1 write", async () => {
  const calls: string[] = [];
  let now = Date.now();
  const memory = new MemoryDynamo();
  const polling = dynamoPolling(
    memory.client(async (call, name, { ConsistentRead }) => {
      calls.push(ConsistentRead === false ? "half a read" : name);
      return call();
    }),
    "Rooms",
  );
  await polling.begin("s", { startedAt: now, mayUpgrade: false, headers: {} });
  await polling.decide("s", { mode: "polling", orBegunBefore: 0 });
  calls.splice(0);
  await hold(polling, "s", {
    turn: "t",
    holdMs: 25_000,
    settle: async () => {},
    expire: async () => {},
    pause: async (ms) => {
      now += ms;
    },
    now: () => now,
  });
  const count = (name: string) => calls.filter((call) => call === name).length;
  expect(count("half a read")).toBe(98);
  expect(calls.filter((call) => call !== "half a read")).toEqual(["Query", "Query", "UpdateItem"]);
});
