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

/** All arguments of the ack. */
function ask(client: { emit(event: string, ack: (...args: unknown[]) => void): unknown }, event: string) {
  return new Promise<unknown[]>((resolve) => client.emit(event, (...args) => resolve(args)));
}
