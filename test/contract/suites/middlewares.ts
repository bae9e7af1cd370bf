/** `namespace.use` and `socket.use`: order, waiting, refusals, and once only. */
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import { type Contract, fresh } from "../contract.js";

export function middlewares(contract: Contract): void {
  const { clients, can } = contract;

  describe("namespace.use", () => {
    it("runs before connection, in order, waiting for async ones", async () => {
      const client = await clients.join(fresh("/guarded"));
      expect((await client.emitWithAck("state")).trail).toEqual(["first", "async", "last", "connection"]);
    });

    it("leaves what it put on the socket to all later events", async () => {
      const client = await clients.join(fresh("/guarded"), { auth: { name: "Ada" } });
      for (const _ of [1, 2, 3, 4, 5]) {
        expect(await client.emitWithAck("state")).toEqual({
          trail: ["first", "async", "last", "connection"],
          user: { name: "Ada" },
          rooms: [client.id, "a room of the middleware"].sort(),
        });
      }
    });

    it("runs once for a CONNECT and never again for an event", async () => {
      const client = await clients.join(fresh("/guarded"));
      const runs: number[] = [];
      // More events than environments: one that ran it again would count two.
      for (let event = 0; event < 24; event++) runs.push(await client.emitWithAck("runs"));
      expect(Math.max(...runs)).toBeLessThanOrEqual(1);
      if (can.isOneProcess) expect(runs).toEqual(runs.map(() => 1));
    });

    it("runs again when the client connects again", async () => {
      const client = await clients.join(fresh("/guarded"), { auth: { name: "Ada" } });
      const before = client.id;
      client.disconnect();
      client.auth = { name: "Grace" };
      client.connect();
      await received(client, "connect");
      expect(client.id).not.toBe(before);
      expect((await client.emitWithAck("state")).user).toEqual({ name: "Grace" });
    });

    it("refuses with its error's message and data", async () => {
      const client = clients.make(fresh("/guarded"), { auth: { refuse: true } });
      const refused = received(client, "connect_error");
      client.connect();
      expect(await refused).toMatchObject([
        { message: "refused by the middleware", data: { code: 42, hint: "ask for less" } },
      ]);
      expect(client.connected).toBe(false);
    });

    it("lets a client in that was refused and comes with better auth, on the same connection", async () => {
      const client = clients.make(fresh("/guarded"), { auth: { refuse: true } });
      const refused = received(client, "connect_error");
      client.connect();
      await refused;
      client.auth = { name: "better" };
      client.connect();
      await received(client, "connect");
      expect((await client.emitWithAck("state")).user).toEqual({ name: "better" });
    });

    it.runIf(can.additions)("that throws refuses the client and harms nobody else", async () => {
      const name = fresh("/guarded");
      const client = clients.make(name, { auth: { throws: true } });
      const refused = received(client, "connect_error");
      client.connect();
      const [error] = await refused;
      // What went wrong inside is none of the client's business.
      expect((error as Error).message).not.toContain("as the test asks");
      const other = await clients.join(name);
      expect((await other.emitWithAck("state")).trail).toHaveLength(4);
    });
  });

  describe("socket.use", () => {
    it("runs for each event, in order, waiting for async ones", async () => {
      const client = await clients.join(fresh("/filtered"));
      for (const _ of [1, 2]) {
        expect(await client.emitWithAck("walk", [])).toEqual(["first:walk", "async"]);
      }
    });

    it("refuses an event with an error event on the server's socket", async () => {
      const client = await clients.join(fresh("/filtered"));
      const heard = new Heard(client);
      const refused = received(client, "refused");
      client.emit("forbidden");
      expect(await refused).toEqual(["not allowed"]);
      await client.emitWithAck("walk", []);
      expect(heard.events).toEqual([["refused", "not allowed"]]);
    });

    it("may change the event", async () => {
      const client = await clients.join(fresh("/filtered"));
      expect(await client.emitWithAck("rename me")).toBe("renamed");
    });
  });
}
