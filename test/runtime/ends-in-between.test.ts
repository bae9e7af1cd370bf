/**
 * Sockets that come in, or leave, while another event of their connection ends it; and
 * clients that come back at once.
 */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { kit } from "../support/kit.js";

const ENGINE_IO = "?EIO=4&transport=websocket";

describe.each(["disconnect(true)", "conn.close()"])(
  "a connection that a slow handler ends with %s",
  (how) => {
    async function world() {
      const ends: string[] = [];
      let closing = () => {};
      const begun = new Promise<void>((resolve) => {
        closing = resolve;
      });
      const { clients, server } = await kit((io) => {
        io.on("connection", (socket) => {
          socket.on("bye", async () => {
            closing();
            await delay(300);
            if (how === "conn.close()") socket.conn.close();
            else socket.disconnect(true);
          });
        });
        io.of("/b").on("connection", (socket) => {
          socket.join("r");
          socket.on("disconnect", (reason) => ends.push(reason));
        });
      });
      const frames = await clients.frames(ENGINE_IO);
      await frames.next();
      frames.send("40");
      await frames.next();
      return { frames, server, ends, begun };
    }

    it("tells a socket that has come in meanwhile, once", async () => {
      const { frames, server, ends, begun } = await world();
      frames.send('42["bye"]');
      await begun;
      frames.send("40/b,");
      await frames.closed;
      await server.settled();
      await vi.waitFor(() => expect(ends).toHaveLength(1));
    });

    it("tells a socket that has left meanwhile no second time", async () => {
      const { frames, server, ends, begun } = await world();
      frames.send("40/b,");
      await frames.next();
      frames.send('42["bye"]');
      await begun;
      frames.send("41/b,");
      await frames.closed;
      await server.settled();
      expect(ends).toEqual(["client namespace disconnect"]);
    });
  },
);

it("a client that left by itself and comes back at once is not waited for, and its other namespaces live", async () => {
  const ends: string[] = [];
  const { clients } = await kit(
    (io) => {
      io.on("connection", () => {});
      io.of("/b").on("connection", (socket) => {
        socket.on("disconnect", (reason) => ends.push(reason));
        socket.on("hi", (ack) => ack("there"));
      });
    },
    { io: { connectionStateRecovery: {} } },
  );
  const root = await clients.join("/", { forceNew: false, multiplex: true });
  const other = root.io.socket("/b");
  await new Promise<void>((resolve) => other.connect().once("connect", () => resolve()));
  root.disconnect();
  root.connect();
  await new Promise<void>((resolve) => root.once("connect", () => resolve()));
  expect(root.recovered).toBe(false);
  expect(await other.timeout(5_000).emitWithAck("hi")).toBe("there");
  expect(ends).toEqual([]);
});

it("operators that the app makes while it loads reach clients, as everywhere", async () => {
  const { clients } = await kit((io) => {
    const room = io.to("r");
    const all = io.except("nobody");
    const asks = io.timeout(2_000);
    io.on("connection", (socket) => {
      socket.join("r");
      socket.on("go", async (ack) => {
        room.emit("room");
        all.emit("all");
        ack((await room.fetchSockets()).length, await asks.emitWithAck("sum"));
      });
    });
  });
  const client = await clients.join();
  client.on("sum", (ack) => ack(7));
  const heard = Promise.all(
    ["room", "all"].map((event) => new Promise((resolve) => client.once(event, resolve))),
  );
  const answer = new Promise((resolve) => client.emit("go", (...all: unknown[]) => resolve(all)));
  expect(await answer).toEqual([1, [7]]);
  await heard;
});

it("a replay's timer ends nobody, moves nobody between rooms and writes nothing once its event is over", async () => {
  const ends: string[] = [];
  const { clients, server } = await kit((io) => {
    io.on("connection", (socket) => {
      setTimeout(() => {
        if (socket.data.old) socket.disconnect();
        if (socket.data.old) socket.leave("tea");
      }, 200);
      socket.on("join", async (ack) => ack(await socket.join("tea")));
      socket.on("mark", (ack) => {
        socket.data.old = true;
        ack();
      });
      socket.on("rooms", (ack) => ack(socket.rooms.has("tea")));
      socket.on("disconnect", (reason) => ends.push(reason));
    });
  });
  const client = await clients.join();
  await delay(300);
  await client.emitWithAck("join");
  await client.emitWithAck("mark");
  await client.emitWithAck("rooms");
  await delay(300);
  await server.settled();
  expect(await client.timeout(3_000).emitWithAck("rooms")).toBe(true);
  expect(ends).toEqual([]);
});

it("a listener registered in a driver's callback is heard, though others are registered at once", async () => {
  const { clients } = await kit((io) => {
    const waiting: (() => void)[] = [];
    setInterval(() => {
      for (const done of waiting.splice(0)) done();
    }, 5).unref();
    io.on("connection", (socket) => {
      socket.on("disconnect", () => {});
      waiting.push(() => {
        socket.emit("ready");
        socket.on("who", (ack) => ack("Kim"));
      });
    });
  });
  const client = clients.make().connect();
  await new Promise((resolve) => client.once("ready", resolve));
  for (let i = 0; i < 2; i++) expect(await client.timeout(5_000).emitWithAck("who")).toBe("Kim");
});

it("what a listener starts and does not wait for belongs to its event", async () => {
  const { clients, server } = await kit((io) => {
    io.on("connection", (socket) => {
      socket.on("say", (text) => {
        delay(50).then(() => io.emit("said", text));
      });
    });
  });
  const client = await clients.join();
  const heard: string[] = [];
  client.on("said", (text) => heard.push(text));
  client.emit("say", "a");
  await server.settled();
  await vi.waitFor(() => expect(heard).toEqual(["a"]));
});
