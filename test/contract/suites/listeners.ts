/**
 * Listeners of a socket: their order, `once` and `off` that hold in all later events,
 * catch-alls, async ones, failures.
 */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import type { Contract } from "../contract.js";
import { together } from "../together.js";

export function listeners({ clients, can }: Contract): void {
  async function joined(): Promise<Socket> {
    const [client] = await together(clients, 1, "/listeners");
    return client;
  }

  /** The names of the listeners that heard it, in order. */
  const greet = (client: Socket): Promise<string[]> => client.emitWithAck("greet", []);

  /** As often as it takes to meet every environment. */
  const TIMES = [1, 2, 3, 4, 5, 6];

  describe("listeners", () => {
    it("hear an event in Node's order, catch-alls first", async () => {
      expect(await greet(await joined())).toEqual([
        "prepended any",
        "any",
        "prepended once",
        "prepended",
        "on",
        "once",
      ]);
    });

    it("by once hear it once in all", async () => {
      const client = await joined();
      await greet(client);
      for (const _ of TIMES) {
        expect(await greet(client)).toEqual(["prepended any", "any", "prepended", "on"]);
      }
    });

    it("by once are each client's own", async () => {
      const [a, b] = await together(clients, 2, "/listeners");
      await greet(a);
      expect(await greet(b)).toContain("once");
      expect(await greet(a)).not.toContain("once");
    });

    it("by once hear one of several events at once", async () => {
      const client = await joined();
      const trails = await Promise.all(TIMES.map(() => greet(client)));
      expect(trails.filter((trail) => trail.includes("once"))).toHaveLength(1);
    });

    it("by once start anew when the client connects again", async () => {
      const client = await joined();
      await greet(client);
      client.disconnect();
      client.connect();
      await received(client, "connect");
      expect(await greet(client)).toContain("once");
    });

    it("by once answer one ack, and the next stays without", async () => {
      const client = await joined();
      expect(await client.emitWithAck("only reply")).toBe("once");
      expect(await client.emitWithAck("count", "only reply")).toBe(0);
      await expect(client.timeout(300).emitWithAck("only reply")).rejects.toThrow("operation has timed out");
    });

    it("removed by off in one event stay removed in all", async () => {
      const client = await joined();
      await client.emitWithAck("forget");
      for (const _ of TIMES) expect(await greet(client)).not.toContain("on");
    });

    it("by once may be removed before they hear anything", async () => {
      const client = await joined();
      await client.emitWithAck("forget once");
      for (const _ of TIMES) expect(await greet(client)).not.toContain("once");
    });

    it("that stand twice are removed one at a time", async () => {
      const client = await joined();
      const heard = async () => {
        const trail: string[] = await client.emitWithAck("double", []);
        return trail.filter((name) => name === "twice").length;
      };
      expect(await heard()).toBe(2);
      await client.emitWithAck("forget one double");
      for (const _ of TIMES) expect(await heard()).toBe(1);
      await client.emitWithAck("forget one double");
      for (const _ of TIMES) expect(await heard()).toBe(0);
    });

    it("removed by removeAllListeners(event) stay removed", async () => {
      const client = await joined();
      expect(await client.emitWithAck("count", "chat")).toBe(2);
      await client.emitWithAck("forget chat");
      for (const _ of TIMES) expect(await client.emitWithAck("count", "chat")).toBe(0);
    });

    it("removed by removeAllListeners() leave a socket that hears nothing", async () => {
      const client = await joined();
      await client.emitWithAck("leave for good");
      await Promise.all(
        TIMES.map(() =>
          expect(client.timeout(300).emitWithAck("count", "chat")).rejects.toThrow("timed out"),
        ),
      );
    });

    it("are counted, listed and found as the functions that they are", async () => {
      const client = await joined();
      expect(await client.emitWithAck("know")).toEqual([true, true]);
      expect(await client.emitWithAck("count", "greet")).toBe(5);
      expect(await client.emitWithAck("count", "nothing")).toBe(0);
      expect(await client.emitWithAck("names")).toEqual(expect.arrayContaining(["greet", "chat", "throw"]));
    });
  });

  describe("catch-all listeners", () => {
    it("removed by offAny(listener) stay removed", async () => {
      const client = await joined();
      await client.emitWithAck("forget any");
      for (const _ of TIMES) {
        const trail = await greet(client);
        expect(trail).toContain("prepended any");
        expect(trail).not.toContain("any");
      }
    });

    it("removed by offAny() stay removed", async () => {
      const client = await joined();
      expect(await client.emitWithAck("count any")).toBe(2);
      await client.emitWithAck("forget all any");
      for (const _ of TIMES) expect(await client.emitWithAck("count any")).toBe(0);
    });

    it("for outgoing packets hear each once: of the socket, and of broadcasts that reach it", async () => {
      const client = await joined();
      expect(await client.emitWithAck("outgoing")).toEqual(["first hello", "hello"]);
      await client.emitWithAck("talk");
      const all = ["hello", "direct", "to my room"].flatMap((event) => [`first ${event}`, event]);
      for (const _ of TIMES) expect(await client.emitWithAck("outgoing")).toEqual(all);
    });

    it("for outgoing packets, removed by offAnyOutgoing, stay removed", async () => {
      const client = await joined();
      expect(await client.emitWithAck("forget outgoing")).toBe(1);
      await client.emitWithAck("talk");
      expect(await client.emitWithAck("outgoing")).toEqual([
        "first hello",
        "hello",
        "first direct",
        "first to my room",
      ]);
    });
  });

  describe("a listener", () => {
    it("that is async is awaited: what it does after an await happens", async () => {
      const client = await joined();
      const done = received(client, "slow done");
      client.emit("slow");
      await done;
    });

    for (const event of ["throw", "reject"]) {
      it.runIf(can.additions)(
        `that fails (${event}) harms neither its own client nor any other`,
        async () => {
          const [a, b] = await together(clients, 2, "/listeners");
          let isDisconnected = false;
          for (const client of [a, b]) {
            client.on("disconnect", () => {
              isDisconnected = true;
            });
          }
          a.emit(event);
          expect(await greet(a)).toContain("on");
          expect(await greet(b)).toContain("on");
          expect(isDisconnected).toBe(false);
        },
      );
    }
  });
}
