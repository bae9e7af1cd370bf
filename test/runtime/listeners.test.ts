import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { kit } from "../support/kit.js";

/** Each listener notes its name, each event answers. */
function app(io: Server): void {
  io.on("connection", (socket) => {
    const note = (name: string) => {
      socket.data.calls = [...(socket.data.calls ?? []), name];
    };
    const removable = () => note("removable");
    socket.once("once", (ack) => {
      note("once");
      ack("heard");
    });
    socket.on("again", (ack) => ack(socket.listenerCount("once")));
    socket.on("e", removable);
    socket.on("e", (ack) => {
      note("always");
      ack();
    });
    socket.onAny((event) => event === "e" && note("any"));
    socket.on("off", (ack) => {
      socket.off("e", removable);
      socket.offAny();
      ack();
    });
    socket.on("all off", (ack) => {
      socket.removeAllListeners("e");
      ack();
    });
    socket.on("calls", (ack) =>
      ack(socket.data.calls, socket.listenerCount("e"), socket.listenersAny().length),
    );
  });
}

describe("listeners across events", () => {
  it("a once that fired stays spent", async () => {
    const { clients } = await kit(app);
    const client = await clients.join();
    expect(await ask(client, "once")).toEqual(["heard"]);
    expect(await ask(client, "again")).toEqual([0]);
  });

  it("of several events at once, a once hears one", async () => {
    const { clients, server } = await kit(app);
    const client = await clients.join();
    for (let i = 0; i < 8; i++) client.emit("once", () => {});
    await ask(client, "again");
    await server.settled();
    expect((await ask(client, "calls"))[0]).toEqual(["once"]);
  });

  it("a removed listener stays removed", async () => {
    const { clients } = await kit(app);
    const client = await clients.join();
    await ask(client, "e");
    expect(await ask(client, "calls")).toEqual([["any", "removable", "always"], 2, 1]);
    await ask(client, "off");
    await ask(client, "e");
    expect(await ask(client, "calls")).toEqual([["any", "removable", "always", "always"], 1, 0]);
    await ask(client, "all off");
    expect((await ask(client, "calls"))[1]).toBe(0);
  });
});

describe("a function that is registered three times", () => {
  it("is removed one time after the other, and stays so", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        const count = () => {
          socket.data.heard = (socket.data.heard ?? 0) + 1;
        };
        socket.on("hi", count);
        socket.on("hi", count);
        socket.once("hi", count);
        socket.on("off", (ack) => {
          socket.off("hi", count);
          ack(socket.listenerCount("hi"));
        });
        socket.on("heard", (ack) => ack(socket.data.heard, socket.listenerCount("hi")));
      });
    });
    const client = await clients.join();
    client.emit("hi");
    await expect.poll(() => ask(client, "heard")).toEqual([3, 2]);
    expect(await ask(client, "off")).toEqual([1]);
    client.emit("hi");
    await expect.poll(() => ask(client, "heard")).toEqual([4, 1]);
  });
});

describe("listeners within an event", () => {
  it("are those that stood there when it came: what one of them adds or removes counts for the next", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        const heard: string[] = [];
        const second = () => heard.push("second");
        socket.on("e", () => {
          heard.push("first");
          socket.off("e", second).on("e", () => heard.push("added"));
        });
        socket.on("e", second);
        socket.on("e", (ack) => ack(heard, socket.listenerCount("e")));
      });
    });
    const client = await clients.join();
    expect(await ask(client, "e")).toEqual([["first", "second"], 3]);
    expect(await ask(client, "e")).toEqual([["first"], 3]);
  });

  it("are called on the socket, and are the app's own functions in each of Node's lists", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        function listener(this: unknown, ack: (...answer: unknown[]) => void) {
          const isRaw = socket.rawListeners("e")[0] === listener;
          ack(this === socket, isRaw, socket.listeners("e")[0] === listener, socket.eventNames());
        }
        socket.on("e", listener);
        (socket as EventEmitter).once(Symbol("of the app's own"), () => {});
      });
    });
    const [isSocket, isRaw, isListed, names] = await ask(await clients.join(), "e");
    expect([isSocket, isRaw, isListed]).toEqual([true, true, true]);
    expect(names).toContain("e");
  });

  it("that an app's own onevent calls by Node's emit are waited for", async () => {
    const { clients, server } = await kit((io) => {
      io.on("connection", (socket) => {
        const own = socket as unknown as { onevent(packet: { data: unknown[] }): void };
        const { onevent } = own;
        own.onevent = (packet) => {
          EventEmitter.prototype.emit.call(socket, "*", packet.data[0]);
          onevent.call(socket, packet);
        };
        socket.on("*", async (event) => {
          if (event !== "say") return;
          await delay(50);
          socket.data.heard = event;
        });
        socket.on("say", () => {});
        socket.on("heard", (ack) => ack(socket.data.heard));
      });
    });
    const client = await clients.join();
    client.emit("say");
    await ask(client, "heard");
    await server.settled();
    expect(await ask(client, "heard")).toEqual(["say"]);
  });
});

/** All arguments of the ack. */
function ask(client: { emit(event: string, ack: (...args: unknown[]) => void): unknown }, event: string) {
  return new Promise<unknown[]>((resolve) => client.emit(event, (...args) => resolve(args)));
}
