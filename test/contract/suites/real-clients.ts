/** What `socket.io-client` does by itself: reconnecting, buffering, retrying, finding a transport. */
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import { type Contract, drop, fresh } from "../contract.js";
import { nsp, run, socket } from "../run.js";

const RECONNECTING = { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50 };

export function realClients(contract: Contract): void {
  const { clients, can } = contract;

  describe("a client that lost its connection", () => {
    it("comes back by itself, as a new socket in no room", async () => {
      const client = await clients.join(fresh("/open"), RECONNECTING);
      await run(client, socket.join("r"));
      const before = client.id;
      const [gone, back] = [received(client, "disconnect"), received(client, "connect")];
      drop(contract, client);
      expect((await gone)[0]).toMatch(/^transport (close|error)$/);
      await back;
      expect(client.id).not.toBe(before);
      expect(client.recovered).toBeFalsy();
      expect(await run(client, socket.rooms)).toEqual([[client.id]]);
    });

    it("sends then what it was told to emit meanwhile", async () => {
      const client = await clients.join("/", RECONNECTING);
      const gone = received(client, "disconnect");
      drop(contract, client);
      await gone;
      const answers = [1, 2, 3].map((value) => client.emitWithAck("echo", value));
      expect(await Promise.all(answers)).toEqual([1, 2, 3]);
    });

    it("comes back to all its namespaces", async () => {
      const namespace = fresh("/open");
      const main = await clients.join("/", RECONNECTING);
      const other = main.io.socket(namespace);
      other.connect();
      await received(other, "connect");
      const back = Promise.all([received(main, "connect"), received(other, "connect")]);
      drop(contract, main);
      await back;
      const heard = new Heard(other);
      await run(other, nsp.emit("hi"), nsp.emit("done"));
      expect(await heard.until("done")).toEqual([["hi"]]);
    });
  });

  describe("a client's options", () => {
    it("retries: each event is acknowledged before the next one goes out", async () => {
      const client = await clients.join("/", { retries: 3, ackTimeout: 10_000 });
      const values = [1, 2, 3, 4];
      expect(await Promise.all(values.map((value) => client.emitWithAck("echo", value)))).toEqual(values);
    });

    it("auth as a function", async () => {
      const client = clients.make("/", { auth: (give) => give({ token: "from a function" }) });
      const auth = received(client, "auth");
      client.connect();
      expect(await auth).toEqual([{ token: "from a function" }]);
    });

    it.runIf(can.additions)("addTrailingSlash: with and without", async () => {
      for (const addTrailingSlash of [true, false]) {
        const client = await clients.join("/", { addTrailingSlash });
        expect(await client.emitWithAck("echo", addTrailingSlash)).toBe(addTrailingSlash);
      }
    });

    it("tryAllTransports: long-polling may fail first", async () => {
      const client = await clients.join("/", {
        transports: ["polling", "websocket"],
        tryAllTransports: true,
      });
      expect(await client.emitWithAck("echo", "here")).toBe("here");
    });

    it("forceNew: false shares one connection for two namespaces", async () => {
      const first = await clients.join("/", { forceNew: false });
      const second = await clients.join(fresh("/open"), { forceNew: false });
      expect(second.io).toBe(first.io);
      expect(await first.emitWithAck("echo", 1)).toBe(1);
      expect(await run(second, socket.connected)).toEqual([true]);
    });
  });
}
