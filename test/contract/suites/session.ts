/** What a socket remembers from event to event: `data`, its own properties, the handshake. */
import { describe, expect, it } from "vitest";
import { inspected, structuredValues, wholeValues } from "../apps/session.js";
import { type Contract, fresh } from "../contract.js";
import { run, socket } from "../run.js";

export function sessions(contract: Contract): void {
  const { clients } = contract;
  const joined = () => clients.join(fresh("/session"));

  describe("socket.data", () => {
    it("is as the connection handler left it", async () => {
      expect(await (await joined()).emitWithAck("get", "visits")).toBe(1);
    });

    it("keeps a change, which the replayed connection handler does not undo", async () => {
      const client = await joined();
      await client.emitWithAck("set data", { visits: 2 });
      for (const _ of [1, 2, 3, 4, 5]) expect(await client.emitWithAck("get", "visits")).toBe(2);
    });

    it("keeps Date, Map, Set, Buffer, typed arrays, BigInt, RegExp, odd numbers and what is nested", async () => {
      const client = await joined();
      await client.emitWithAck("fill");
      for (const _ of [1, 2, 3]) {
        expect(await client.emitWithAck("inspect")).toBe(inspected({ visits: 1, ...structuredValues() }));
      }
    });

    it("keeps a change deep inside of a value", async () => {
      const client = await joined();
      await client.emitWithAck("push", "basket", "apple");
      await client.emitWithAck("push", "basket", "pear");
      expect(await client.emitWithAck("get", "basket")).toEqual({ list: ["apple", "pear"] });
    });

    it("forgets a deleted key for good, also one that the connection handler sets", async () => {
      const client = await joined();
      await client.emitWithAck("set data", { extra: 1 });
      await client.emitWithAck("delete", "extra");
      await client.emitWithAck("delete", "visits");
      for (const _ of [1, 2, 3]) expect(await client.emitWithAck("inspect")).toBe(inspected({}));
    });

    it("may be replaced as a whole", async () => {
      const client = await joined();
      await client.emitWithAck("replace", { all: "new" });
      for (const _ of [1, 2, 3]) expect(await client.emitWithAck("inspect")).toBe(inspected({ all: "new" }));
    });

    for (const [kind, value] of Object.entries(wholeValues())) {
      it(`may be something else than an object with keys (${kind}), and become one again`, async () => {
        const client = await joined();
        await client.emitWithAck("replace by", kind);
        for (const _ of [1, 2, 3]) expect(await client.emitWithAck("inspect")).toBe(inspected(value));
        await client.emitWithAck("replace", { all: "new" });
        for (const _ of [1, 2]) expect(await client.emitWithAck("inspect")).toBe(inspected({ all: "new" }));
      });
    }

    it("takes keys that every object inherits", async () => {
      const client = await joined();
      const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", "\0"];
      const patch = JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}: {"admin": true}`).join()}}`);
      await client.emitWithAck("replace", patch);
      for (const _ of [1, 2]) expect(await client.emitWithAck("inspect")).toBe(inspected(patch));
      expect(await client.emitWithAck("get", "admin")).toBe(null); // undefined, as JSON has it
    });

    it("takes keys of any name", async () => {
      const client = await joined();
      const values = {
        "with.dots": 1,
        "with space": 2,
        "#hash": 3,
        ":colon": 4,
        이름: 5,
        "": 6,
        size: 7,
        name: 8,
      };
      await client.emitWithAck("set data", values);
      for (const [key, value] of Object.entries(values)) {
        expect(await client.emitWithAck("get", key)).toBe(value);
      }
    });

    it("loses no write of two events at once", async () => {
      const client = await joined();
      const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
      await Promise.all(keys.map((key) => client.emitWithAck("set data", { [key]: key })));
      for (const key of keys) expect(await client.emitWithAck("get", key)).toBe(key);
    });

    it("loses no write beside joins at the same time", async () => {
      const client = await joined();
      const numbers = Array.from({ length: 6 }, (_, index) => index);
      await Promise.all(
        numbers.flatMap((number) => [
          client.emitWithAck("set data", { [`key ${number}`]: number }),
          run(client, socket.join(`room ${number}`)),
        ]),
      );
      const [data, rooms] = await run(client, socket.data, socket.rooms);
      expect(data).toEqual({
        visits: 1,
        ...Object.fromEntries(numbers.map((number) => [`key ${number}`, number])),
      });
      expect([...rooms].sort()).toEqual([client.id, ...numbers.map((number) => `room ${number}`)].sort());
    });

    it("is each socket's own, also on one connection", async () => {
      const first = await joined();
      const second = first.io.socket(fresh("/session"));
      second.connect();
      await new Promise<void>((resolve) => second.once("connect", resolve));
      await first.emitWithAck("set data", { whose: "first" });
      await second.emitWithAck("set data", { whose: "second" });
      expect(await first.emitWithAck("get", "whose")).toBe("first");
      expect(await second.emitWithAck("get", "whose")).toBe("second");
    });
  });

  describe("what the connection handler joins and sets", () => {
    it("is there for an event that comes right behind the answer to CONNECT", async () => {
      const namespace = fresh("/leaving");
      const seen = [1, 2, 3, 4, 5, 6].map(async () => {
        const frames = await clients.frames("?EIO=4&transport=websocket");
        await frames.next();
        frames.send(`40${namespace},`);
        const answer = await frames.next();
        const calls = ["rooms", "data"].map((member) => ({ target: "socket", steps: [{ member }] }));
        frames.send(`42${namespace},0["run",${JSON.stringify(calls)}]`);
        const { sid } = JSON.parse(answer.slice(answer.indexOf("{")));
        let ack = await frames.next();
        while (!ack.startsWith("43")) ack = await frames.next();
        const [{ results }] = JSON.parse(ack.slice(ack.indexOf("[")));
        expect(results).toEqual([[sid, "a room"], { name: "set at connection" }]);
      });
      await Promise.all(seen);
    });
  });

  describe("a property that the app puts on the socket", () => {
    it("stays, with its types", async () => {
      const client = await joined();
      expect(await client.emitWithAck("who")).toBe("undefined");
      await client.emitWithAck("be user", "Ada");
      for (const _ of [1, 2, 3, 4, 5]) {
        expect(await client.emitWithAck("who")).toBe(inspected({ name: "Ada", since: new Date(0) }));
      }
    });

    it("is not set back by the connection handler that set it first", async () => {
      const client = await joined();
      for (const count of [1, 2, 3, 4, 5]) expect(await client.emitWithAck("count up")).toBe(count);
    });
  });

  describe("socket.handshake", () => {
    it("has headers, query, auth, address, url and time of the real handshake, in every event", async () => {
      const before = Date.now();
      const client = await clients.join(fresh("/session"), {
        extraHeaders: { "X-Test": "a header", Cookie: "a=1; b=2" },
        query: { color: "grün", list: "1,2" },
        auth: { token: "secret", nested: { list: [1] } },
      });
      const begins = contract.target.clientOptions ? "polling" : "websocket";
      const first = await client.emitWithAck("handshake");
      expect(first).toMatchObject({
        headers: { "x-test": "a header", cookie: "a=1; b=2", host: expect.any(String) },
        query: { color: "grün", list: "1,2", EIO: "4", transport: begins },
        auth: { token: "secret", nested: { list: [1] } },
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
        url: expect.stringContaining("EIO=4"),
        xdomain: false,
        secure: false,
        requestCookie: "a=1; b=2",
        transport: client.io.engine.transport.name,
      });
      expect(Object.keys(first.auth).sort()).toEqual(["nested", "token"]);
      expect(first.issued).toBeGreaterThanOrEqual(before);
      expect(first.issued).toBeLessThanOrEqual(Date.now());
      expect(Math.abs(Date.parse(first.time) - first.issued)).toBeLessThan(1000);
      expect(first.remoteAddress).toBe(first.address);
      expect(first.requestUrl).toBe(first.url);
      for (const _ of [1, 2, 3, 4]) expect(await client.emitWithAck("handshake")).toEqual(first);
    });

    it("tells a client with an origin from one without", async () => {
      const client = await clients.join(fresh("/session"), {
        extraHeaders: { Origin: "https://example.com" },
      });
      expect(await client.emitWithAck("handshake")).toMatchObject({ xdomain: true });
    });

    it("has an empty auth where the client gives none", async () => {
      expect((await (await joined()).emitWithAck("handshake")).auth).toEqual({});
    });
  });

  describe("what a middleware puts on request, handshake, client and connection", () => {
    const marked = {
      user: { name: "Kim", since: new Date(0).toJSON() },
      seen: "by the middleware",
      session: { cart: [3] },
      handshakeUser: "Kim",
      lang: "de",
      auth: { name: "Kim", role: "guest" },
      device: "phone",
      tenant: "acme",
      sameHeaders: true,
    };

    it("is there in every later event", async () => {
      const client = await clients.join(fresh("/requests"), { auth: { name: "Kim" } });
      for (const _ of [1, 2, 3]) expect(await client.emitWithAck("look")).toEqual(marked);
    });

    it("may be changed and taken away by later events", async () => {
      const client = await clients.join(fresh("/requests"), { auth: { name: "Kim" } });
      await client.emitWithAck("promote", { name: "Kim", isBoss: true }, "boss");
      const promoted = {
        ...marked,
        user: { name: "Kim", isBoss: true },
        auth: { name: "Kim", role: "boss" },
      };
      for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual(promoted);
      await client.emitWithAck("sign out");
      const out = { ...promoted, user: null, session: null };
      for (const _ of [1, 2]) expect(await client.emitWithAck("look")).toEqual(out);
    });

    it("belongs to all sockets of the connection, but for the handshake's, which is each socket's own", async () => {
      const first = await clients.join(fresh("/requests"), { auth: { name: "Kim" } });
      const second = first.io.socket(fresh("/requests"));
      second.connect();
      await new Promise<void>((resolve) => second.once("connect", resolve));
      const { user, device, tenant, seen } = marked;
      const shared = { user, device, tenant, seen, session: null, handshakeUser: null };
      for (const _ of [1, 2]) expect(await second.emitWithAck("look")).toMatchObject(shared);
      await second.emitWithAck("promote", { name: "Lee" }, "any");
      for (const _ of [1, 2]) {
        const now = { ...marked, user: { name: "Lee" } };
        expect(await first.emitWithAck("look")).toMatchObject({ ...now, auth: marked.auth });
      }
    });
  });

  describe("a socket", () => {
    it("has the client's id, is connected and not recovered, in every event", async () => {
      const client = await joined();
      for (const _ of [1, 2, 3]) {
        expect(await run(client, socket.id, socket.connected, socket.disconnected, socket.recovered)).toEqual(
          [client.id, true, false, false],
        );
      }
    });
  });
}
