/** Parts of binary packets that wait for others: for how many, for how long, and at what price. */
import { Server } from "socket.io";
import { describe, expect, it, vi } from "vitest";
import type { MessageEvent } from "../../runtime/events/invocation.js";
import { createHandlers } from "../../runtime/handlers.js";
import { CostRecorder } from "../costs/cost-recorder.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { kit } from "../support/kit.js";
import { orderedServers, queued, queueEvent } from "../support/queued.js";

const makeBackend = testBackends();
const serveOrdered = orderedServers();

/** Emits "got" with what it gets. */
const echoing = (io: Server) => {
  for (const name of ["/", "/other"]) {
    io.of(name).on("connection", (socket) => socket.on("send", (...args) => socket.emit("got", ...args)));
  }
};

const BYTES_30_KB = Buffer.alloc(23_000, 7).toString("base64");

/** An event with so many attachments, as its header. */
function header(attachments: number, text = "", placeholders = attachments): string {
  const args = Array.from({ length: placeholders }, (_, index) => ({
    _placeholder: true,
    num: index % attachments,
  }));
  return `45${attachments}-${JSON.stringify(["send", text, ...args])}`;
}

const attachment = (text: string) => `b${Buffer.from(text).toString("base64")}`;

/** A connected client whose messages the gateway receives in the milliseconds that a test says. */
async function client({ connects = true } = {}) {
  const io = new Server();
  echoing(io);
  const { backend, delivery } = makeBackend();
  const { handler } = createHandlers(io, { backend: () => backend });
  const events = new GatewayEvents();
  await handler(events.connect({ EIO: "4", transport: "websocket" }));
  if (connects) await handler(events.message("40"));
  const start = Date.now();
  const frames = () => delivery.to(events.connectionId).slice(connects ? 1 : 0);
  return {
    backend,
    /** Resolves when the event is over. */
    receive: (frame: string, atMs: number) => handler(atTime(events.message(frame), start + atMs)),
    frames,
    isClosed: () => frames().includes(null),
  };
}

function atTime(event: MessageEvent, requestTimeEpoch: number): MessageEvent {
  return { ...event, requestContext: { ...event.requestContext, requestTimeEpoch } };
}

describe("an attachment", () => {
  it("without a header closes the connection of a client that is in no namespace", async () => {
    const { receive, isClosed } = await client({ connects: false });
    await receive(attachment("a"), 1);
    expect(isClosed()).toBe(true);
  });

  it("waits for its header where it has overtaken it", async () => {
    const { receive, frames } = await client();
    await receive(attachment("a"), 2);
    expect(frames()).toEqual([]);
    await receive(header(1, "one"), 1);
    expect(frames()).toEqual([header(1, "one").replace("send", "got"), attachment("a")]);
  });

  it("waits with nine others, and an eleventh closes the connection", async () => {
    const { receive, isClosed } = await client();
    for (let index = 1; index <= 10; index++) await receive(attachment("a"), index);
    expect(isClosed()).toBe(false);
    await receive(attachment("a"), 11);
    expect(isClosed()).toBe(true);
  });

  it("whose header has not come 10 s later closes the connection with the next part", async () => {
    const { receive, isClosed } = await client();
    await receive(attachment("a"), 0);
    await receive(header(1), 9_000);
    expect(isClosed()).toBe(false);
    await receive(attachment("b"), 10_001);
    expect(isClosed()).toBe(true);
  });

  it("that was received before a header does not belong to it", async () => {
    const { receive, frames } = await client();
    await receive(attachment("of a header that got lost"), 1);
    await receive(header(1, "two"), 2);
    expect(frames()).toEqual([]);
    await receive(attachment("b"), 3);
    expect(frames()).toEqual([header(1, "two").replace("send", "got"), attachment("b")]);
  });

  it("beyond those that are announced waits for a header of its own", async () => {
    const { receive, frames } = await client();
    await receive(header(1, "one"), 1);
    await receive(attachment("a"), 2);
    await receive(attachment("b"), 4);
    await receive(header(1, "two"), 3);
    expect(frames()).toEqual([
      header(1, "one").replace("send", "got"),
      attachment("a"),
      header(1, "two").replace("send", "got"),
      attachment("b"),
    ]);
  });

  it("says in the error listener of its socket what upstream says", async () => {
    const heard: string[] = [];
    const { server, clients } = await kit((io) => {
      io.on("connection", (socket) => socket.on("error", ({ message }) => heard.push(message)));
    });
    const frames = await clients.frames("?EIO=4&transport=websocket");
    await frames.next();
    frames.send("40");
    await frames.next();
    for (let index = 0; index < 11; index++) frames.send(attachment("a"));
    expect((await frames.closed).code).toBe(1000);
    await server.settled();
    expect(heard).toContain("got binary data when not reconstructing a packet");
  });
});

describe("a header", () => {
  it("of a namespace that its client is not in closes the connection", async () => {
    const { receive, isClosed } = await client();
    await receive(header(1).replace("1-", "1-/other,"), 1);
    expect(isClosed()).toBe(true);
  });

  it("that names an attachment twice closes the connection, for an echo would send it as often", async () => {
    const { receive, frames, isClosed } = await client();
    await receive(header(1, "", 50), 1);
    await receive(attachment("a"), 2);
    expect(isClosed()).toBe(true);
    expect(frames()).toEqual([null]);
  });

  it("whose attachments do not come waits with others, to 100 parts in all; one more closes the connection", async () => {
    const { receive, isClosed } = await client();
    for (let index = 1; index <= 100; index++) await receive(header(10), index);
    expect(isClosed()).toBe(false);
    await receive(header(10), 101);
    expect(isClosed()).toBe(true);
  });

  it("is forgotten after 300 s", async () => {
    const { receive, frames, isClosed } = await client();
    for (let index = 1; index <= 100; index++) await receive(header(10), index);
    await receive(header(1, "late"), 300_200);
    await receive(attachment("a"), 300_201);
    expect(isClosed()).toBe(false);
    expect(frames()).toEqual([header(1, "late").replace("send", "got"), attachment("a")]);
  });
});

describe("a packet of several parts", () => {
  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2]], [[1, 2, 0]]])(
    "comes together whichever part comes first (%j)",
    async (order) => {
      const { receive, frames } = await client();
      const parts = [header(2, "both"), attachment("a"), attachment("b")];
      for (const index of order) await receive(parts[index] as string, index);
      expect(frames()).toEqual([header(2, "both").replace("send", "got"), attachment("a"), attachment("b")]);
    },
  );

  it("is handled once where all of its parts come at the same time", async () => {
    const { receive, frames } = await client();
    const parts = [header(3, "all"), attachment("a"), attachment("b"), attachment("c")];
    await Promise.all(parts.map((part, index) => receive(part, index)));
    expect(frames()).toEqual([
      header(3, "all").replace("send", "got"),
      ...["a", "b", "c"].map((text) => attachment(text)),
    ]);
  });

  it("closes the connection where one of them got lost with its environment", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const { receive, backend, isClosed } = await client();
    const keep = vi.spyOn(backend.attachments, "keep").mockRejectedValueOnce(new Error("died"));
    await receive(header(1), 1);
    await receive(attachment("a"), 2);
    expect(isClosed()).toBe(true);
    keep.mockRestore();
    logged.mockRestore();
  });
});

describe("a client that leaves much waiting", () => {
  it("reads none of it with its next message", async () => {
    const { server, clients } = await kit(echoing);
    const frames = await clients.frames("?EIO=4&transport=websocket");
    await frames.next();
    frames.send("40");
    await frames.next();
    const costs = new CostRecorder(server);
    /** Everything before it has come, too. */
    const lastOf = async (...before: string[]) => {
      for (const frame of [...before, '42["send"]']) frames.send(frame);
      await frames.next();
    };
    await lastOf(header(10), ...Array.from({ length: 9 }, () => `b${BYTES_30_KB}`));
    const { readUnits } = await costs.of(() => lastOf(header(2)));
    expect(readUnits).toBe(2); // two events, each of which finds its connection
    costs.close();
  });

  it("pays for 250 stray attachments of 30 KB no more than for the first eleven", async () => {
    const { server, clients } = await kit(echoing);
    const frames = await clients.frames("?EIO=4&transport=websocket");
    await frames.next();
    frames.send("40");
    await frames.next();
    const costs = new CostRecorder(server);
    const cost = await costs.of(async () => {
      for (let index = 0; index < 250; index++) frames.send(`b${BYTES_30_KB}`);
      await frames.closed;
      await server.settled();
    });
    expect(cost.readUnits).toBeLessThan(1_000); // one each to find the connection, and its end
    costs.close();
  });
});

describe("in ordered mode", () => {
  it("parts come together, strays close the connection, and nothing comes again", async () => {
    const { handler, engineIo, framesOf } = serveOrdered(echoing);
    const events = await engineIo();
    const start = Date.now();
    const receive = (frame: string, atMs: number) =>
      handler(queueEvent(queued(atTime(events.message(frame), start + atMs))));
    await receive("40", 0);
    for (const [atMs, frame] of [header(1, "x"), attachment("a")].entries()) {
      expect(await receive(frame, atMs)).toEqual({ batchItemFailures: [] });
    }
    expect(framesOf(events).slice(-2)).toEqual([header(1, "x").replace("send", "got"), attachment("a")]);
    for (let index = 0; index < 11; index++) {
      expect(await receive(attachment("a"), 10 + index)).toEqual({ batchItemFailures: [] });
    }
    expect(framesOf(events).at(-1)).toBe("null");
  });
});
