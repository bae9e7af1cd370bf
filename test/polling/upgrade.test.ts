/** The upgrade to WebSocket, asked of Socket.IO's own server and of ours. */
import { setTimeout as delay } from "node:timers/promises";
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import type { Frames } from "../support/clients.js";
import { each, ours, pair, type Session, type Side, same } from "./side.js";

function app(io: Server): void {
  io.on("connection", (socket) => {
    socket.on("echo", (...args) => args.pop()(...args));
    socket.on("transport", (ack) => ack(socket.conn.transport.name));
  });
}

/** A session whose WebSocket has been tried, and whose GET, if there is one, has ended. */
async function probed(side: Side): Promise<{ session: Session; socket: Frames }> {
  const session = await side.open();
  const socket = await session.webSocket();
  socket.send("2probe");
  expect(await socket.next()).toBe("3probe");
  return { session, socket };
}

async function upgraded(side: Side): Promise<{ session: Session; socket: Frames }> {
  const { session, socket } = await probed(side);
  socket.send("5");
  return { session, socket };
}

async function expectAlive(socket: Frames): Promise<string> {
  socket.send("40");
  expect(await socket.next()).toMatch(/^40\{/);
  socket.send('420["echo","alive"]');
  return socket.next();
}

// On a busy machine a WebSocket may come later than the grace of a session whose GET waits.
describe("an upgrade", { retry: 3, timeout: 20_000 }, () => {
  const { same, each } = pair({ app });

  it("asks by 2probe, is answered 3probe, and is there with 5", async () => {
    const result = await same(async (side) => {
      const { socket } = await upgraded(side);
      const alive = await expectAlive(socket);
      socket.send('421["transport"]');
      return [alive, await socket.next(), socket.unread];
    });
    expect(result).toEqual(['430["alive"]', '431["websocket"]', []]);
  });

  it("releases a GET that waits with 6 once it is asked", async () => {
    const result = await same(async (side) => {
      const session = await side.open();
      const held = session.get();
      const socket = await session.webSocket();
      socket.send("2probe");
      const answers = [await socket.next(), (await held).body];
      socket.send("5");
      return [...answers, await expectAlive(socket)];
    });
    expect(result).toEqual(["3probe", "6", '430["alive"]']);
  });

  it("may take its time once its WebSocket is there", async () => {
    const result = await same(async (side) => {
      const session = await side.open();
      const held = session.get();
      const socket = await session.webSocket();
      await delay(1_500);
      socket.send("2probe");
      const answers = [await socket.next(), (await held).body];
      socket.send("5");
      return [...answers, await expectAlive(socket)];
    });
    expect(result).toEqual(["3probe", "6", '430["alive"]']);
  });

  it("brings what was posted before it to the WebSocket", async () => {
    const result = await same(async (side) => {
      const session = await side.open();
      const socket = await session.webSocket();
      socket.send("2probe");
      await socket.next();
      await session.post("40");
      // Upstream has answered by long-polling already, ours does when the transport is known.
      const isUpstream = side.name === "upstream";
      const early = isUpstream ? (await session.get()).body : undefined;
      socket.send("5");
      const connected = early ?? (await socket.next());
      socket.send('420["echo","alive"]');
      return [connected.slice(0, 9), await socket.next()];
    });
    expect(result).toEqual(['40{"sid":', '430["alive"]']);
  });

  it("ends the session's GETs and POSTs with code 3, and the WebSocket goes on", async () => {
    const result = await same(async (side) => {
      const { session, socket } = await upgraded(side);
      const alive = await expectAlive(socket);
      const [get, post] = [await session.get(), await session.post("40")];
      socket.send('420["echo","still"]');
      return {
        alive,
        codes: [get, post].map(({ body }) => JSON.parse(body).code),
        last: await socket.next(),
      };
    });
    expect(result).toMatchObject({ codes: [3, 3], last: '430["still"]' });
  });

  it("of an unknown session is refused with 400", async () => {
    expect(await same((side) => side.handshake("?EIO=4&transport=websocket&sid=unknown"))).toBe(400);
  });

  // Upstream lets it in and closes it at once; here the handshake says so.
  it("is one at a time: a second WebSocket is not taken, and the first goes on", async () => {
    const { upstream, ours } = await each(async (side) => {
      const { session, socket } = await probed(side);
      const status = await side.handshake(`?EIO=4&transport=websocket&sid=${session.sid}`);
      socket.send("5");
      return [status, await expectAlive(socket)];
    });
    expect(upstream.result).toEqual([101, '430["alive"]']);
    expect(ours.result).toEqual([400, '430["alive"]']);
  });

  it("happens once: a WebSocket for a session that has upgraded is not taken", async () => {
    const { upstream, ours } = await each(async (side) => {
      const { session, socket } = await upgraded(side);
      const alive = await expectAlive(socket);
      const status = await side.handshake(`?EIO=4&transport=websocket&sid=${session.sid}`);
      socket.send('420["echo","still"]');
      return [alive, status, await socket.next()];
    });
    expect(upstream.result).toEqual(['430["alive"]', 101, '430["still"]']);
    expect(ours.result).toEqual(['430["alive"]', 400, '430["still"]']);
  });

  it("that is given up leaves the session, which goes on by long-polling", async () => {
    const result = await same(async (side) => {
      const { session, socket } = await probed(side);
      socket.socket.close();
      await socket.closed;
      await session.post("40");
      const connected = await session.packets(1);
      await session.post('420["echo","alive"]\x1e421["transport"]');
      const packets = [...connected, ...(await session.packets(2))];
      return packets.map((packet) => packet.replace(/"sid":"[^"]+"/, "SID"));
    });
    expect(result).toEqual(["40{SID}", '430["alive"]', '431["polling"]']);
  });

  // API Gateway promises no order, so what overtakes the 5 counts as one. Upstream closes the WebSocket.
  it("a frame that overtakes the 5 counts as it", async () => {
    const { upstream, ours } = await each(async (side) => {
      const { socket } = await probed(side);
      socket.send("40");
      const first = await Promise.race([socket.next(), socket.closed.then(() => "closed")]);
      if (first === "closed") return first;
      socket.send("5");
      socket.send('420["echo","alive"]');
      return socket.next();
    });
    expect([upstream.result, ours.result]).toEqual(["closed", '430["alive"]']);
  });

  it("a WebSocket of its own needs none, and its 2probe ends it", async () => {
    const result = await same(async (side) => {
      const socket = await side.webSocket("?EIO=4&transport=websocket");
      const { upgrades } = JSON.parse((await socket.next()).slice(1));
      socket.send("2probe");
      await socket.closed;
      return { upgrades, unread: socket.unread };
    });
    expect(result).toEqual({ upgrades: [], unread: [] });
  });
});

describe("allowUpgrades: false", () => {
  // Upstream says that there are none, and takes one all the same.
  it("refuses the WebSocket of a client that upgrades unasked", async () => {
    const { upstream, ours } = await each({ io: { allowUpgrades: false }, app }, async (side) => {
      const session = await side.open();
      return side.handshake(`?EIO=4&transport=websocket&sid=${session.sid}`);
    });
    expect([upstream.result, ours.result]).toEqual([101, 400]);
  });

  it("leaves clients that begin with WebSocket", async () => {
    const status = await same({ io: { allowUpgrades: false } }, (side) =>
      side.handshake("?EIO=4&transport=websocket"),
    );
    expect(status).toBe(101);
  });
});

describe("allowRequest", () => {
  it("is asked for the handshake, and not for the upgrade", async () => {
    const asked: string[] = [];
    const allowRequest = (
      request: { url?: string | undefined },
      decide: (error: null, isAllowed: boolean) => void,
    ) => {
      asked.push(new URL(request.url ?? "", "http://host").searchParams.get("transport") ?? "");
      decide(null, true);
    };
    await same({ io: { allowRequest }, app }, async (side) => expectAlive((await upgraded(side)).socket));
    expect(asked).toEqual(["polling", "polling"]);
  });

  it("is not got round by two session ids of which the last is empty", async () => {
    const side = await ours({ io: { allowRequest: (_request, decide) => decide(null, false) } });
    expect(await side.handshake("?EIO=4&transport=websocket&sid=x&sid=")).toBe(403);
    expect(await side.ask("?EIO=4&transport=polling&sid=x&sid=")).toMatchObject({ status: 403 });
  });
});
