/**
 * Connection state recovery (socket.io/docs/v4/connection-state-recovery), switched on: id, rooms, data and
 * the packets that a client has missed come back after a drop.
 */
import type { ManagerOptions, Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import { type Capabilities, contractOf, drop, fresh, type Target } from "../contract.js";
import { nsp, run, socket } from "../run.js";

/** Runs on an implementation that serves `apps/recovery-app.ts`. */
export function runRecoveryContract(can: Capabilities, start: () => Promise<Target>): void {
  const contract = contractOf(can, start);
  const { clients } = contract;

  /** A client that may be dropped, and one that stays: both in a namespace of their own. */
  async function two() {
    const namespace = fresh("/open");
    const [client, other] = await Promise.all([welcomed(namespace), welcomed(namespace)]);
    return { namespace, client, other };
  }

  /** Connected, and told so: from that packet on it has an offset to recover from. */
  async function welcomed(namespace: string, options: Partial<ManagerOptions> = {}): Promise<Socket> {
    const client = clients.make(namespace, options);
    const welcome = received(client, "welcome");
    client.connect();
    await welcome;
    return client;
  }

  async function lose(client: Socket): Promise<void> {
    const gone = received(client, "disconnect");
    drop(contract, client);
    await gone;
  }

  async function comeBack(client: Socket): Promise<Heard> {
    const heard = new Heard(client);
    const connected = received(client, "connect");
    client.connect();
    await connected;
    return heard;
  }

  /** Without the offsets that the server adds. */
  const first = (heard: Heard, count: number) =>
    heard.events.map((event) => event.slice(0, count)).filter(([name]) => name !== "welcome");

  describe("with recovery on, the wire", () => {
    it("gives a private id at CONNECT, and an offset with each event", async () => {
      const frames = await clients.frames("?EIO=4&transport=websocket");
      await frames.next();
      const namespace = fresh("/open");
      frames.send(`40${namespace},`);
      const answer = await frames.next();
      const { sid, pid, ...rest } = JSON.parse(answer.slice(answer.indexOf("{")));
      expect([typeof sid, typeof pid, rest]).toEqual(["string", "string", {}]);
      expect(pid).not.toBe(sid);
      const welcome = await frames.next();
      expect(JSON.parse(welcome.slice(welcome.indexOf("[")))).toEqual([
        "welcome",
        { recovered: false },
        expect.stringMatching(/./),
      ]);
    });

    it("gives no offset with acks, volatile packets and packets that want an ack", async () => {
      const { client } = await two();
      const heard = new Heard(client);
      client.on("question", (reply) => reply?.());
      await run(client, socket.volatile.emit("volatile", 1), socket.emit("done", 1));
      expect(await heard.until("done")).toEqual([["volatile", 1]]);
      expect(heard.events.at(-1)).toEqual(["done", 1, expect.stringMatching(/./)]);
    });

    it("starts a new session for a private id or an offset that it does not know", async () => {
      const namespace = fresh("/open");
      for (const auth of [{ pid: "unknown", offset: "unknown" }, { pid: 1, offset: 2 }, { pid: "unknown" }]) {
        const frames = await clients.frames("?EIO=4&transport=websocket");
        await frames.next();
        frames.send(`40${namespace},${JSON.stringify(auth)}`);
        expect(await frames.next()).toMatch(/^40\/open-[^,]+,\{"sid":"[^"]+","pid":"[^"]+"\}$/);
        expect(await frames.next()).toContain('["welcome",{"recovered":false}');
      }
    });
  });

  describe("a client that was dropped", () => {
    it("gets back its id, and both sides know that it is recovered", async () => {
      const { client, other } = await two();
      const { id } = client;
      await lose(client);
      await run(other, nsp.emit("missed"));
      await comeBack(client);
      expect(client.recovered).toBe(true);
      expect(client.id).toBe(id);
      for (const _ of [1, 2, 3]) expect(await run(client, socket.id, socket.recovered)).toEqual([id, true]);
      expect(await run(other, socket.recovered)).toEqual([false]);
    });

    it("is recovered to its connection handler too", async () => {
      const { client } = await two();
      await lose(client);
      const welcome = received(client, "welcome");
      await comeBack(client);
      expect((await welcome)[0]).toEqual({ recovered: true });
    });

    it("gets the packets that it missed, in their order, before any new one", async () => {
      const { client, other } = await two();
      await lose(client);
      await run(other, nsp.emit("missed", 1), nsp.emit("missed", 2));
      await run(other, nsp.emit("missed", 3));
      const heard = await comeBack(client);
      await run(client, socket.emit("done"));
      await heard.until("done");
      expect(first(heard, 2).slice(0, 3)).toEqual([
        ["missed", 1],
        ["missed", 2],
        ["missed", 3],
      ]);
    });

    it("gets what was sent to its rooms and to itself, and not what was for others", async () => {
      const { client, other } = await two();
      const id = client.id ?? "";
      await run(client, socket.join(["r", "s"]));
      await lose(client);
      await run(
        other,
        nsp.to("r").emit("to a room"),
        nsp.to(["r", "s"]).emit("to two rooms, once"),
        nsp.to("not mine").emit("not mine"),
        nsp.except("s").emit("excepted"),
        nsp.to(id).emit("to me"),
        socket.broadcast.emit("from the other"),
        socket.emit("to the other"),
      );
      const heard = await comeBack(client);
      await run(client, socket.emit("done"));
      await heard.until("done");
      expect(first(heard, 1).flat()).toEqual([
        "to a room",
        "to two rooms, once",
        "to me",
        "from the other",
        "done",
      ]);
    });

    it("does not get volatile packets", async () => {
      const { client, other } = await two();
      await lose(client);
      await run(other, nsp.volatile.emit("volatile"), nsp.emit("missed"));
      const heard = await comeBack(client);
      await run(client, socket.emit("done"));
      await heard.until("done");
      expect(first(heard, 1).flat()).toEqual(["missed", "done"]);
    });

    it("gets nothing twice", async () => {
      const { client, other } = await two();
      const before = new Heard(client);
      await run(other, nsp.emit("heard"));
      await before.first(([event]) => event === "heard");
      await lose(client);
      await run(other, nsp.emit("missed"));
      const heard = await comeBack(client);
      await run(client, socket.emit("done"));
      await heard.until("done");
      expect(first(heard, 1).flat()).toEqual(["missed", "done"]);
    });

    it("has its rooms and its data again", async () => {
      const { client, other } = await two();
      const id = client.id ?? "";
      await run(client, socket.join("r"));
      await client.emitWithAck("set data", { visits: 7, nested: { list: [1] } });
      await lose(client);
      await comeBack(client);
      const [rooms, data] = await run(client, socket.rooms, socket.data);
      expect([...rooms].sort()).toEqual([id, "joined at connection", "r"].sort());
      expect(data).toEqual({ visits: 7, nested: { list: [1] } });
      const got = received(client, "hi");
      await run(other, nsp.to("r").emit("hi"));
      await got;
      const [found] = await run(other, nsp.in("r").fetchSockets());
      expect(found.map((one) => one.id)).toEqual([id]);
    });

    it("may be dropped and recovered again and again, and misses nothing", async () => {
      const { client, other } = await two();
      const { id } = client;
      const heard = new Heard(client);
      for (const round of [1, 2, 3]) {
        await lose(client);
        await run(other, nsp.emit("missed", round));
        const connected = received(client, "connect");
        client.connect();
        await connected;
        expect([client.id, client.recovered]).toEqual([id, true]);
      }
      await run(client, socket.emit("done"));
      await heard.until("done");
      // A loss that follows a recovery at once may repeat packets (docs/guarantees.md): in
      // their order, first copies count.
      const missed = heard.events.flatMap(([event, round]) => (event === "missed" ? [round] : []));
      expect([...new Set(missed)]).toEqual([1, 2, 3]);
    });

    it("is asked by no middleware again", async () => {
      const { client } = await two();
      await lose(client);
      client.auth = { blocked: true };
      await comeBack(client);
      expect(client.recovered).toBe(true);
    });

    it("gets back binary packets", async () => {
      const namespace = fresh("/open");
      const [client, other] = await Promise.all([
        welcomed(namespace),
        // Its own copy is several frames too, between which a greeting may not come.
        welcomed(namespace, { forceBase64: true }),
      ]);
      await lose(client);
      const bytes = Buffer.from([1, 2, 3]);
      await other.emitWithAck("run", [
        { target: "nsp", steps: [{ member: "emit", args: ["bytes", bytes, { nested: bytes }] }] },
      ]);
      const got = received(client, "bytes");
      await comeBack(client);
      expect((await got).slice(0, 2)).toEqual([bytes, { nested: bytes }]);
    });
  });

  describe("a client that left, or was sent away", () => {
    it("by disconnect() is not recovered", async () => {
      const { client } = await two();
      const { id } = client;
      client.disconnect();
      await comeBack(client);
      expect(client.recovered).toBe(false);
      expect(client.id).not.toBe(id);
    });

    it("by the server is not recovered", async () => {
      const { client, other } = await two();
      const id = client.id ?? "";
      const gone = received(client, "disconnect");
      await run(other, nsp.in(id).disconnectSockets());
      await gone;
      while ((await run(other, nsp.in(id).fetchSockets()))[0].length > 0);
      await comeBack(client);
      expect(client.recovered).toBe(false);
      expect(client.id).not.toBe(id);
    });
  });
}
