import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, type Frames, received } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

// What is left out of the bundles must not be missed: every path that the example offers,
// over the bundles themselves.
describe("the example app, run from its bundle", () => {
  const recorder = new Recorder();
  let local: Local;
  const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

  beforeAll(async () => {
    local = await startLocal({ environments: 2, log: recorder.log });
  });
  afterAll(async () => {
    clients.close();
    await local.close();
  });

  it("serves handshakes, rooms, namespaces, acks, refusals, binary, errors and goodbyes, and reaches no stub", async () => {
    const ann = await clients.join();
    const bob = await clients.join("/", { forceBase64: true } as object);
    const plain = await clients.frames();
    await until(plain, "sayHello");

    expect(await ann.emitWithAck("set-name", "Ann")).toEqual({ name: "Ann" });
    expect(await ann.emitWithAck("create-room", "방 1")).toEqual({ joined: ["방 1"] });
    expect(await bob.emitWithAck("join-room", "방 1")).toEqual({ joined: ["방 1"] });
    plain.send({ action: "join-room", data: ["방 1"], id: 1 });
    await until(plain, "ack");

    const said = received(bob, "said");
    await ann.emitWithAck("say-others", "방 1", "hello");
    expect((await said)[0]).toMatchObject({ text: "hello" });
    expect(await until(plain, "said")).toMatchObject({ data: [{ text: "hello" }] });
    const { rooms } = await bob.emitWithAck("list-rooms");
    expect(rooms).toEqual([{ name: "방 1", people: 3 }]);
    await bob.emitWithAck("leave-room", "방 1");
    await ann.emitWithAck("delete-room", "방 1");

    await clients.join("/members", { auth: { token: "let-me-in" } });
    await expect(clients.join("/members")).rejects.toThrow("Members only: auth.token is missing.");
    await expect(clients.join("/nowhere")).rejects.toThrow("Invalid namespace");

    bob.emit("say", "room", Buffer.from("binary"), () => {});
    plain.send("no JSON");
    await until(plain, "error");
    const departed = received(ann, "departed");
    bob.disconnect();
    await departed;

    expect(recorder.printed()).not.toMatch(/left out of Lambda bundles|NotOnLambdaError|is not a function/);
  });
});

/** The next frame of the plain client that has such a key or event; what comes before is skipped. */
async function until(frames: Frames, what: string): Promise<Record<string, unknown>> {
  for (;;) {
    const frame = await frames.nextJson();
    if (what in frame || frame.event === what) return frame;
  }
}
