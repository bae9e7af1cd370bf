/** `roomList`: which rooms a namespace has, and how many sockets are in each. */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { type Contract, fresh } from "../contract.js";
import { nsp, run, socket } from "../run.js";

export function roomLists(contract: Contract): void {
  const { clients } = contract;
  const join = () => clients.join("/room-list");

  /** Those that have this prefix: other tests have rooms of their own. */
  async function listed(client: Socket, prefix: string): Promise<[string, number][]> {
    await contract.target.settled?.();
    const all: [string, number][] = await client.emitWithAck("list");
    return all.filter(([room]) => room.startsWith(prefix));
  }

  async function until(client: Socket, prefix: string, expected: readonly [string, number][]) {
    await expect.poll(() => listed(client, prefix), { timeout: 20_000 }).toEqual(expected);
  }

  describe("a list of rooms", () => {
    it("has each room with its members, until the last one has left", async () => {
      const [a, b] = await Promise.all([join(), join()]);
      const prefix = fresh("room");
      const [tea, coffee] = [`${prefix} tea`, `${prefix} coffee`];
      await Promise.all([run(a, socket.join([tea, coffee])), run(b, socket.join(tea))]);
      expect(await listed(a, prefix)).toEqual([
        [coffee, 1],
        [tea, 2],
      ]);
      await Promise.all([run(a, socket.leave(tea)), run(a, socket.leave(coffee))]);
      expect(await listed(b, prefix)).toEqual([[tea, 1]]);
      await run(b, socket.leave(tea));
      expect(await listed(a, prefix)).toEqual([]);
    });

    it("counts a socket once, however often it joins and leaves", async () => {
      const a = await join();
      const room = fresh("room");
      await run(a, socket.join(room), socket.join(room));
      await run(a, socket.join(room));
      expect(await listed(a, room)).toEqual([[room, 1]]);
      await run(a, socket.leave(room), socket.leave(room));
      expect(await a.emitWithAck("size", room)).toBe(0);
    });

    it("has the room that this very event joins without waiting", async () => {
      const a = await join();
      const room = fresh("room");
      expect(await a.emitWithAck("join and list", room)).toContainEqual([room, 1]);
    });

    it("counts right when many join and leave at once", async () => {
      const members = await Promise.all([1, 2, 3, 4, 5, 6].map(join));
      const [asker] = members as [Socket];
      const room = fresh("room");
      await Promise.all(members.map((member) => run(member, socket.join(room))));
      expect(await asker.emitWithAck("size", room)).toBe(6);
      await Promise.all(members.slice(1).map((member) => run(member, socket.leave(room))));
      expect(await listed(asker, room)).toEqual([[room, 1]]);
    });

    it("loses the rooms of a client that disconnects", async () => {
      const [a, b] = await Promise.all([join(), join()]);
      const room = fresh("room");
      await Promise.all([run(a, socket.join([room, `${room} 2`])), run(b, socket.join(room))]);
      a.disconnect();
      await until(b, room, [[room, 1]]);
    });

    it("knows of socketsJoin and socketsLeave", async () => {
      const [a, b] = await Promise.all([join(), join()]);
      const [all, room] = [fresh("all"), fresh("room")];
      await Promise.all([run(a, socket.join(all)), run(b, socket.join(all))]);
      await run(a, nsp.in(all).socketsJoin(room));
      await until(a, room, [[room, 2]]);
      await run(a, nsp.in(all).socketsLeave(room));
      await until(a, room, []);
    });

    it("has no room that a socket has for itself, and none of another namespace", async () => {
      const [a, elsewhere] = await Promise.all([join(), clients.join("/room-events")]);
      const room = fresh("room");
      await run(elsewhere, socket.join(room));
      expect(await listed(a, a.id ?? "")).toEqual([]);
      expect(await a.emitWithAck("size", a.id)).toBe(0);
      expect(await a.emitWithAck("size", room)).toBe(0);
    });

    it.each(["__proto__", '["/","x"]', "#hash", "", "\u0000", "👩‍👩‍👧", "가".repeat(80)])(
      "has a room called %j like any other",
      async (name) => {
        const a = await join();
        await run(a, socket.join(name));
        expect(await a.emitWithAck("list")).toContainEqual([name, 1]);
        expect(await a.emitWithAck("size", name)).toBe(1);
      },
    );
  });
}
