/**
 * Which registrations count as late, and which do not. Each text is printed once in a
 * process, so each test has its own names.
 */
import { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { io as exampleApp } from "../../examples/chat/app.js";
import { serveLocal } from "../../local/testing.js";
import { io as contractApp } from "../contract/apps/contract-app.js";
import { io as recoveryApp } from "../contract/apps/recovery-app.js";
import { Clients, received } from "../support/clients.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";

const log = logLines();
const warnings = () => log.lines().filter((line) => line.startsWith("[socket.io-lambda]"));

describe("a namespace", () => {
  it("made in an event is named with its place, for the next event runs elsewhere", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", (socket) => {
        socket.on("open", (name, ack) => {
          io.of(name).on("connection", () => {});
          io.of(`${name}-by-listener`, () => {});
          ack();
        });
      });
    });
    const client = await clients.join();
    await client.emitWithAck("open", "/table-1");
    await client.emitWithAck("open", "/table-2");
    const place = expect.stringMatching(/ at .*late-registrations\.test\.ts:\d+:\d+\. /);
    expect(warnings()).toEqual([place, place]);
    expect(warnings()[0]).toContain('A "connection" handler of /table-1 was registered after');
    expect(warnings()[1]).toContain(
      'io.of("/table-1-by-listener") was called after the first event had begun',
    );
  });

  it("that a parent makes is not late, whoever asks for it first", async () => {
    const { clients } = await kit((io) => {
      io.of(/^\/game-\d+$/)
        .use((_socket, next) => next())
        .on("connection", (socket) => socket.on("hi", (ack) => ack(socket.nsp.name)));
      io.of((name, _auth, next) => next(null, name.startsWith("/asked"))).on("connection", () => {});
      io.on("connection", (socket) => {
        socket.on("tell", (ack) => {
          io.of("/game-2").emit("told");
          ack();
        });
      });
    });
    const player = await clients.join("/game-1");
    expect(await player.emitWithAck("hi")).toBe("/game-1");
    await clients.join("/asked-1");
    await (await clients.join()).emitWithAck("tell");
    expect(await (await clients.join("/game-2")).emitWithAck("hi")).toBe("/game-2");
    expect(warnings()).toEqual([]);
  });

  it("may be looked at in an event at any time, whether it stands or not", async () => {
    const { clients } = await kit((io) => {
      io.of("/news").on("connection", () => {});
      io.on("connection", (socket) => {
        socket.on("tell", (ack) => {
          io.of("/news").emit("told");
          io.of("/nobody-registered-it").emit("told");
          ack();
        });
      });
    });
    const listener = await clients.join("/news");
    const told = received(listener, "told");
    await (await clients.join()).emitWithAck("tell");
    await told;
    expect(warnings()).toEqual([]);
  });

  it("without a handler is named when a client is in it, once, and not where an empty one says that it is meant", async () => {
    const { clients } = await kit((io) => {
      io.on("connection", () => {});
      io.of("/only-listened-to");
      io.of("/meant").on("connection", () => {});
    });
    await clients.join("/only-listened-to");
    await clients.join("/only-listened-to");
    await clients.join("/meant");
    expect(warnings()).toEqual([
      expect.stringContaining(
        'A client is in /only-listened-to, and there no "connection" handler is registered',
      ),
    ]);
  });

  it("that this environment lacks, and another one has, is named", async () => {
    const { clients, server } = await kit((io) => {
      io.on("connection", () => {});
      io.of("/elsewhere").on("connection", (socket) => {
        socket.on("forget", (ack) => {
          ack();
          (io as unknown as { _nsps: Map<string, unknown> })._nsps.delete("/elsewhere");
        });
      });
    });
    const client = await clients.join("/elsewhere");
    await client.emitWithAck("forget");
    await server.settled();
    const gone = received(client, "disconnect");
    client.emit("hi");
    await gone;
    expect(warnings()).toEqual([
      expect.stringContaining("A client is in /elsewhere, which is not registered in this environment"),
    ]);
  });
});

it("a handler that an event registers is named with its place", async () => {
  const { clients } = await kit((io) => {
    io.on("connection", (socket) => {
      socket.on("again", (ack) => {
        io.once("connection", () => {});
        ack();
      });
    });
  });
  await (await clients.join()).emitWithAck("again");
  expect(warnings()).toEqual([
    expect.stringMatching(
      /A "connection" handler of \/ was registered after .*late-registrations\.test\.ts:\d+:\d+/,
    ),
  ]);
});

it("a start that the module awaits is in time", async () => {
  const io = new Server();
  await new Promise((resolve) => setTimeout(resolve, 5));
  io.use((_socket, next) => next());
  io.on("connection", (socket) => socket.on("hi", (ack) => ack("there")));
  const server = await serveLocal(io);
  const clients = new Clients(() => server);
  expect(await (await clients.join()).emitWithAck("hi")).toBe("there");
  clients.close();
  await server.close();
  expect(warnings()).toEqual([]);
});

it.each([
  ["the example", exampleApp as unknown as Server, ["/"]],
  ["the contract's app", contractApp, ["/", "/custom", "/open-1", "/family-1", "/leaving-1", "/overlap-1"]],
  ["the recovery contract's app", recoveryApp, ["/"]],
])("%s registers all in time", async (_, io, namespaces) => {
  const server = await serveLocal(io);
  const clients = new Clients(() => server);
  for (const namespace of namespaces) await clients.join(namespace);
  await (await clients.frames()).nextJson();
  clients.close();
  await server.settled();
  await server.close();
  expect(warnings()).toEqual([]);
});
