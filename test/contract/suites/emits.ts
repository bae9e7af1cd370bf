/** Who hears what the server emits. */
import type { ManagerOptions, Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { type Contract, fresh } from "../contract.js";
import { heardBy, io, nsp, run, socket } from "../run.js";
import { together } from "../together.js";

export function emits({ clients }: Contract): void {
  /** Connected, and greeted by the app. */
  async function greeted(options: Partial<ManagerOptions> = {}): Promise<Socket> {
    const client = clients.make("/", options);
    const greeting = received(client, "auth");
    client.connect();
    await greeting;
    return client;
  }

  describe("emit", () => {
    it("socket.emit reaches its client only", async () => {
      expect(await heardBy(await together(clients, 2), socket.emit("hi", 1, { two: [3] }))).toEqual([
        [["hi", 1, { two: [3] }]],
        [],
      ]);
    });

    it("send and write emit a message", async () => {
      const two = await together(clients, 2);
      expect(
        await heardBy(two, socket.send("a", 1), socket.write("b"), nsp.send("c"), nsp.write("d")),
      ).toEqual([
        [
          ["message", "a", 1],
          ["message", "b"],
          ["message", "c"],
          ["message", "d"],
        ],
        [
          ["message", "c"],
          ["message", "d"],
        ],
      ]);
    });

    it("namespace.emit reaches everyone in it", async () => {
      const hi = [["hi", 1]];
      expect(await heardBy(await together(clients, 3), nsp.emit("hi", 1))).toEqual([hi, hi, hi]);
    });

    it("namespace.emit stays in its namespace", async () => {
      const [[outsider], two] = await Promise.all([together(clients, 1), together(clients, 2)]);
      const heard: string[] = [];
      outsider.onAny((event) => heard.push(event));
      await heardBy(two, nsp.emit("hi"));
      await run(outsider, nsp.emit("that is all"));
      expect(heard).toEqual(["that is all"]);
    });

    it("io.emit reaches the main namespace", async () => {
      const name = fresh("event");
      const [a, b] = await Promise.all([clients.join(), clients.join()]);
      const got = Promise.all([received(a, name), received(b, name)]);
      await run(a, io.emit(name, "everyone"));
      expect(await got).toEqual([["everyone"], ["everyone"]]);
    });

    it("io.of(…).emit in a handler reaches another namespace", async () => {
      const [a, b] = await Promise.all([clients.join(), clients.join("/custom")]);
      const name = fresh("event");
      const got = received(b, name);
      await run(a, io.of("/custom").emit(name, "over there"));
      expect(await got).toEqual(["over there"]);
    });

    it("socket.broadcast.emit reaches everyone else", async () => {
      expect(await heardBy(await together(clients, 3), socket.broadcast.emit("hi"))).toEqual([
        [],
        [["hi"]],
        [["hi"]],
      ]);
    });

    it("keeps the order in which one event emits", async () => {
      const emitsOf = [1, 2, 3].flatMap((n) => [socket.emit("mine", n), nsp.emit("all", n)]);
      const [first, second] = await heardBy(await together(clients, 2), ...emitsOf);
      expect(first).toEqual(
        [1, 2, 3].flatMap((n) => [
          ["mine", n],
          ["all", n],
        ]),
      );
      expect(second).toEqual([1, 2, 3].map((n) => ["all", n]));
    });

    it("keeps the arguments as they were when emit was called", async () => {
      const args = [null, true, 0, -1.5, "", "日本語 😀\u0000\n", [], {}, { a: [{ b: null }] }];
      expect(await heardBy(await together(clients, 1), socket.emit("all", ...args))).toEqual([
        [["all", ...args]],
      ]);
    });

    it("takes event names in any script", async () => {
      const names = ["방 이름", "😀", "with space", "a,b", '["x"]', "42", "__proto__"];
      expect(await heardBy(await together(clients, 1), ...names.map((name) => nsp.emit(name, name)))).toEqual(
        [names.map((name) => [name, name])],
      );
    });

    it("refuses reserved names", async () => {
      const [a] = await together(clients, 1);
      for (const name of [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
      ]) {
        await expect(run(a, socket.emit(name))).rejects.toThrow(`"${name}" is a reserved event name`);
        await expect(run(a, nsp.emit(name))).rejects.toThrow(`"${name}" is a reserved event name`);
      }
    });

    it("reaches many clients once each", async () => {
      const all = await together(clients, 40);
      const heard = await heardBy(all, nsp.emit("hi"));
      expect(heard).toHaveLength(40);
      for (const events of heard) expect(events).toEqual([["hi"]]);
    });
  });

  describe("binary emit", () => {
    it("reaches clients as bytes, at any depth, also in broadcasts", async () => {
      const [a, b] = await Promise.all([greeted(), greeted()]);
      const got = Promise.all([received(a, "bytes"), received(b, "bytes")]);
      a.emit("send bytes");
      b.emit("say bytes", b.id);
      const bytes = [Buffer.from([1, 2, 3]), { nested: [Buffer.from([4, 5])] }];
      expect(await got).toEqual([bytes, bytes]);
    });

    it("comes in from clients with forceBase64, and goes back in an ack", async () => {
      const client = await greeted({ forceBase64: true });
      expect(await client.emitWithAck("look at bytes", Buffer.from([1, 2, 3]))).toEqual([1, 2, 3]);
      const mixed = { a: Buffer.from([9]), list: [1, Buffer.from("text")], text: "x" };
      expect(await client.emitWithAck("echo", mixed)).toEqual(mixed);
    });
  });
}
