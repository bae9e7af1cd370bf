/**
 * Answers that nobody has asked their sender for: they come from bare WebSockets, which send what they like.
 */

import { randomUUID } from "node:crypto";
import { type Server, Server as SocketServer } from "socket.io";
import { describe, expect, it } from "vitest";
import { type Chunk, isRange, type RangeOfBroadcast } from "../../runtime/delivery/deliver-event.js";
import { createHandlers } from "../../runtime/handlers.js";
import { aroundCalls } from "../support/around-calls.js";
import { testBackends } from "../support/backend.js";
import type { Clients, Frames } from "../support/clients.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { kit } from "../support/kit.js";
import { orderedServers, queued, queuedAnswer, queueEvent } from "../support/queued.js";

const makeBackend = testBackends();
const serveOrdered = orderedServers();

/** Asks its client or a room, and acks with what came of it. */
const asking = (io: Server) => {
  io.on("connection", (socket) => {
    const outcome = (asked: Promise<unknown>) =>
      asked.catch(({ message, responses }) => ({ message, responses }));
    socket.on("join", (room: string, ack) => {
      socket.join(room);
      ack();
    });
    socket.on("ask me", async (ms: number, ack) =>
      ack(await outcome(socket.timeout(ms).emitWithAck("sure?"))),
    );
    socket.on("ask room", async (ms: number, ack) =>
      ack(await outcome(io.to("room").timeout(ms).emitWithAck("sure?"))),
    );
  });
};

const TIMED_OUT = { message: "operation has timed out" };

/** A client that answers nothing unless it is told to. */
async function bare(clients: Clients): Promise<Frames> {
  const frames = await clients.frames("?EIO=4&transport=websocket");
  await frames.next();
  frames.send("40");
  await frames.next();
  return frames;
}

/** The number under which the next question comes. */
async function questioned(frames: Frames): Promise<number> {
  for (;;) {
    const [, id] = (await frames.next()).match(/^42(\d+)\["sure\?"\]/) ?? [];
    if (id !== undefined) return Number(id);
  }
}

/** What the event that was sent under `id` is acked with. */
async function acked(frames: Frames, id: number): Promise<unknown> {
  for (;;) {
    const frame = await frames.next();
    if (frame.startsWith(`43${id}[`)) return JSON.parse(frame.slice(`43${id}`.length))[0];
  }
}

describe.each([true, false])("answers of strangers (cold: %j)", (cold) => {
  it("given ahead answer nobody, for no number follows from another", async () => {
    const { clients } = await kit(asking, { cold });
    const [attacker, victim] = [await bare(clients), await bare(clients)];
    attacker.send('421["ask me",50]');
    const seen = await questioned(attacker);
    for (let ahead = 1; ahead <= 20; ahead++) attacker.send(`43${seen + ahead}["yes"]`);
    attacker.send('422["join","elsewhere"]');
    await acked(attacker, 2);
    for (let id = 1; id <= 3; id++) {
      victim.send(`42${id}["ask me",150]`);
      expect(await acked(victim, id)).toEqual(TIMED_OUT);
    }
  });

  it("given ahead by the very client that is asked answer nothing either", async () => {
    const { clients } = await kit(asking, { cold });
    const client = await bare(clients);
    client.send('421["ask me",50]');
    const seen = await questioned(client);
    expect(await acked(client, 1)).toEqual(TIMED_OUT);
    for (let ahead = 1; ahead <= 20; ahead++) client.send(`43${seen + ahead}["yes"]`);
    client.send('422["join","elsewhere"]');
    await acked(client, 2);
    client.send('423["ask me",150]');
    expect(await acked(client, 3)).toEqual(TIMED_OUT);
  });

  it("under the right number do not answer for the client that was asked, whose own answer counts", async () => {
    const { clients } = await kit(asking, { cold });
    const [attacker, victim, plain] = [await bare(clients), await bare(clients), await clients.frames()];
    await plain.next();
    victim.send('421["ask me",10000]');
    const id = await questioned(victim);
    attacker.send(`43${id}["yes"]`);
    attacker.send('421["join","elsewhere"]');
    await acked(attacker, 1);
    plain.send({ ack: id, data: ["yes"] });
    plain.send({ action: "join", data: ["elsewhere"], id: 1 });
    expect(await plain.nextJson()).toEqual({ ack: 1, data: [] });
    victim.send(`43${id}["no"]`);
    expect(await acked(victim, 1)).toBe("no");
  });

  it("have no vote in a room, end no wait, and take no member's vote away", async () => {
    const { clients } = await kit(asking, { cold });
    const [asker, member, stranger] = [await bare(clients), await bare(clients), await bare(clients)];
    member.send('421["join","room"]');
    await acked(member, 1);
    asker.send('421["ask room",10000]');
    const id = await questioned(member);
    for (const client of [stranger, asker]) {
      client.send(`43${id}["stranger"]`);
      client.send('428["join","elsewhere"]');
      await acked(client, 8);
    }
    member.send(`43${id}["member"]`);
    expect(await acked(asker, 1)).toEqual(["member"]);
  });
});

describe("members of a room that is asked", () => {
  it("have one vote each, however often they answer", async () => {
    const { clients } = await kit(asking);
    const [asker, twice, silent] = [await bare(clients), await bare(clients), await bare(clients)];
    for (const member of [twice, silent]) {
      member.send('421["join","room"]');
      await acked(member, 1);
    }
    asker.send('421["ask room",600]');
    const id = await questioned(twice);
    twice.send(`43${id}["one"]`);
    twice.send(`43${id}["two"]`);
    expect(await acked(asker, 1)).toEqual({
      ...TIMED_OUT,
      responses: [expect.stringMatching(/^(one|two)$/)],
    });
  });

  it("take nobody's vote away with an answer that has no arguments at all", async () => {
    const { clients } = await kit(asking);
    const [asker, empty, other] = [await bare(clients), await bare(clients), await bare(clients)];
    for (const member of [empty, other]) {
      member.send('421["join","room"]');
      await acked(member, 1);
    }
    asker.send('421["ask room",10000]');
    const id = await questioned(empty);
    empty.send(`43${id}`);
    empty.send('422["join","elsewhere"]');
    await acked(empty, 2);
    other.send(`43${id}["other"]`);
    expect(await acked(asker, 1)).toEqual(expect.arrayContaining([null, "other"]));
  });

  it("count also where their question is left to deliver", async () => {
    const io = new SocketServer();
    asking(io);
    const { backend, delivery } = makeBackend();
    const handedOver: string[] = [];
    const invokeDeliver = async (event: Chunk | RangeOfBroadcast) => {
      if (!isRange(event)) handedOver.push(...event.members.map(({ sid }) => sid));
    };
    const { handler } = createHandlers(io, { backend: () => ({ ...backend, invokeDeliver }) });
    const client = new GatewayEvents();
    await handler(client.connect({ EIO: "4", transport: "websocket" }));
    await handler(client.message("40"));
    for (let index = 0; index < 510; index++) {
      const member = { ...addressOf(), sid: `sid${String(index).padStart(3, "0")}` };
      await backend.rooms.join("/", member, ["room"]);
    }
    let isAnswered = false;
    delivery.before = async (_to, frame) => {
      const [, id] = frame?.match(/^42(\d+)\["sure\?"\]/) ?? [];
      if (id === undefined || isAnswered) return;
      isAnswered = true;
      for (const sid of ["sid509", "not in the room"]) {
        await backend.acks.put("/", Number(id), { sid, parts: [`3${id}[${JSON.stringify(sid)}]`] });
      }
    };
    await handler(client.message('421["ask room",1500]'));
    expect(handedOver).toContain("sid509");
    const frames = delivery.to(client.connectionId).map(String);
    expect(frames.at(-1)).toBe(`431[{"message":"operation has timed out","responses":["sid509"]}]`);
  });

  it("are looked for at a price that no stranger can raise", async () => {
    const { clients, server } = await kit(asking);
    const asker = await bare(clients);
    const members = [await bare(clients), await bare(clients)];
    for (const member of members) {
      member.send('421["join","room"]');
      await acked(member, 1);
    }
    const strangers = await Promise.all(Array.from({ length: 12 }, () => bare(clients)));
    const rowsALook: number[] = [];
    aroundCalls(server.tables.client, async (call, name) => {
      const answer = await call();
      const { Items } = answer as { Items?: readonly { parts?: unknown }[] };
      if (name === "Query" && Items?.some(({ parts }) => parts)) rowsALook.push(Items.length);
      return answer;
    });
    asker.send('421["ask room",3000]');
    const id = await questioned(members[0] as Frames);
    for (const stranger of strangers) {
      stranger.send(`43${id}["${"x".repeat(1_000)}"]`);
      stranger.send('428["join","elsewhere"]');
    }
    for (const stranger of strangers) await acked(stranger, 8);
    for (const member of members) member.send(`43${id}["member"]`);
    expect(await acked(asker, 1)).toEqual(["member", "member"]);
    expect(Math.max(...rowsALook)).toBeLessThanOrEqual(members.length + 1);
  });
});

describe("answers of strangers in ordered mode", () => {
  it("under the right number answer nobody", async () => {
    const { handler, engineIo, framesOf, delivery } = serveOrdered(asking);
    const [victim, attacker] = [await engineIo(), await engineIo()];
    for (const client of [victim, attacker]) await handler(queueEvent(queued(client.message("40"))));
    const question = new Promise<string>((resolve) => {
      delivery.before = (_to, frame) => {
        if (frame?.includes("sure?")) resolve(frame);
      };
    });
    const asked = handler(queueEvent(queued(victim.message('421["ask me",400]'))));
    const [, id] = (await question).match(/^42(\d+)/) ?? [];
    await handler(queueEvent(queuedAnswer(attacker.message(`43${id}["yes"]`))));
    await asked;
    expect(framesOf(victim).at(-1)).toBe('431[{"message":"operation has timed out"}]');
  });

  it("too large for the table are reported, and do not come again", async () => {
    const { handler, engineIo } = serveOrdered(asking);
    const client = await engineIo();
    await handler(queueEvent(queued(client.message("40"))));
    const part = `b${Buffer.alloc(90_000).toString("base64")}`;
    const placeholders = [0, 1, 2, 3, 4].map((num) => ({ _placeholder: true, num }));
    const frames = [`465-7${JSON.stringify(placeholders)}`, part, part, part, part, part];
    for (const frame of frames) {
      expect(await handler(queueEvent(queued(client.message(frame))))).toEqual({ batchItemFailures: [] });
    }
  });
});

function addressOf() {
  return { connectionId: randomUUID(), endpoint: "http://127.0.0.1:9/prod", protocol: "engine.io" as const };
}
