/**
 * `disconnecting` and `disconnect`: once each, in order, with Socket.IO's reasons, whichever side ends what.
 */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard, type HeardEvent } from "../../support/heard.js";
import { type Contract, drop, fresh } from "../contract.js";
import { nsp, run, socket } from "../run.js";

export function disconnects(contract: Contract): void {
  const { clients } = contract;

  /** A watcher in a namespace of its own, and what it receives about the sockets there. */
  async function watched() {
    const namespace = fresh("/leaving");
    const watcher = await clients.join(namespace, { auth: { watcher: true } });
    const heard = new Heard(watcher);
    const of = (id: string | undefined) => (event: HeardEvent) => event[1] === id;
    return {
      namespace,
      watcher,
      heard,
      /** All that was told of a socket, from the moment when it has left. */
      async farewell(id: string | undefined): Promise<readonly HeardEvent[]> {
        await heard.first((event) => event[0] === "left" && event[1] === id);
        await contract.target.settled?.();
        return heard.events.filter(of(id));
      },
    };
  }

  const goodbye = (client: { readonly id: string | undefined }, reason: string) => [
    ["leaving", client.id, reason, [client.id, "a room"].sort()],
    [
      "left",
      client.id,
      reason,
      { rooms: [], connected: false, data: { name: "set at connection" }, isStillThere: false },
    ],
  ];

  /** A client whose `id` stays after it has left. */
  async function leaver(namespace: string): Promise<{ readonly id: string; readonly client: Socket }> {
    const client = clients.make(namespace);
    const ready = received(client, "ready");
    client.connect();
    await ready;
    return { id: client.id ?? "", client };
  }

  describe("a client leaves", () => {
    it("by disconnect(): client namespace disconnect", async () => {
      const { namespace, farewell } = await watched();
      const { id, client } = await leaver(namespace);
      client.disconnect();
      expect(await farewell(id)).toEqual(goodbye({ id }, "client namespace disconnect"));
    });

    it("one of its namespaces: the others stay", async () => {
      const { namespace, farewell } = await watched();
      const main = await clients.join();
      const leaving = main.io.socket(namespace);
      leaving.connect();
      await received(leaving, "ready");
      const { id } = leaving;
      leaving.disconnect();
      expect(await farewell(id)).toEqual(goodbye({ id }, "client namespace disconnect"));
      expect(await main.emitWithAck("echo", "still here")).toBe("still here");
    });

    it("by closing the transport: transport close", async () => {
      const { namespace, farewell } = await watched();
      const { id, client } = await leaver(namespace);
      client.io.engine.close();
      expect(await farewell(id)).toEqual(goodbye({ id }, "transport close"));
    });

    it("by losing the network: transport close", async () => {
      const { namespace, farewell } = await watched();
      const { id, client } = await leaver(namespace);
      drop(contract, client);
      expect(await farewell(id)).toEqual(goodbye({ id }, "transport close"));
    });

    it("with several namespaces: each of them hears it", async () => {
      const [one, two] = await Promise.all([watched(), watched()]);
      const { id, client } = await leaver(one.namespace);
      const second = client.io.socket(two.namespace);
      second.connect();
      await received(second, "ready");
      const secondId = second.id;
      client.io.engine.close();
      expect(await one.farewell(id)).toEqual(goodbye({ id }, "transport close"));
      expect(await two.farewell(secondId)).toEqual(goodbye({ id: secondId }, "transport close"));
    });

    it("while the others come and go, each farewell is told once", async () => {
      const { namespace, heard, farewell } = await watched();
      const leavers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => leaver(namespace)));
      for (const [index, { client }] of leavers.entries()) {
        if (index % 2) client.disconnect();
        else client.io.engine.close();
      }
      for (const { id } of leavers) await farewell(id);
      for (const { id } of leavers) {
        const told = heard.events.filter((event) => event[1] === id).map(([event]) => event);
        expect(told).toEqual(["leaving", "left"]);
      }
    });

    it("and is in no room and no list any more", async () => {
      const { namespace, watcher, farewell } = await watched();
      const { id, client } = await leaver(namespace);
      client.disconnect();
      await farewell(id);
      const [all, room, own] = await run(
        watcher,
        nsp.fetchSockets(),
        nsp.in("a room").fetchSockets(),
        nsp.in(id).fetchSockets(),
      );
      expect(all.map((one) => one.id)).toEqual([watcher.id]);
      expect([room, own]).toEqual([[], []]);
    });
  });

  describe("the server ends it", () => {
    it("by socket.disconnect(): server namespace disconnect, and the connection stays", async () => {
      const { namespace, farewell } = await watched();
      const main = await clients.join();
      const leaving = main.io.socket(namespace);
      leaving.connect();
      await received(leaving, "ready");
      const { id } = leaving;
      const reason = received(leaving, "disconnect");
      leaving.emit("run", [{ target: "socket", steps: [{ member: "disconnect", args: [] }] }], () => {});
      expect((await reason)[0]).toBe("io server disconnect");
      expect(await farewell(id)).toEqual(goodbye({ id }, "server namespace disconnect"));
      expect(await main.emitWithAck("echo", "still here")).toBe("still here");
    });

    it("by socket.disconnect(true): the connection closes, and every namespace hears of it", async () => {
      const [one, two] = await Promise.all([watched(), watched()]);
      const { id, client } = await leaver(one.namespace);
      const second = client.io.socket(two.namespace);
      second.connect();
      await received(second, "ready");
      const secondId = second.id;
      const reasons = Promise.all([received(client, "disconnect"), received(second, "disconnect")]);
      client.emit("run", [{ target: "socket", steps: [{ member: "disconnect", args: [true] }] }], () => {});
      expect(await one.farewell(id)).toEqual(goodbye({ id }, "server namespace disconnect"));
      // Upstream disconnects each socket of the connection by its own packet before it
      // closes (client.ts, _disconnect).
      expect(await two.farewell(secondId)).toEqual(goodbye({ id: secondId }, "server namespace disconnect"));
      expect((await reasons).map(([reason]) => reason)).toEqual([
        "io server disconnect",
        "io server disconnect",
      ]);
    });

    it("by namespace.disconnectSockets(): everyone is told", async () => {
      const { namespace, watcher, farewell } = await watched();
      const [a, b] = await Promise.all([leaver(namespace), leaver(namespace)]);
      const reasons = Promise.all([a, b].map(({ client }) => received(client, "disconnect")));
      await run(watcher, nsp.in("a room").disconnectSockets());
      expect((await reasons).map(([reason]) => reason)).toEqual([
        "io server disconnect",
        "io server disconnect",
      ]);
      for (const { id } of [a, b]) {
        expect(await farewell(id)).toEqual(goodbye({ id }, "server namespace disconnect"));
      }
    });

    it("and hears no event of that socket any more", async () => {
      const { namespace, watcher, farewell } = await watched();
      const { id, client } = await leaver(namespace);
      await run(watcher, nsp.in(id).disconnectSockets());
      await farewell(id);
      expect(client.connected).toBe(false);
      const heard: string[] = [];
      client.onAny((event) => heard.push(event));
      await run(watcher, nsp.emit("hi"), nsp.to(id).emit("hi"), nsp.to("a room").emit("hi"));
      client.connect();
      await received(client, "connect");
      await run(client, socket.emit("done"));
      expect(heard).toEqual(["ready", "done"]);
    });
  });

  describe("the connection breaks on a bad packet", () => {
    const packets = {
      '42["echo"': { reason: "forced close", error: "invalid payload" },
      "4abc": { reason: "forced close", error: "unknown packet type NaN" },
      "40": { reason: "forced close", error: undefined },
      "9": { reason: "parse error", error: undefined },
      "2": { reason: "transport error", error: undefined },
    };
    for (const [packet, { reason, error }] of Object.entries(packets)) {
      it(`${packet}: ${reason}`, async () => {
        const { namespace, farewell } = await watched();
        const frames = await clients.frames("?EIO=4&transport=websocket");
        await frames.next();
        frames.send(`40${namespace},`);
        const answer = await frames.next();
        const { sid } = JSON.parse(answer.slice(answer.indexOf("{")));
        expect(await frames.next()).toContain("ready");
        // A second CONNECT to the same namespace.
        frames.send(packet === "40" ? `40${namespace},` : packet);
        await frames.closed;
        const failed = error ? [["failed", sid, error]] : [];
        expect(await farewell(sid)).toEqual([...failed, ...goodbye({ id: sid }, reason)]);
      });
    }
  });
}
