/** API Gateway's faults, and all others in the test kit, as real clients meet them. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Fault, FaultKind } from "../../local/faults/fault-options.js";
import type { ServeOptions } from "../../local/testing.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import { type Frames, received } from "../support/clients.js";
import { kit } from "../support/kit.js";

let reported: string[] = [];
beforeEach(() => {
  reported = [];
  vi.spyOn(console, "error").mockImplementation(
    (...words) => void reported.push(words.map(String).join(" ")),
  );
});
afterEach(() => vi.restoreAllMocks());

const disconnects: string[] = [];

/** An app that answers, tells others, and remembers who has left. */
async function serve(options: ServeOptions = {}) {
  disconnects.splice(0);
  const struck: Fault[] = [];
  let stopAt = Number.POSITIVE_INFINITY;
  const { server, clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.on("ask", (text, ack) => ack(text));
        socket.on("say", (text) => io.emit("said", text));
        socket.on("disconnect", () => disconnects.push(socket.id));
      });
    },
    {
      ...options,
      onFault(fault) {
        if (struck.push(fault) === stopAt) server.faults.stop();
      },
    },
  );
  /** Lets this fault strike once, the next time that it can. */
  const strikeOnce = (kind: FaultKind) => {
    stopAt = struck.length + 1;
    server.faults.set({ seed: 1, [kind]: 1 });
  };
  const delivery = managementApi({
    endpoint: server.gateway.endpoint,
    identity: { region: "eu-west-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } },
  });
  return { server, clients, struck, delivery, strikeOnce };
}

/** Frames that came before `last`, which is posted without faults. */
async function framesUntil(frames: Frames, last: string): Promise<string[]> {
  const all: string[] = [];
  for (let frame = await frames.next(); frame !== last; frame = await frames.next()) all.push(frame);
  return all;
}

async function open() {
  const served = await serve();
  const frames = await served.clients.frames("?EIO=4&transport=websocket");
  await frames.next(); // the open packet
  await served.server.settled();
  const [connectionId = ""] = served.server.gateway.connectionIds();
  const to = { connectionId, endpoint: served.server.gateway.endpoint, protocol: "engine.io" } as const;
  return { ...served, frames, connectionId, to };
}

describe("a post with faults", () => {
  it.each([
    ["postThrottle", 429],
    ["postFail", 500],
  ] as const)(
    "that %s hits is answered with %i, is not delivered, and is tried again",
    async (kind, status) => {
      const { struck, delivery, frames, connectionId, to, strikeOnce } = await open();
      strikeOnce(kind);
      await expect(delivery.post(to, ["4lost"], { volatile: true })).rejects.toMatchObject({ status });
      expect(struck).toEqual([{ kind, connectionId, frame: "4lost" }]);
      strikeOnce(kind);
      await delivery.post(to, ["4first"]);
      expect(struck).toHaveLength(2);
      await delivery.post(to, ["4last"]);
      expect(await framesUntil(frames, "4last")).toEqual(["4first"]);
    },
  );

  it("that postFailAfter hits is delivered and answered with 500, so that trying again sends it twice", async () => {
    const { struck, delivery, frames, to, strikeOnce } = await open();
    strikeOnce("postFailAfter");
    await delivery.post(to, ["4twice"]);
    expect(struck).toMatchObject([{ kind: "postFailAfter", frame: "4twice" }]);
    await delivery.post(to, ["4last"]);
    expect(await framesUntil(frames, "4last")).toEqual(["4twice", "4twice"]);
  });

  it("that postGone hits is delivered and answered with 410", async () => {
    const { server, struck, delivery, frames, to } = await open();
    server.faults.set({ seed: 1, postGone: 1 });
    await expect(delivery.post(to, ["4there"])).rejects.toMatchObject({ name: "GoneError" });
    expect(await frames.next()).toBe("4there");
    expect(struck).toMatchObject([{ kind: "postGone", frame: "4there" }]);
  });

  it("that postSlow hits waits, and arrives", async () => {
    const { server, struck, delivery, frames, to } = await open();
    server.faults.set({ seed: 1, postSlow: 1, postSlowMs: 20 });
    await delivery.post(to, ["4late"]);
    expect(await frames.next()).toBe("4late");
    expect(struck).toMatchObject([{ kind: "postSlow", frame: "4late", ms: expect.any(Number) }]);
  });
});

describe("the end of a connection with faults", () => {
  it("whose $disconnect is lost is noticed by the heartbeat, with exactly one disconnect", async () => {
    const { server, clients, struck } = await serve({ faults: { seed: 1, loseDisconnect: 1 } });
    const client = await clients.join();
    const { id } = client;
    await server.settled();
    server.gateway.drop(server.gateway.connectionIds()[0] ?? "");
    await expect.poll(() => struck).toMatchObject([{ kind: "loseDisconnect" }]);
    await server.settled();
    expect(disconnects).toEqual([]);
    // One slot of five is looked at in each of the schedule's minutes.
    const { now } = Date;
    for (let minute = 0; minute < 5; minute++) {
      vi.spyOn(Date, "now").mockImplementation(() => now() + minute * 60_000);
      await server.heartbeat();
    }
    await server.settled();
    expect(disconnects).toEqual([id]);
  });

  it("whose $disconnect comes twice runs the handlers once", async () => {
    const { server, clients, struck } = await serve({ faults: { seed: 1, repeatDisconnect: 1 } });
    const client = await clients.join();
    const { id } = client;
    client.disconnect();
    await expect.poll(() => struck).toMatchObject([{ kind: "repeatDisconnect" }]);
    await server.settled();
    expect(disconnects).toEqual([id]);
  });

  it("comes behind a message that cut hits, with 1001, and the message is handled", async () => {
    const { server, frames, struck, connectionId } = await open();
    frames.send("40");
    await frames.next();
    server.faults.set({ seed: 1, cut: 1 });
    frames.send("2");
    expect(await frames.closed).toEqual({ code: 1001, reason: "Going away" });
    expect(struck).toEqual([{ kind: "cut", connectionId, frame: "2" }]);
  });

  it("comes when the gateway's clock jumps ahead by more than ten minutes", async () => {
    const { server, frames, struck } = await open();
    server.faults.set({ seed: 1, jumpMs: 11 * 60_000, jumpEveryMs: 10 });
    expect((await frames.closed).code).toBe(1001);
    expect(struck[0]).toEqual({ kind: "jumpMs", ms: 11 * 60_000 });
  });
});

describe("the test kit with faults", () => {
  it("cuts off the client of a killed handler as AWS does; it comes back, and its next event works", async () => {
    const { clients, struck, strikeOnce } = await serve();
    const client = await clients.join("/", { reconnection: true, reconnectionDelay: 10 });
    strikeOnce("kill");
    const lost = received(client, "disconnect");
    client.emit("ask", "lost", () => {});
    expect((await lost)[0]).toBe("transport error");
    expect(await client.emitWithAck("ask", "served")).toBe("served");
    expect(struck[0]).toMatchObject({ kind: "kill", functionName: "app", connectionId: expect.any(String) });
  });

  it("loses the event of a handler that was killed before it ran, or its answer after it", async () => {
    const { server, clients } = await serve();
    const plain = await clients.frames();
    await plain.next();
    const seen = new Set<string>();
    server.faults.set({ seed: 1, kill: 1 });
    for (let id = 1; id <= 8; id++) {
      plain.send({ action: "ask", data: [id], id });
      const frame = await plain.nextJson();
      seen.add("ack" in frame ? "answered, then killed" : String(frame.message));
      if ("ack" in frame) expect(await plain.nextJson()).toMatchObject({ message: "Internal server error" });
    }
    expect(seen).toEqual(new Set(["answered, then killed", "Internal server error"]));
  });

  it("lets every event through where DynamoDB throttles and fails now and then", async () => {
    const { server, clients, struck } = await serve();
    const client = await clients.join();
    server.faults.set({ seed: 1, dbThrottle: 0.2, dbFail: 0.2 });
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    expect(await Promise.all(texts.map((text) => client.emitWithAck("ask", text)))).toEqual(texts);
    expect(new Set(struck.map(({ kind }) => kind))).toEqual(new Set(["dbThrottle", "dbFail"]));
    expect(reported).toEqual([]);
  });

  it("closes a client whose event DynamoDB throttles at all tries, long before the event's deadline", async () => {
    const { server, clients } = await serve();
    const client = await clients.join();
    server.faults.set({ seed: 1, dbThrottle: 1 });
    const startedMs = performance.now();
    const closed = new Promise((resolve) => client.once("disconnect", resolve));
    client.emit("ask", "anything");
    expect(await closed).toBe("transport close");
    expect(performance.now() - startedMs).toBeLessThan(12_000);
    server.faults.stop();
  });

  it("greets each client, although the events that greet are throttled, killed and repeated", async () => {
    const { clients, struck } = await serve({
      faults: { seed: 3, repeat: 0.5, throttle: 0.3, kill: 0.3 },
    });
    const hit = new Set<string>();
    for (let left = 50; left > 0 && hit.size < 3; left--) {
      // One whose $connect was hit is refused.
      const client = await clients.frames("?EIO=4&transport=websocket").catch(() => undefined);
      if (client) expect(await client.next()).toMatch(/^0\{/);
      for (const { kind, event } of struck) if (Object(event).selfEvent === "open") hit.add(kind);
    }
    expect(hit).toEqual(new Set(["repeat", "throttle", "kill"]));
  });

  it("refuses a fault that does not exist, and starts nothing", async () => {
    const faults = { seed: 1, kil: 1 } as never;
    await expect(serve({ faults })).rejects.toThrow('There is no fault "kil"');
  });
});
