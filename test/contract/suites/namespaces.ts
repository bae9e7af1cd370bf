/**
 * Namespaces: static, by a regular expression, by a function; several on one connection;
 * emits through a parent.
 */
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import { type Contract, fresh } from "../contract.js";
import { family, io, nsp, run, socket } from "../run.js";

export function namespaces({ clients }: Contract): void {
  describe("a namespace", () => {
    it("has a name, and sockets with ids of their own", async () => {
      const manager = await clients.join("/custom");
      const main = manager.io.socket("/");
      main.connect();
      await received(main, "connect");
      expect(main.id).not.toBe(manager.id);
      expect(await run(manager, nsp.name)).toEqual(["/custom"]);
      expect(await run(main, nsp.name)).toEqual(["/"]);
    });

    it("shares a connection with others, and each hears its own", async () => {
      const names = ["/custom", fresh("/open"), fresh("/open")];
      const [first] = [await clients.join(names[0])];
      const sockets = [first, ...names.slice(1).map((name) => first.io.socket(name))];
      for (const one of sockets.slice(1)) {
        one.connect();
        await received(one, "connect");
      }
      const heard = sockets.map((one) => new Heard(one));
      for (const one of sockets) await run(one, socket.emit("hello", one.id), socket.emit("done"));
      for (const [index, one] of heard.entries()) {
        expect((await one.until("done")).filter(([event]) => event === "hello")).toEqual([
          ["hello", sockets[index]?.id],
        ]);
      }
    });

    it("that does not exist refuses with Invalid namespace, and takes no other down", async () => {
      const main = await clients.join();
      const lost = main.io.socket("/there-is-none");
      const refused = received(lost, "connect_error");
      lost.connect();
      const [error] = await refused;
      expect(error).toMatchObject({ message: "Invalid namespace" });
      expect(lost.connected).toBe(false);
      expect(await main.emitWithAck("echo", "still here")).toBe("still here");
    });

    it("may be given its connection listener by of(name, listener)", async () => {
      const client = await clients.join("/given-a-listener");
      expect(await client.emitWithAck("introduce")).toMatchObject({ namespace: "/given-a-listener" });
    });

    it("may have a name in any script", async () => {
      const client = await clients.join("/방 이름-😀");
      expect(await client.emitWithAck("introduce")).toMatchObject({ namespace: "/방 이름-😀" });
    });

    it("may be left and joined again on the same connection", async () => {
      const main = await clients.join();
      const other = main.io.socket("/custom");
      other.connect();
      await received(other, "connect");
      const before = other.id ?? "";
      other.disconnect();
      // Socket.IO closes the connection where a CONNECT comes before it has worked off the DISCONNECT.
      while ((await run(main, io.of("/custom").in(before).fetchSockets()))[0].length > 0);
      other.connect();
      await received(other, "connect");
      expect(other.id).not.toBe(before);
      expect(await run(other, socket.rooms)).toEqual([[other.id]]);
      expect(main.connected).toBe(true);
    });
  });

  describe("a namespace by a regular expression", () => {
    it("serves each name that fits, apart from the others", async () => {
      const [a, b] = await Promise.all([clients.join(fresh("/open")), clients.join(fresh("/open"))]);
      const heard = new Heard(b);
      await run(a, nsp.emit("hi"));
      await run(b, nsp.emit("done"));
      expect(await heard.until("done")).toEqual([]);
    });

    it("refuses a name that does not fit", async () => {
      const client = clients.make("/open-");
      const refused = received(client, "connect_error");
      client.connect();
      expect(await refused).toMatchObject([{ message: "Invalid namespace" }]);
    });

    it("belongs to the first parent whose pattern fits, in every event", async () => {
      const client = await clients.join(fresh("/overlap"));
      for (const _ of [1, 2, 3, 4, 5, 6]) {
        expect(await client.emitWithAck("introduce")).toMatchObject({ parent: "first" });
      }
    });

    it("has rooms that hold across the connections in it", async () => {
      const name = fresh("/open");
      const [a, b] = await Promise.all([clients.join(name), clients.join(name)]);
      await run(b, socket.join("r"));
      const got = received(b, "hi");
      await run(a, nsp.to("r").emit("hi", name));
      expect(await got).toEqual([name]);
    });
  });

  describe("a namespace by a function", () => {
    it("lets in whom the function lets in, by name and auth", async () => {
      const namespace = fresh("/by-function");
      const client = await clients.join(namespace, { auth: { pass: "yes" } });
      expect(await client.emitWithAck("introduce")).toMatchObject({ namespace });
    });

    it("refuses whom the function refuses, or where it fails", async () => {
      for (const client of [
        clients.make(fresh("/by-function"), { auth: { pass: "no" } }),
        clients.make("/by-function-error", { auth: { pass: "yes" } }),
      ]) {
        const refused = received(client, "connect_error");
        client.connect();
        expect(await refused).toMatchObject([{ message: "Invalid namespace" }]);
      }
    });

    it("serves later events in environments that have not seen it", async () => {
      const namespace = fresh("/by-function");
      const client = await clients.join(namespace, { auth: { pass: "yes" } });
      for (const _ of [1, 2, 3, 4, 5, 6, 7, 8]) {
        expect(await client.emitWithAck("introduce")).toMatchObject({ namespace });
      }
    });

    it("is told of by new_namespace, before anyone is in it", async () => {
      const namespace = fresh("/by-function");
      const client = await clients.join(namespace, { auth: { pass: "yes" } });
      expect(await client.emitWithAck("introduce")).toMatchObject({
        greeting: `new_namespace told of ${namespace}`,
      });
    });
  });

  describe("a parent namespace", () => {
    it("emits to the sockets of all its children, whichever environment has seen them", async () => {
      const event = fresh("event");
      const children = await Promise.all([1, 2, 3, 4].map(() => clients.join(fresh("/family"))));
      const sender = await clients.join();
      const got = Promise.all(children.map((child) => received(child, event)));
      await run(sender, family.emit(event, "dear children"));
      expect(await got).toEqual(children.map(() => ["dear children"]));
    });

    it("emits to a room in all its children", async () => {
      const event = fresh("event");
      const [a, b, c] = await Promise.all([1, 2, 3].map(() => clients.join(fresh("/family"))));
      if (!a || !b || !c) throw new Error("There are three.");
      await Promise.all([run(a, socket.join("r")), run(b, socket.join("r"))]);
      const heard = new Heard(c);
      const sender = await clients.join();
      const got = Promise.all([received(a, event), received(b, event)]);
      await run(sender, family.to("r").emit(event, 1), family.emit("done"));
      expect(await got).toEqual([[1], [1]]);
      expect((await heard.until("done")).filter(([name]) => name === event)).toEqual([]);
    });

    it("cannot fetch sockets, as in Socket.IO", async () => {
      const client = await clients.join();
      await expect(run(client, family.fetchSockets())).rejects.toThrow(
        "fetchSockets() is not supported on parent namespaces",
      );
    });
  });

  describe("io.of in a handler", () => {
    it("emits to a namespace of a pattern that this environment has not seen", async () => {
      const name = fresh("/open");
      const [sender, there] = await Promise.all([clients.join(), clients.join(name)]);
      const got = received(there, "hi");
      await run(sender, io.of(name).emit("hi", 1));
      expect(await got).toEqual([1]);
    });
  });
}
