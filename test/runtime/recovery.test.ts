import { describe, expect, it } from "vitest";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";

for (const cold of [true, false]) {
  describe(`connection state recovery (cold: ${cold})`, () => {
    const served = () =>
      kit(
        (io) => {
          io.use((socket, next) => {
            (socket as unknown as { user: string }).user = "someone";
            next();
          });
          io.on("connection", (socket) => {
            const user = () => (socket as unknown as { user: string }).user;
            if (!socket.recovered) socket.emit("hello");
            socket.on("join", async (room, ack) => {
              await socket.join(room);
              socket.data.since = new Date(0);
              ack();
            });
            socket.on("say", (room, text, ack) => {
              io.to(room).emit("said", text);
              ack();
            });
            socket.on("whoami", (ack) =>
              ack(
                socket.id,
                socket.recovered,
                [...socket.rooms],
                String(socket.data.since?.getTime()),
                user(),
              ),
            );
          });
        },
        { cold, io: { connectionStateRecovery: {} } },
      );

    for (const how of ["the client closes its transport", "the network loses the connection"]) {
      it(`id, rooms, data and missed packets come back after ${how}`, async () => {
        const { clients, server } = await served();
        const [ann, bob] = [
          clients.make("/", { reconnection: true, reconnectionDelay: 50 }),
          await clients.join(),
        ];
        const hello = received(ann, "hello");
        ann.connect();
        await hello;
        const before = ann.id;
        const [connectionId] = server.gateway.connectionIds().slice(-1);
        await ann.emitWithAck("join", "room");
        const lost = received(ann, "disconnect");
        const said = new Promise<string[]>((resolve) => {
          const texts: string[] = [];
          ann.on("said", (text) => texts.push(text) === 3 && resolve(texts));
        });
        await bob.emitWithAck("say", "room", "one");
        if (how.startsWith("the client")) ann.io.engine.close();
        else server.gateway.drop(connectionId ?? "");
        await lost;
        const back = received(ann, "connect");
        await bob.emitWithAck("say", "room", "two");
        await back;
        expect(ann.recovered).toBe(true);
        expect(ann.id).toBe(before);
        await bob.emitWithAck("say", "room", "three");
        expect(await said).toEqual(["one", "two", "three"]);
        const answer = await new Promise((resolve) =>
          ann.emit("whoami", (...all: unknown[]) => resolve(all)),
        );
        expect(answer).toEqual([before, true, expect.arrayContaining([before, "room"]), "0", "someone"]);
      });
    }
  });
}

const TWO_HOURS_MS = 2 * 60 * 60 * 1000;

describe("connection state recovery", () => {
  it("bridges the 2-hour cut of API Gateway", async () => {
    const { clients, server } = await kit(
      (io) => {
        io.on("connection", (socket) => {
          socket.join("room"); // before she learns of it: she is cut off right then
          if (!socket.recovered) socket.emit("hello");
          socket.on("say", (text, ack) => {
            io.to("room").emit("said", text);
            ack();
          });
        });
      },
      { io: { connectionStateRecovery: {} } },
    );
    const ann = clients.make("/", { reconnection: true, reconnectionDelay: 50 });
    const hello = received(ann, "hello");
    ann.connect();
    await hello;
    const before = ann.id;
    const [cut, back] = [received(ann, "disconnect"), received(ann, "connect")];
    server.gateway.advance(TWO_HOURS_MS);
    expect((await cut)[0]).toBe("transport close");
    const bob = await clients.join();
    const said = received(ann, "said");
    await bob.emitWithAck("say", "while ann was away");
    await back;
    expect(ann.recovered).toBe(true);
    expect(ann.id).toBe(before);
    expect((await said)[0]).toBe("while ann was away");
  });

  for (const skipMiddlewares of [true, false]) {
    it(`runs the middlewares at a recovery only without skipMiddlewares (${skipMiddlewares})`, async () => {
      const { clients, server } = await kit(
        (io) => {
          io.use((socket, next) => {
            socket.data.passed = (socket.data.passed ?? 0) + 1;
            next();
          });
          io.on("connection", (socket) => {
            socket.emit("ready");
            socket.on("passed", (ack) => ack(socket.recovered, socket.data.passed));
          });
        },
        { io: { connectionStateRecovery: { skipMiddlewares } } },
      );
      const ann = clients.make("/", { reconnection: true, reconnectionDelay: 50 });
      const ready = received(ann, "ready");
      ann.connect();
      await ready;
      const back = received(ann, "disconnect").then(() => received(ann, "ready"));
      server.gateway.drop(server.gateway.connectionIds()[0] ?? "");
      await back;
      const answer = await new Promise((resolve) => ann.emit("passed", (...all: unknown[]) => resolve(all)));
      expect(answer).toEqual([true, skipMiddlewares ? 1 : 2]);
    });
  }

  it("knows no session that was lost too long ago", async () => {
    const { clients, server } = await kit(
      (io) => {
        io.on("connection", (socket) => socket.emit("ready"));
      },
      { io: { connectionStateRecovery: { maxDisconnectionDuration: 1 } } },
    );
    const ann = clients.make("/", { reconnection: true, reconnectionDelay: 50 });
    const ready = received(ann, "ready");
    ann.connect();
    await ready;
    const before = ann.id;
    const back = received(ann, "disconnect").then(() => received(ann, "ready"));
    server.gateway.drop(server.gateway.connectionIds()[0] ?? "");
    await back;
    expect(ann.recovered).toBe(false);
    expect(ann.id).not.toBe(before);
  });
});
