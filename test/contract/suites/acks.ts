/** Acknowledgements: of the server to a client, of a client to the server, of many clients to a broadcast. */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { type Contract, fresh } from "../contract.js";
import { io, nsp, run, runOnRemote, socket } from "../run.js";
import { together } from "../together.js";

/** Long enough for any answer, so what runs into it fails its test. */
const PATIENT_MS = 15_000;

/** For answers that do not come. */
const SHORT_MS = 300;

export function acks({ clients, can }: Contract): void {
  async function alone(prefix = "/acks"): Promise<Socket> {
    const [client] = await together(clients, 1, prefix);
    return client;
  }

  const answers = (client: Socket, answer: (value: number) => unknown) =>
    client.on("question", (value, reply) => reply(answer(value)));

  describe("an ack to a client", () => {
    it("carries no, one and several arguments", async () => {
      const client = await alone();
      expect(await client.emitWithAck("echo")).toBeUndefined();
      expect(await client.emitWithAck("echo", { a: [1] })).toEqual({ a: [1] });
      const several = new Promise((resolve) =>
        client.emit("echo", 1, null, "x", (...args: unknown[]) => resolve(args)),
      );
      expect(await several).toEqual([1, null, "x"]);
    });

    it("may come after the handler has awaited", async () => {
      expect(await (await alone()).emitWithAck("echo later", "late")).toBe("late");
    });

    it("may come from a timer of a handler that has returned", async () => {
      expect(await (await alone()).emitWithAck("echo from a timer", "late")).toBe("late");
    });

    it("is sent once, though the handler calls it twice", async () => {
      const client = await alone();
      const heard: unknown[] = [];
      const done = received(client, "done");
      client.emit("reply twice", (answer: unknown) => heard.push(answer));
      await done;
      expect(heard).toEqual(["first"]);
    });

    it("times out at a client when nobody listens", async () => {
      const client = await alone();
      await expect(client.timeout(SHORT_MS).emitWithAck("nobody listens")).rejects.toThrow(
        "operation has timed out",
      );
    });

    it("finds its event among many at once", async () => {
      const client = await alone();
      const values = Array.from({ length: 20 }, (_, index) => index);
      expect(await Promise.all(values.map((value) => client.emitWithAck("echo later", value)))).toEqual(
        values,
      );
    });
  });

  /** While a handler waits for an ack, the ack is another event. */

  describe("an ack of a client", () => {
    it("reaches the callback, with all arguments", async () => {
      const client = await alone();
      client.on("question", (value, reply) => reply(value * 2, "more"));
      const answer = new Promise((resolve) =>
        client.emit("ask me", 21, (...args: unknown[]) => resolve(args)),
      );
      expect(await answer).toEqual([42, "more"]);
    });

    it("reaches emitWithAck", async () => {
      const client = await alone();
      answers(client, (value) => value * 2);
      expect(await client.emitWithAck("ask me, await", 21)).toBe(42);
    });

    it("reaches each of two questions at once, and two in turn", async () => {
      const client = await alone();
      answers(client, (value) => value * 10);
      expect(await client.emitWithAck("ask me twice at once")).toEqual([10, 20]);
      expect(await client.emitWithAck("ask me twice in turn")).toEqual([10, 100]);
    });

    it("reaches the one of many events that asked", async () => {
      const client = await alone();
      answers(client, (value) => value);
      const count = Math.min(10, can.eventsAtOnce - 1);
      const values = Array.from({ length: count }, (_, index) => index);
      expect(await Promise.all(values.map((value) => client.emitWithAck("ask me, await", value)))).toEqual(
        values,
      );
    });

    it("in time gives no error", async () => {
      const client = await alone();
      answers(client, () => "in time");
      const answer = new Promise((resolve) =>
        client.emit("ask me in time", PATIENT_MS, (...args: unknown[]) => resolve(args)),
      );
      expect(await answer).toEqual([null, "in time"]);
      expect(await client.emitWithAck("ask me in time, await", PATIENT_MS)).toBeNull();
    });

    it("that does not come is an error after the timeout", async () => {
      const client = await alone();
      expect(await client.emitWithAck("ask me in time", SHORT_MS)).toBe("operation has timed out");
      expect(await client.emitWithAck("ask me in time, await", SHORT_MS)).toBe("operation has timed out");
    });

    it("may be binary, from a client with forceBase64", async () => {
      const client = await clients.join(fresh("/acks"), { forceBase64: true });
      client.on("question", (_value, reply) => reply(Buffer.from([1, 2])));
      expect(await client.emitWithAck("ask me", 1)).toEqual(Buffer.from([1, 2]));
    });
  });

  describe("acks of a broadcast", () => {
    it("come from everyone, in any order", async () => {
      const [a, b, c] = await together(clients, 3, "/acks");
      for (const [index, client] of [a, b, c].entries()) answers(client, () => index);
      const result = await outcome(a, "ask everyone", PATIENT_MS);
      expect(result.message).toBeNull();
      expect([...(result.responses as number[])].sort()).toEqual([0, 1, 2]);
    });

    it("of the others do not ask the sender", async () => {
      const [a, b, c] = await together(clients, 3, "/acks");
      answers(a, () => "the sender is asked");
      answers(b, () => "b");
      answers(c, () => "c");
      const result = await outcome(a, "ask the others", PATIENT_MS);
      expect(result.message).toBeNull();
      expect([...(result.responses as string[])].sort()).toEqual(["b", "c"]);
    });

    it("that are missing make an error after the timeout, with the answers that came", async () => {
      const [a, b, c] = await together(clients, 3, "/acks");
      answers(b, () => "b");
      c.on("question", () => {});
      // Enough for the answer that comes, also on a busy machine.
      for (const event of ["ask the others", "ask everyone"]) {
        expect(await outcome(a, event, 1500)).toEqual({
          message: "operation has timed out",
          responses: ["b"],
        });
      }
    });

    it("of nobody are an empty list, at once", async () => {
      expect(await (await alone()).emitWithAck("ask nobody")).toEqual([]);
    });

    it("carry the first argument of each answer", async () => {
      const [a, b] = await together(clients, 2);
      b.on("question", (_value, reply) => reply("first", "second"));
      const [answer] = await run(a, socket.broadcast.timeout(PATIENT_MS).emitWithAck("question", 1));
      expect(answer).toEqual(["first"]);
    });

    it("come from a room, and from a union without its exceptions", async () => {
      const [a, b, c, d] = await together(clients, 4);
      await Promise.all([
        run(b, socket.join("r")),
        run(c, socket.join(["r", "s"])),
        run(d, socket.join(["s", "t"])),
      ]);
      for (const [name, client] of Object.entries({ a, b, c, d })) answers(client, () => name);
      const ask = (to: ReturnType<typeof nsp.to>) =>
        run(a, to.timeout(PATIENT_MS).emitWithAck("question", 1));
      expect((await ask(nsp.to("r")))[0].sort()).toEqual(["b", "c"]);
      expect((await ask(nsp.to(["r", "s"]).except("t")))[0].sort()).toEqual(["b", "c"]);
    });

    it("come by io.timeout().emitWithAck in the main namespace", async () => {
      const [a, b] = await Promise.all([clients.join(), clients.join()]);
      const room = fresh("room");
      await Promise.all([run(a, socket.join(room)), run(b, socket.join(room))]);
      for (const client of [a, b]) answers(client, (value) => value + 1);
      expect(await run(a, io.timeout(PATIENT_MS).to(room).emitWithAck("question", 1))).toEqual([[2, 2]]);
    });

    it("may be binary both ways", async () => {
      const namespace = fresh("/open");
      const [a, b] = await Promise.all([
        clients.join(namespace),
        clients.join(namespace, { forceBase64: true }),
      ]);
      b.on("question", (_value, reply) => reply({ bytes: Buffer.from([3]) }));
      const [found] = await run(a, socket.broadcast.timeout(PATIENT_MS).emitWithAck("question", 1));
      // The remote control passes plain values on; the client's ack has a Buffer.
      expect(found).toHaveLength(1);
    });
  });

  describe("an ack to a RemoteSocket's emit", () => {
    it("is one answer, not a list", async () => {
      const [a, b] = await together(clients, 2);
      answers(b, (value) => value * 2);
      const answer = await runOnRemote(a, b.id, socket.timeout(PATIENT_MS).emitWithAck("question", 4));
      expect(answer).toBe(8);
    });

    it("that does not come is an error", async () => {
      const [a, b] = await together(clients, 2);
      await expect(runOnRemote(a, b.id, socket.timeout(SHORT_MS).emitWithAck("question", 4))).rejects.toThrow(
        "operation has timed out",
      );
    });
  });
}

function outcome(
  client: Socket,
  event: string,
  timeoutMs: number,
): Promise<{ message: unknown; responses: unknown }> {
  return new Promise((resolve) => {
    client.emit(event, timeoutMs, (message: unknown, responses: unknown) => resolve({ message, responses }));
  });
}
