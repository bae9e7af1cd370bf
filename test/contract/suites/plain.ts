/**
 * Plain WebSocket clients, such as `wscat`: one JSON object a message (`runtime/protocol/plain.ts`),
 * beside Socket.IO clients in the same rooms.
 */
import { describe, expect, it } from "vitest";
import { type Frames, received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import { type Contract, fresh } from "../contract.js";
import { nsp, run, socket } from "../run.js";

export function plainProtocol({ clients, can }: Contract): void {
  /** Connected to the main namespace: its "connect" and the app's "auth" are read. */
  async function joined(query = ""): Promise<{ readonly frames: Frames; readonly sid: string }> {
    const frames = await clients.frames(query);
    const { event, data } = await frames.nextJson();
    expect(event).toBe("connect");
    expect(await frames.nextJson()).toEqual({ event: "auth", data: [{}] });
    return { frames, sid: (data as [{ sid: string }])[0].sid };
  }

  /** Connected to a namespace of the app, and to the main one. */
  async function joinedTo(namespace: string): Promise<{ readonly frames: Frames; readonly sid: string }> {
    const { frames } = await joined();
    frames.send({ action: "connect", nsp: namespace });
    const { event, nsp: where, data } = await frames.nextJson();
    expect([event, where]).toEqual(["connect", namespace]);
    if (namespace.startsWith("/leaving")) await frames.nextJson(); // the app's "ready"
    return { frames, sid: (data as [{ sid: string }])[0].sid };
  }

  /** The answer to a message, which leaves the client connected. */
  async function answerTo(message: string | object): Promise<Record<string, unknown>> {
    const { frames } = await joined();
    frames.send(message);
    const answer = await frames.nextJson();
    frames.send({ action: "echo", data: ["alive"], id: 0 });
    expect(await frames.nextJson()).toEqual({ ack: 0, data: ["alive"] });
    return answer;
  }

  describe.runIf(can.additions)("a plain client", () => {
    it("is connected to the main namespace at once, and told its socket's id", async () => {
      const frames = await clients.frames();
      expect(await frames.nextJson()).toEqual({
        event: "connect",
        data: [{ sid: expect.stringMatching(/^.{20}$/) }],
      });
    });

    it("emits events and hears them", async () => {
      expect(await answerTo({ action: "echo", data: [1, "2", { three: [null] }] })).toEqual({
        event: "echoed",
        data: [1, "2", { three: [null] }],
      });
    });

    it("may leave data out, or give one argument without a list", async () => {
      expect(await answerTo({ action: "echo" })).toEqual({ event: "echoed", data: [] });
      expect(await answerTo({ action: "echo", data: "one" })).toEqual({ event: "echoed", data: ["one"] });
      expect(await answerTo({ action: "echo", data: { an: "object" } })).toEqual({
        event: "echoed",
        data: [{ an: "object" }],
      });
      expect(await answerTo({ action: "echo", data: null })).toEqual({ event: "echoed", data: [null] });
    });

    it("gets an ack where it gives an id, 0 too", async () => {
      expect(await answerTo({ action: "echo", data: ["x", "y"], id: 7 })).toEqual({
        ack: 7,
        data: ["x", "y"],
      });
      expect(await answerTo({ action: "echo", id: 0 })).toEqual({ ack: 0, data: [] });
    });

    it("answers the server's question by its id", async () => {
      const { frames } = await joined();
      frames.send({ action: "ask", data: ["how"] });
      const { event, data, id } = await frames.nextJson();
      expect([event, data]).toEqual(["question", ["how"]]);
      frames.send({ ack: id, data: ["fine", 1] });
      expect(await frames.nextJson()).toEqual({ event: "answered", data: ["fine", 1] });
    });

    it("joins namespaces with auth, and speaks in them", async () => {
      const { frames } = await joined();
      frames.send({ action: "connect", nsp: "/custom", data: { token: "t" } });
      expect(await frames.nextJson()).toMatchObject({ event: "connect", nsp: "/custom" });
      expect(await frames.nextJson()).toEqual({ event: "auth", data: [{ token: "t" }], nsp: "/custom" });
      frames.send({ action: "echo", nsp: "/custom", data: ["there"], id: 3 });
      expect(await frames.nextJson()).toEqual({ ack: 3, data: ["there"], nsp: "/custom" });
    });

    it("leaves a namespace, and the connection stays", async () => {
      const namespace = fresh("/leaving");
      const watcher = await clients.join(namespace, { auth: { watcher: true } });
      const heard = new Heard(watcher);
      const { frames, sid } = await joinedTo(namespace);
      frames.send({ action: "disconnect", nsp: namespace });
      expect((await heard.first(([event]) => event === "left")).slice(0, 3)).toEqual([
        "left",
        sid,
        "client namespace disconnect",
      ]);
      frames.send({ action: "echo", id: 1 });
      expect(await frames.nextJson()).toEqual({ ack: 1, data: [] });
    });

    it("is told when the server disconnects it from a namespace", async () => {
      const namespace = fresh("/open");
      const { frames, sid } = await joinedTo(namespace);
      const other = await clients.join(namespace);
      await run(other, nsp.in(sid).disconnectSockets());
      expect(await frames.nextJson()).toEqual({ event: "disconnect", data: [], nsp: namespace });
    });

    it("is told of by disconnect handlers when it closes", async () => {
      const namespace = fresh("/leaving");
      const watcher = await clients.join(namespace, { auth: { watcher: true } });
      const heard = new Heard(watcher);
      const { frames, sid } = await joinedTo(namespace);
      frames.socket.close();
      expect((await heard.first(([event]) => event === "left")).slice(0, 3)).toEqual([
        "left",
        sid,
        "transport close",
      ]);
    });

    it("reads binary as base64", async () => {
      const { frames } = await joined();
      frames.send({ action: "send bytes" });
      expect(await frames.nextJson()).toEqual({
        event: "bytes",
        data: [{ base64: "AQID" }, { nested: [{ base64: "BAU=" }] }],
      });
      frames.send({ action: "reply with bytes", id: 1 });
      expect(await frames.nextJson()).toEqual({ ack: 1, data: [{ base64: "Bgc=" }] });
    });

    it("may have a query of its own, which is no Engine.IO's", async () => {
      await joined("?name=Ada");
    });

    it("is refused by a namespace's middleware, with the error's data", async () => {
      const { frames } = await joined();
      const namespace = fresh("/guarded");
      frames.send({ action: "connect", nsp: namespace, data: { refuse: true } });
      expect(await frames.nextJson()).toEqual({
        error: {
          message: "refused by the middleware",
          code: "connect_error",
          data: { code: 42, hint: "ask for less" },
        },
        nsp: namespace,
      });
    });
  });

  describe.runIf(can.additions)("a plain client is told what is wrong, and stays connected", () => {
    const wrong: Record<string, { message: string | object; code: string; id?: number; nsp?: string }> = {
      "text that is no JSON": { message: "hello", code: "not_json" },
      "JSON that is no object": { message: "[1]", code: "not_json" },
      null: { message: "null", code: "not_json" },
      "no action": { message: { data: [1], id: 5 }, code: "no_action", id: 5 },
      "an action that is no string": { message: { action: 7 }, code: "no_action" },
      "a namespace without its slash": {
        message: { action: "x", nsp: "admin", id: 5 },
        code: "bad_namespace",
        id: 5,
      },
      "a namespace with a comma": { message: { action: "x", nsp: "/a,b" }, code: "bad_namespace" },
      "a namespace that is no string": { message: { action: "x", nsp: 1 }, code: "bad_namespace" },
      "an id that is no whole number": { message: { action: "x", id: 1.5 }, code: "bad_id" },
      "a negative id": { message: { action: "x", id: -1 }, code: "bad_id" },
      "an ack that is no id": { message: { ack: "x" }, code: "bad_id" },
      "the reserved name connect_error": {
        message: { action: "connect_error", id: 5 },
        code: "reserved_event",
        id: 5,
      },
      "the reserved name disconnecting": { message: { action: "disconnecting" }, code: "reserved_event" },
      "the reserved name newListener": { message: { action: "newListener" }, code: "reserved_event" },
      "the reserved name removeListener": { message: { action: "removeListener" }, code: "reserved_event" },
      "connect with data that is no object": {
        message: { action: "connect", nsp: "/custom", data: "token", id: 5 },
        code: "bad_data",
        id: 5,
      },
      "a namespace that it has not joined": {
        message: { action: "echo", nsp: "/custom", id: 5 },
        code: "not_connected",
        id: 5,
      },
      "connect where it is connected": {
        message: { action: "connect", id: 5 },
        code: "already_connected",
        id: 5,
      },
      "a namespace that there is not": {
        message: { action: "connect", nsp: "/there-is-none" },
        code: "connect_error",
        nsp: "/there-is-none",
      },
    };
    for (const [what, { message, code, id, nsp: where }] of Object.entries(wrong)) {
      it(what, async () => {
        expect(await answerTo(message)).toEqual({
          error: { message: expect.stringMatching(/.{10,}/), code },
          ...(id !== undefined && { id }),
          ...(where !== undefined && { nsp: where }),
        });
      });
    }
  });

  describe.runIf(can.additions)("plain and Socket.IO clients in one room", () => {
    it("hear each other's emits, each in its own words", async () => {
      const namespace = fresh("/open");
      const [{ frames }, other] = await Promise.all([joinedTo(namespace), clients.join(namespace)]);
      const join = [{ target: "socket", steps: [{ member: "join", args: ["r"] }] }];
      frames.send({ action: "run", nsp: namespace, data: [join], id: 1 });
      expect(await frames.nextJson()).toMatchObject({ ack: 1, nsp: namespace });
      await run(other, socket.join("r"));

      const said = [
        {
          target: "nsp",
          steps: [
            { member: "to", args: ["r"] },
            { member: "emit", args: ["hi", 1] },
          ],
        },
      ];
      const got = received(other, "hi");
      frames.send({ action: "run", nsp: namespace, data: [said] });
      expect(await got).toEqual([1]);
      expect(await frames.nextJson()).toEqual({ event: "hi", data: [1], nsp: namespace });

      await run(other, socket.to("r").emit("hello", { two: [2] }));
      expect(await frames.nextJson()).toEqual({ event: "hello", data: [{ two: [2] }], nsp: namespace });
    });

    it("answer one broadcast together", async () => {
      const namespace = fresh("/open");
      const [{ frames }, a, b] = await Promise.all([
        joinedTo(namespace),
        clients.join(namespace),
        clients.join(namespace),
      ]);
      b.on("question", (_value, reply) => reply("socket.io"));
      const asked = run(a, socket.broadcast.timeout(15_000).emitWithAck("question", 1));
      const { id } = await frames.nextJson();
      frames.send({ ack: id, nsp: namespace, data: ["plain"] });
      const [answers] = await asked;
      expect([...answers].sort()).toEqual(["plain", "socket.io"]);
    });

    it("are found together by fetchSockets", async () => {
      const namespace = fresh("/open");
      const [{ sid }, other] = await Promise.all([joinedTo(namespace), clients.join(namespace)]);
      const [found] = await run(other, nsp.fetchSockets());
      expect(found.map(({ id }) => id).sort()).toEqual([sid, other.id].sort());
    });
  });
}
