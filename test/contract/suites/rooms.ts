/** Joining, leaving, and emits to rooms: unions, exceptions, names of any kind. */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { type Contract, fresh } from "../contract.js";
import { heardBy, nsp, run, socket } from "../run.js";

const HI = [["hi"]];

export function rooms({ clients }: Contract): void {
  /** Clients in a namespace of their own, each in the rooms of its list. */
  async function inRooms<Lists extends string[][]>(...lists: Lists) {
    const namespace = fresh("/open");
    const joined = lists.map(async (list) => {
      const client = await clients.join(namespace);
      if (list.length > 0) await run(client, socket.join(list));
      return client;
    });
    return (await Promise.all(joined)) as { [Index in keyof Lists]: Socket };
  }

  describe("rooms of a socket", () => {
    it("are its own at first", async () => {
      const [a] = await inRooms([]);
      expect(await run(a, socket.rooms)).toEqual([[a.id]]);
    });

    it("grow with join and shrink with leave, at once and in later events", async () => {
      const [a] = await inRooms([]);
      expect(await run(a, socket.join("one"), socket.join(["two", "three"]), socket.rooms)).toMatchObject({
        2: [a.id, "one", "two", "three"],
      });
      expect(await run(a, socket.rooms)).toMatchObject([
        expect.arrayContaining([a.id, "one", "two", "three"]),
      ]);
      const [, left] = await run(a, socket.leave("two"), socket.rooms);
      expect(left).not.toContain("two");
      const [[...later]] = await run(a, socket.rooms);
      expect(later.sort()).toEqual([a.id, "one", "three"].sort());
    });

    it("count a room once, however often it is joined, and one leave is enough", async () => {
      const [a] = await inRooms(["one", "one"]);
      await run(a, socket.join("one"));
      expect(
        await heardBy([a], nsp.to("one").emit("hi"), socket.leave("one"), nsp.to("one").emit("hi")),
      ).toEqual([HI]);
    });

    it("do not mind leaving a room that was never joined", async () => {
      const [a] = await inRooms([]);
      expect(await run(a, socket.leave("never"), socket.rooms)).toMatchObject({ 1: [a.id] });
    });

    it("all count when many events join at once", async () => {
      const [a] = await inRooms([]);
      const names = Array.from({ length: 12 }, (_, index) => `room ${index}`);
      await Promise.all(names.map((name) => run(a, socket.join(name))));
      const [found] = await run(a, socket.rooms);
      expect([...found].sort()).toEqual([a.id, ...names].sort());
      await Promise.all(names.slice(3).map((name) => run(a, socket.leave(name))));
      const [left] = await run(a, socket.rooms);
      expect([...left].sort()).toEqual([a.id, ...names.slice(0, 3)].sort());
    });

    it("are left for good by a socket that comes again", async () => {
      const [a, b] = await inRooms(["one"], []);
      a.disconnect();
      a.connect();
      await new Promise<void>((resolve) => a.once("connect", resolve));
      expect(await run(a, socket.rooms)).toEqual([[a.id]]);
      expect(await heardBy([b, a], nsp.to("one").emit("hi"))).toEqual([[], []]);
    });
  });

  describe("emit to rooms", () => {
    it("reaches the members, the sender among them", async () => {
      expect(await heardBy(await inRooms(["r"], ["r"], []), nsp.to("r").emit("hi"))).toEqual([HI, HI, []]);
    });

    it("with socket.to reaches the members but the sender", async () => {
      expect(await heardBy(await inRooms(["r"], ["r"], []), socket.to("r").emit("hi"))).toEqual([[], HI, []]);
    });

    it("joined in the same event reaches the new member", async () => {
      expect(await heardBy(await inRooms([]), socket.join("r"), nsp.to("r").emit("hi"))).toEqual([HI]);
    });

    it("left in the same event does not reach the former member", async () => {
      expect(await heardBy(await inRooms(["r"]), socket.leave("r"), nsp.to("r").emit("hi"))).toEqual([[]]);
    });

    it("in is another word for to", async () => {
      const all = await inRooms(["r"], ["r"], []);
      expect(await heardBy(all, nsp.in("r").emit("hi"))).toEqual([HI, HI, []]);
      const others = await inRooms(["r"], ["r"], []);
      expect(await heardBy(others, socket.in("r").emit("hi"))).toEqual([[], HI, []]);
    });

    it("to a union reaches each member once", async () => {
      const all = await inRooms(["r", "s"], ["r"], ["s"], ["t"]);
      expect(await heardBy(all, nsp.to("r").to("s").emit("hi"))).toEqual([HI, HI, HI, []]);
    });

    it("to a list of rooms reaches each member once", async () => {
      const all = await inRooms(["r", "s"], ["r"], ["s"], ["t"]);
      expect(await heardBy(all, nsp.to(["r", "s"]).emit("hi"))).toEqual([HI, HI, HI, []]);
    });

    it("except a room reaches the others", async () => {
      const all = await inRooms(["r"], ["s"], []);
      expect(await heardBy(all, nsp.except("r").emit("hi"))).toEqual([[], HI, HI]);
    });

    it("except several rooms", async () => {
      const all = await inRooms(["r"], ["s"], []);
      expect(await heardBy(all, nsp.except(["r", "s"]).emit("hi"))).toEqual([[], [], HI]);
      expect(await heardBy(await inRooms(["r"], ["s"], []), nsp.except("r").except("s").emit("hi"))).toEqual([
        [],
        [],
        HI,
      ]);
    });

    it("to a union except a room", async () => {
      const all = await inRooms(["r", "muted"], ["r"], ["s"], ["s", "muted"], []);
      expect(await heardBy(all, nsp.to(["r", "s"]).except("muted").emit("hi"))).toEqual([[], HI, HI, [], []]);
    });

    it("socket.except leaves out the sender too", async () => {
      const all = await inRooms([], ["r"], []);
      expect(await heardBy(all, socket.except("r").emit("hi"))).toEqual([[], [], HI]);
    });

    it("socket.broadcast.to and socket.to().except", async () => {
      const all = await inRooms(["r"], ["r"], ["r", "muted"], []);
      expect(await heardBy(all, socket.broadcast.to("r").emit("hi"))).toEqual([[], HI, HI, []]);
      const others = await inRooms(["r"], ["r"], ["r", "muted"], []);
      expect(await heardBy(others, socket.to("r").except("muted").emit("hi"))).toEqual([[], HI, [], []]);
    });

    it("to a socket's id reaches it, also from another connection", async () => {
      const all = await inRooms([], [], []);
      expect(await heardBy(all, nsp.to(all[1].id ?? "").emit("hi"))).toEqual([[], HI, []]);
      const others = await inRooms([], [], []);
      expect(await heardBy(others, socket.to(others[1].id ?? "").emit("hi"))).toEqual([[], HI, []]);
    });

    it("except a socket's id", async () => {
      const all = await inRooms([], [], []);
      expect(await heardBy(all, nsp.except(all[1].id ?? "").emit("hi"))).toEqual([HI, [], HI]);
    });

    it("to an empty room reaches nobody", async () => {
      expect(await heardBy(await inRooms(["r"]), nsp.to("nobody is here").emit("hi"))).toEqual([[]]);
    });

    it("reaches whoever joined another's socket.id as a room", async () => {
      const [a, b, c] = await inRooms([], [], []);
      await run(b, socket.join(a.id ?? ""));
      expect(await heardBy([a, b, c], nsp.to(a.id ?? "").emit("hi"))).toEqual([HI, HI, []]);
    });

    it("does not mix up rooms of two namespaces", async () => {
      const [[a], [b]] = await Promise.all([inRooms(["same name"]), inRooms(["same name"])]);
      const heard: unknown[] = [];
      b.on("hi", () => heard.push("hi"));
      await heardBy([a], nsp.to("same name").emit("hi"));
      await run(b, nsp.emit("marker"));
      expect(heard).toEqual([]);
    });
  });

  describe("a room's name", () => {
    const names = [
      "방 이름",
      "😀",
      "a,b",
      "a#b",
      "a/b",
      "/",
      "#",
      " ",
      "__proto__",
      "constructor",
      "0",
      "a\u0000b",
      "é",
      "e\u0301",
      "x".repeat(300),
    ];

    it("may be in any script and of any characters, and equals only itself", async () => {
      const namespace = fresh("/open");
      const watcher = await clients.join(namespace);
      const members = await Promise.all(
        names.map(async (name) => {
          const client = await clients.join(namespace);
          await run(client, socket.join(name));
          return client;
        }),
      );
      const heard = await heardBy(
        [watcher, ...members],
        ...names.map((name) => nsp.to(name).emit("hi", name)),
      );
      expect(heard).toEqual([[], ...names.map((name) => [["hi", name]])]);
    });

    it("may be the empty string", async () => {
      expect(await heardBy(await inRooms([""], []), nsp.to("").emit("hi"))).toEqual([HI, []]);
    });
  });
}
