/** Values that cannot be saved: the error names them, and nothing else of the event suffers. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LimitError, UnsavedValuesError, ValueTooLargeError } from "../../runtime/errors.js";
import { aroundCalls } from "../support/around-calls.js";
import { Heard } from "../support/heard.js";
import { kit } from "../support/kit.js";

// biome-ignore lint/suspicious/noExplicitAny: what apps put on a socket has no type there
type Loose = any;

let errors: unknown[];
beforeEach(() => {
  errors = [];
  vi.spyOn(console, "error").mockImplementation((_, error) => void errors.push(error));
  vi.spyOn(console, "warn").mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

const app = (io: Loose) => {
  io.on("connection", (socket: Loose) => {
    socket.on("set", (values: Record<string, number | string>, ack: Loose) => {
      // A number means a text of that length.
      for (const [key, value] of Object.entries(values)) {
        const stored = typeof value === "number" ? "x".repeat(value) : value;
        if (key.startsWith("own.")) socket[key.slice(4)] = stored;
        else if (key.startsWith("request.")) socket.request[key.slice(8)] = stored;
        else socket.data[key] = stored;
      }
      io.emit("one");
      io.emit("two");
      ack("set");
    });
    socket.on("lengths", (ack: Loose) =>
      ack(Object.fromEntries(Object.entries(socket.data).map(([key, value]) => [key, String(value).length]))),
    );
    socket.on("many", (count: number, ack: Loose) => {
      for (let n = 0; n < count; n++) socket.data[`a key with a number ${n}`] = n;
      ack();
    });
    socket.on("drop many", (ack: Loose) => {
      for (const key of Object.keys(socket.data)) delete socket.data[key];
      ack();
    });
    socket.on("join", async (rooms: string[], ack: Loose) => {
      await socket.join(rooms).then(
        () => ack("joined"),
        (error: Error) => ack(error.name),
      );
    });
  });
};

describe("more in socket.data than is stored of one socket", () => {
  it("is named with its key and its event, takes no emit with it, and all else is saved", async () => {
    const { clients } = await kit(app);
    const client = await clients.join();
    const heard = new Heard(client);
    expect(await client.emitWithAck("set", { a: 250_000, b: 250_000, c: 5 })).toBe("set");
    await heard.first(([event]) => event === "two");
    expect(heard.events.map(([event]) => event)).toEqual(["one", "two"]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(ValueTooLargeError);
    expect(errors[0]).toMatchObject({ key: "socket.data.b", event: 'the event "set" of /' });
    expect(await client.emitWithAck("lengths")).toEqual({ a: 250_000, c: 5 });
  });

  it("leaves what was saved last", async () => {
    const { clients } = await kit(app);
    const client = await clients.join();
    await client.emitWithAck("set", { a: 10 });
    await client.emitWithAck("set", { a: 500_000 });
    expect(await client.emitWithAck("lengths")).toEqual({ a: 10 });
    await client.emitWithAck("set", { a: 20 });
    expect(await client.emitWithAck("lengths")).toEqual({ a: 20 });
  });

  it.each(["own.large", "request.large"])("is named where it is a property (%s)", async (key) => {
    const { clients } = await kit(app);
    const client = await clients.join();
    expect(await client.emitWithAck("set", { [key]: 500_000, b: 1 })).toBe("set");
    expect(errors.map((error) => (error as ValueTooLargeError).key)).toEqual([
      `socket.${key.replace("own.", "")}`,
    ]);
    expect(await client.emitWithAck("lengths")).toEqual({ b: 1 });
  });

  it("counts over all sockets of a connection", async () => {
    const { clients } = await kit((io) => {
      app(io);
      app({ on: (...args: [Loose, Loose]) => io.of("/b").on(...args), emit: () => {} });
    });
    const first = await clients.join();
    const second = first.io.socket("/b");
    second.connect();
    await new Promise<void>((resolve) => second.once("connect", resolve));
    await first.emitWithAck("set", { a: 200_000 });
    await second.emitWithAck("set", { a: 200_000 });
    expect(errors).toEqual([
      expect.objectContaining({ key: "socket.data.a", event: 'the event "set" of /b' }),
    ]);
    expect(await first.emitWithAck("lengths")).toEqual({ a: 200_000 });
    expect(await second.emitWithAck("lengths")).toEqual({});
  });

  it("counts what joins have taken", async () => {
    const { clients } = await kit(app, {});
    const client = await clients.join();
    await client.emitWithAck("set", { a: 250_000 });
    const answers = [];
    for (const n of [0, 1, 2, 3]) {
      const rooms = Array.from({ length: 30 }, (_, m) => `${n} ${m} ${"r".repeat(1000)}`);
      answers.push(await client.emitWithAck("join", rooms));
    }
    expect(answers).toEqual(["joined", "joined", "joined", "LimitError"]);
    expect(errors).toEqual([expect.any(LimitError)]);
    expect(await client.emitWithAck("lengths")).toEqual({ a: 250_000 });
  });
});

describe("many keys in one event", () => {
  it("are saved, though one expression would be longer than DynamoDB's 4 KB", async () => {
    const { clients, server } = await kit(app);
    let longest = 0;
    aroundCalls(server.tables.client, (call, _name, { UpdateExpression = "" }) => {
      longest = Math.max(longest, Buffer.byteLength(UpdateExpression));
      return call();
    });
    const client = await clients.join();
    await client.emitWithAck("many", 1_000);
    expect(Object.keys(await client.emitWithAck("lengths"))).toHaveLength(1_000);
    await client.emitWithAck("drop many");
    expect(await client.emitWithAck("lengths")).toEqual({});
    expect(errors).toEqual([]);
    expect(longest).toBeGreaterThan(1_000);
    expect(longest).toBeLessThan(4_096);
  });
});

describe("a save that DynamoDB refuses", () => {
  it("is named with its keys and its event, and tried once more at the event's end", async () => {
    const { clients, server } = await kit(app);
    const client = await clients.join();
    let refusals = 1;
    aroundCalls(server.tables.client, async (call, _name, input) => {
      if (JSON.stringify(input).includes("secret") && refusals-- > 0) throw new Error("no");
      return call();
    });
    const heard = new Heard(client);
    expect(await client.emitWithAck("set", { a: "secret", b: "x" })).toBe("set");
    await heard.first(([event]) => event === "two");
    expect(errors).toEqual([expect.any(UnsavedValuesError)]);
    expect(errors[0]).toMatchObject({
      keys: ["socket.data.a", "socket.data.b"],
      event: 'the event "set" of /',
    });
    await server.settled();
    expect(await client.emitWithAck("lengths")).toEqual({ a: 6, b: 1 });
  });

  it("leaves the last good state where it is refused for good", async () => {
    const { clients, server } = await kit(app);
    const client = await clients.join();
    await client.emitWithAck("set", { a: "good" });
    aroundCalls(server.tables.client, async (call, _name, input) => {
      if (JSON.stringify(input).includes("secret")) throw new Error("no");
      return call();
    });
    expect(await client.emitWithAck("set", { a: "secret" })).toBe("set");
    await server.settled();
    expect(errors).toHaveLength(1);
    expect(await client.emitWithAck("lengths")).toEqual({ a: 4 });
    await client.emitWithAck("set", { a: "fine again" });
    expect(await client.emitWithAck("lengths")).toEqual({ a: 10 });
  });
});

describe("a value that is nested without end", () => {
  it("is named in a warning and harms nothing", async () => {
    const { clients } = await kit((io: Loose) => {
      io.on("connection", (socket: Loose) => {
        socket.on("nest", (depth: number, ack: Loose) => {
          let nested: unknown = [];
          for (let n = 0; n < depth; n++) nested = [nested];
          socket.data.nested = nested;
          socket.data.other = 1;
          ack(); // before the value goes out
        });
        socket.on("keys", (ack: Loose) => ack(Object.keys(socket.data)));
      });
    });
    const client = await clients.join();
    await client.emitWithAck("nest", 100_000);
    expect(await client.emitWithAck("keys")).toEqual(["other"]);
    expect(vi.mocked(console.warn).mock.calls.join()).toContain('"socket.data.nested" cannot be stored');
    await client.emitWithAck("nest", 500);
    expect(await client.emitWithAck("keys")).toEqual(expect.arrayContaining(["nested", "other"]));
  });
});

describe("a class instance as socket.data", () => {
  it("is named in a warning, and its fields are there in later events", async () => {
    class User {
      readonly name = "Kim";
    }
    const { clients } = await kit((io: Loose) => {
      io.use((socket: Loose, next: Loose) => {
        socket.data = new User();
        next();
      });
      io.on("connection", (socket: Loose) => {
        socket.on("get", (ack: Loose) => ack(socket.data));
      });
    });
    const client = await clients.join();
    for (const _ of [1, 2]) expect(await client.emitWithAck("get")).toEqual({ name: "Kim" });
    expect(vi.mocked(console.warn).mock.calls.join()).toContain('"socket.data" cannot be stored');
  });
});
