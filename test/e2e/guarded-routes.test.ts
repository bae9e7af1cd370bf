/** Which clients reach a function of the user's own behind a route of the synthesized stack. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, type Frames } from "../support/clients.js";

const CDK_APP = fileURLToPath(new URL("apps/doors-cdk.ts", import.meta.url));
const ENGINE_IO = "?EIO=4&transport=websocket";
const TIME = [expect.stringMatching(/^\d{4}-\d\d-\d\dT/)];

describe.each(["concurrent", "ordered"] as const)("a route to a function of the user's own (%s)", (order) => {
  let local: Local;
  const clients = new Clients(() => ({ url: `ws://127.0.0.1:${local.port}`, path: "/prod" }));
  beforeAll(async () => {
    local = await startLocal({ cdkApp: CDK_APP, order });
  });
  afterEach(() => clients.close());
  afterAll(() => local?.close());

  const notConnected = (namespace: string, id: number) => ({
    error: {
      code: "not_connected",
      message: `You are not connected to "${namespace}". Send {"action":"connect","nsp":"${namespace}"} first.`,
    },
    id,
  });

  /** A plain client that a middleware of `/` has refused. */
  async function refused(): Promise<Frames> {
    const plain = await clients.frames();
    expect(await plain.nextJson()).toEqual({ error: { code: "connect_error", message: "Who are you?" } });
    return plain;
  }

  it("is not reached by a plain client that a middleware has refused, and tells it so", async () => {
    const plain = await refused();
    plain.send({ action: "clock", id: 7 });
    plain.send({ action: "members-clock", id: 8 });
    const answers = [await plain.nextJson(), await plain.nextJson()];
    expect(answers).toEqual(expect.arrayContaining([notConnected("/", 7), notConnected("/members", 8)]));
    // A client with a session asks after them, and its clock answers: a late answer would
    // have arrived by then.
    const ann = await clients.frames("?name=ann");
    await ann.nextJson();
    ann.send({ action: "clock", id: 1 });
    expect(await ann.nextJson()).toEqual({ ack: 1, data: TIME });
    expect(plain.unread).toEqual([]);
  });

  it("tells a mistake in the message like any other", async () => {
    const plain = await refused();
    plain.send({ action: "clock", id: "seven" });
    expect(await plain.nextJson()).toMatchObject({ error: { code: "bad_id" } });
  });

  it("is not reached by an Engine.IO client without a CONNECT, which is closed", async () => {
    const stranger = await clients.frames(ENGINE_IO);
    await stranger.next();
    stranger.send({ action: "clock", id: 7 });
    expect((await stranger.closed).code).toBe(1000);
    expect(stranger.unread).toEqual([]);
  });

  it("is reached by a client with a session, however quick it is", async () => {
    const plain = await clients.frames("?name=ann");
    plain.send({ action: "clock", id: 7 });
    const frames = [await plain.nextJson(), await plain.nextJson()];
    // Two functions post them, so either may come first.
    expect(frames).toContainEqual({ event: "connect", data: [{ sid: expect.any(String) }] });
    expect(frames).toContainEqual({ ack: 7, data: TIME });
  });

  it("is reached from any namespace, unless it names one", async () => {
    const plain = await refused();
    plain.send({ action: "connect", nsp: "/public" });
    expect(await plain.nextJson()).toMatchObject({ event: "connect", nsp: "/public" });
    plain.send({ action: "clock", id: 1 });
    expect(await plain.nextJson()).toEqual({ ack: 1, data: TIME });
    plain.send({ action: "members-clock", nsp: "/public", id: 2 });
    expect(await plain.nextJson()).toEqual(notConnected("/members", 2));
    plain.send({ action: "connect", nsp: "/members", data: { name: "ann" } });
    expect(await plain.nextJson()).toMatchObject({ event: "connect", nsp: "/members" });
    plain.send({ action: "members-clock", id: 3 });
    expect(await plain.nextJson()).toEqual({ ack: 3, data: TIME });
  });

  it("is reached no more when the client has left", async () => {
    const plain = await clients.frames("?name=ann");
    await plain.nextJson();
    plain.send({ action: "disconnect" });
    await expect
      .poll(async () => {
        plain.send({ action: "clock", id: 1 });
        return plain.nextJson();
      })
      .toEqual(notConnected("/", 1));
  });

  it("is reached by strangers, too, where it is open", async () => {
    const plain = await refused();
    plain.send({ action: "open-clock", id: 7 });
    expect(await plain.nextJson()).toEqual({ ack: 7, data: TIME });
  });
});
