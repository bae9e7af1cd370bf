/** API Gateway's limits, met by clients of the example app on the whole local stack. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, type Frames, received } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const FRAME_BYTES = 32 * 1024;
const MINUTE_MS = 60_000;

let local: Local;
const recorder = new Recorder();
const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

beforeAll(async () => {
  local = await startLocal({ log: recorder.log });
});
afterEach(() => clients.close());
afterAll(() => local?.close());

describe("a frame", () => {
  it("of 32 KB is taken", async () => {
    const plain = await plainClient();
    plain.send(messageOf(FRAME_BYTES));
    expect(await answer(plain)).toEqual({ ack: 1, data: [{ error: expect.stringContaining("too long") }] });
  });

  it("of 32 KB and one byte closes its own connection with 1009, and nobody else's", async () => {
    const [plain, bystander] = [await plainClient(), await clients.join()];
    plain.send(messageOf(FRAME_BYTES + 1));
    expect((await plain.closed).code).toBe(1009);
    expect(await bystander.emitWithAck("list-rooms")).toEqual({ rooms: [], joined: [] });
  });

  it("that is too large, of a Socket.IO client, closes it too; it comes back by itself", async () => {
    const socket = await clients.join("/", { reconnection: true, reconnectionDelay: 1 });
    const [lost, back] = [received(socket, "disconnect"), received(socket, "connect")];
    const start = recorder.events.length;
    socket.emit("say", "tea", "x".repeat(FRAME_BYTES));
    expect((await lost)[0]).toBe("transport close");
    expect(await recorder.find("disconnect", () => true, start)).toMatchObject({ code: 1009 });
    await back;
    expect(await socket.emitWithAck("join-room", "tea")).toEqual({ joined: ["tea"] });
  });

  it("that is binary closes its own connection with 1003, and nobody else's", async () => {
    const [plain, bystander] = [await plainClient(), await clients.join()];
    plain.socket.send(Buffer.from('{"action":"list-rooms","id":1}'));
    expect((await plain.closed).code).toBe(1003);
    expect(await bystander.emitWithAck("list-rooms")).toEqual({ rooms: [], joined: [] });
  });
});

describe("time", () => {
  it("cuts who says and hears nothing for 10 minutes, and who talks stays", async () => {
    const [silent, talker] = [await plainClient(), await clients.join("/members", MEMBER)];
    local.gateway.advance(6 * MINUTE_MS);
    await talker.emitWithAck("list-rooms");
    expect(silent.socket.readyState).toBe(silent.socket.OPEN);
    local.gateway.advance(5 * MINUTE_MS);
    expect(await silent.closed).toEqual({ code: 1001, reason: "Going away" });
    expect(await talker.emitWithAck("list-rooms")).toMatchObject({ joined: [] });
  });

  it("cuts every connection after 2 hours; a Socket.IO client is back at once and can do all it could", async () => {
    const socket = await clients.join("/members", {
      ...MEMBER,
      reconnection: true,
      reconnectionDelay: 1,
      reconnectionDelayMax: 1,
    });
    const [lost, back] = [received(socket, "disconnect"), received(socket, "connect")];
    const formerId = socket.id;
    for (let minutes = 0; minutes < 117; minutes += 9) {
      expect(await socket.emitWithAck("join-room", "tea")).toEqual({ joined: ["tea"] });
      local.gateway.advance(9 * MINUTE_MS);
    }
    await socket.emitWithAck("list-rooms");
    expect(socket.id).toBe(formerId);

    local.gateway.advance(4 * MINUTE_MS);
    expect((await lost)[0]).toBe("transport close");
    await back;
    expect(socket.id).not.toBe(formerId);
    expect(await socket.emitWithAck("join-room", "tea")).toEqual({ joined: ["tea"] });
    const said = received(socket, "said");
    await socket.emitWithAck("say", "tea", "back again");
    expect(await said).toMatchObject([{ text: "back again", from: { id: socket.id } }]);
  });
});

/** In a namespace of its own, where no other test's comings and goings count as something heard. */
const MEMBER = { auth: { token: "let-me-in" } };

async function plainClient(): Promise<Frames> {
  const plain = await clients.frames();
  await plain.greeting();
  return plain;
}

async function answer(plain: Frames): Promise<Record<string, unknown>> {
  for (;;) {
    const message = await plain.nextJson();
    if (message.ack !== undefined) return message;
  }
}

/** A message of exactly so many bytes. */
function messageOf(bytes: number): string {
  const message = (text: string) => JSON.stringify({ action: "say", data: ["tea", text], id: 1 });
  return message("x".repeat(bytes - message("").length));
}
