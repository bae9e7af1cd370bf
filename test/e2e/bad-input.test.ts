/** What a client, or the app itself, does wrong on the whole local stack, and what it gets for it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, type Frames, received } from "../support/clients.js";
import { Heard } from "../support/heard.js";
import { Recorder } from "../support/recorder.js";
import { Wscat } from "../support/wscat.js";

const APP = fileURLToPath(new URL("apps/faulty.ts", import.meta.url));
const SOURCE = readFileSync(APP, "utf8").split("\n");

let local: Local;
const recorder = new Recorder();
const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

beforeAll(async () => {
  local = await startLocal({ app: APP, log: recorder.log });
});
afterEach(async () => {
  clients.close();
  const count = (type: string) => recorder.events.filter((event) => event.type === type).length;
  while (count("disconnect") < count("connect")) {
    await recorder.find("disconnect", () => true, recorder.events.length);
  }
});
afterAll(() => local?.close());

describe("an unknown namespace", () => {
  it('gives a Socket.IO client the connect_error "Invalid namespace", and its connection lives', async () => {
    const socket = clients.make("/nowhere", { forceNew: false });
    const refused = received(socket, "connect_error");
    socket.connect();
    expect(await refused).toEqual([expect.objectContaining({ message: "Invalid namespace" })]);
    const open = socket.io.socket("/");
    open.connect();
    await received(open, "connect");
    expect(await open.emitWithAck("tell all", "still here")).toBe("done");
    open.disconnect();
  });

  it("gives a plain client that wants to connect to it the same words, and its connection lives", async () => {
    const plain = await plainClient();
    plain.send({ action: "connect", nsp: "/nowhere" });
    expect(await plain.nextJson()).toEqual({
      error: { message: "Invalid namespace", code: "connect_error" },
      nsp: "/nowhere",
    });
    await expectAlive(plain);
  });

  it("gives a plain client that talks there an error with the id of its message", async () => {
    const plain = await plainClient();
    plain.send({ action: "say", nsp: "/nowhere", id: 3 });
    expect(await plain.nextJson()).toEqual({
      error: { message: expect.stringContaining('not connected to "/nowhere"'), code: "not_connected" },
      id: 3,
    });
    await expectAlive(plain);
  });
});

describe("a Socket.IO packet that does not parse", () => {
  const BROKEN = {
    "an event whose JSON ends too early": '42["tell all"',
    "an event that is no array": '42{"event":"tell all"}',
    "an event with a reserved name": '42["disconnecting"]',
    "a packet type that does not exist": "49[]",
    "text that is no packet at all": "4hello",
    "an Engine.IO type that does not exist": "x",
    "a message of a plain client": '{"action":"tell all"}',
    "a ping, which only servers send": "2",
  };
  it.each(Object.entries(BROKEN))("%s closes the connection, and nobody else's", async (_what, packet) => {
    const [bystander, frames] = [await clients.join("/watched"), await engineClient()];
    const { id } = await connectTo(frames, "/watched");
    const left = new Heard(bystander).first(([event, who]) => event === "left" && who === id);
    frames.send(packet);
    expect((await frames.closed).code).toBe(1000);
    await left;
    expect(bystander.connected).toBe(true);
  });
});

describe("a plain message that cannot be understood", () => {
  const REJECTED: Record<string, [message: string, error: { code: string; message: RegExp; id?: unknown }]> =
    {
      "no JSON": ["hello", { code: "not_json", message: /one JSON object/ }],
      "JSON that is no object": ["[1,2]", { code: "not_json", message: /one JSON object/ }],
      "no action": ['{"data":["hi"]}', { code: "no_action", message: /"action" is missing/ }],
      "no action, but an id": ['{"id":7}', { code: "no_action", message: /"action" is missing/, id: 7 }],
      "an action that is no string": ['{"action":{},"id":7}', { code: "no_action", message: /./, id: 7 }],
      "a namespace that can be none": [
        '{"action":"say","nsp":"x","id":7}',
        { code: "bad_namespace", message: /starts with/, id: 7 },
      ],
      "an id that is no number": ['{"action":"say","id":"7"}', { code: "bad_id", message: /whole number/ }],
      "a reserved action": [
        '{"action":"disconnecting","id":7}',
        { code: "reserved_event", message: /disconnecting/, id: 7 },
      ],
      "a second connect": ['{"action":"connect"}', { code: "already_connected", message: /already/ }],
    };
  it.each(Object.entries(REJECTED))(
    "%s: an error frame, and the connection lives",
    async (_what, [message, { code, message: text, id }]) => {
      const plain = await plainClient();
      plain.send(message);
      expect(await plain.nextJson()).toEqual({
        error: { code, message: expect.stringMatching(text) },
        ...(id !== undefined && { id }),
      });
      await expectAlive(plain);
    },
  );

  it("is told to the person at wscat, who can go on", async () => {
    const program = Wscat.start([local.url]);
    const lines: string[] = [];
    const seen = new Promise<void>((resolve) => {
      program.onLine((line) => {
        lines.push(line);
        if (lines.length === 1) program.type("hello?");
        if (lines.length === 2) program.type('{"action":"tell all","data":"hello!","id":1}');
        if (line.includes('"ack"')) resolve();
      });
    });
    await seen;
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ error: { code: "not_json" } });
    expect(lines).toContain('{"ack":1,"data":["done"]}');
    expect((await program.pressCtrlD()).code).toBe(0);
  });
});

describe("an app that fails", () => {
  it.each([
    ["throws", "TypeError: thrown by a handler", 'the handler of "throws" of /'],
    ["rejects", "RangeError: rejected by a handler", 'the handler of "rejects" of /'],
  ])(
    "a handler that %s is logged with its own file and line; all get their messages, nobody is cut off",
    async (event, error, where) => {
      const start = recorder.events.length;
      const [sinner, bystander, plain] = [await clients.join(), await clients.join(), await plainClient()];
      const told = [received(sinner, "told"), received(bystander, "told")];
      sinner.emit(event, "before it failed");
      expect(await Promise.all(told)).toEqual([["before it failed"], ["before it failed"]]);
      expect(await plain.nextJson()).toEqual({ event: "told", data: ["before it failed"] });
      const output = await recorder.output(placeOf(error), start);
      expect(output).toContain(`[handler] ${where}: ${error}`);
      expect(await sinner.emitWithAck("tell all", "still here")).toBe("done");
      expect(await plain.nextJson()).toEqual({ event: "told", data: ["still here"] });
      expect(recorder.events.slice(start).filter(({ type }) => type === "disconnect")).toEqual([]);
      expect(recorder.events.slice(start).filter(({ type }) => type === "error")).toEqual([]);
    },
  );

  it.each([
    ["rejects unseen", "nobody waited for this .*RangeError: nobody awaits this"],
    ["throws in a timer", "a timer.*TypeError: thrown in a timer"],
  ])("a handler that %s is logged, and neither its event nor its environment ends", async (event, logged) => {
    const start = recorder.events.length;
    const socket = await clients.join();
    expect(await socket.emitWithAck(event, "the same event")).toBe("the same event");
    await recorder.output(new RegExp(`\\[handler\\] ${logged}`), start);
    expect(await socket.emitWithAck("tell all", "still here")).toBe("done");
    expect(recorder.events.slice(start).filter(({ type }) => type === "disconnect")).toEqual([]);
    expect(recorder.events.slice(start).filter(({ type }) => type === "error")).toEqual([]);
  });

  it("what is thrown and is no error is logged too", async () => {
    const socket = await clients.join();
    socket.emit("throws no error");
    await recorder.output(/\[handler\] the handler of "throws no error" of \/: a bare string/);
    expect(await socket.emitWithAck("tell all", "still here")).toBe("done");
  });

  it("a disconnect handler that throws is logged, and the others have been told", async () => {
    const [leaver, witness] = [await clients.join("/watched"), await clients.join("/watched")];
    const { id } = leaver;
    const left = received(witness, "left");
    leaver.disconnect();
    expect(await left).toEqual([id]);
    await recorder.output(placeOf("ReferenceError: thrown on disconnect"));
  });

  it("a connection handler that throws is logged, and the socket is connected", async () => {
    const socket = await clients.join("/throws-at-connection");
    await recorder.output(placeOf("SyntaxError: thrown at connection"));
    expect(await socket.emitWithAck("echo", "hi")).toBe("hi");
  });

  it("a middleware that throws is logged, and the client learns nothing about the inside", async () => {
    const refusal = await clients.join("/throws-in-middleware").catch((error: unknown) => error);
    expect(refusal).toMatchObject({ message: "Internal server error" });
    await recorder.output(placeOf("URIError: thrown by a middleware"));
  });

  it("a packet that a middleware refuses reaches the error listener and no other", async () => {
    const socket = await clients.join("/packet-middleware");
    const refused = received(socket, "refused");
    socket.emit("bad");
    expect(await refused).toEqual(["no bad events"]);
    expect(await socket.emitWithAck("echo", "hi")).toBe("hi");
  });

  it("allowRequest that throws is logged and answered with HTTP 403", async () => {
    expect(await handshakeStatus("?who=crash")).toBe(403);
    await recorder.output(placeOf("EvalError: thrown by allowRequest"));
  });
});

describe("who may not connect", () => {
  it.each([
    ["https://allowed.example", 101],
    ["https://eu.allowed.example", 101],
    ["https://evil.example", 403],
    ["https://allowed.example.evil.example", 403],
    ["null", 403],
    [undefined, 101],
  ])("origin %s: HTTP %i", async (origin, status) => {
    expect(await handshakeStatus("", origin)).toBe(status);
  });

  it.each(["", "?EIO=4&transport=websocket"])("a false allowRequest: HTTP 403 (%j)", async (query) => {
    const separator = query ? "&" : "?";
    expect(await handshakeStatus(`${query}${separator}who=stranger`)).toBe(403);
    expect(await handshakeStatus(`${query}${separator}who=friend`)).toBe(101);
  });

  it("the person at wscat reads the 403", async () => {
    const { code, stderr } = await Wscat.start([local.url, "-o", "https://evil.example"]).ended;
    expect(stderr).toBe("error: Unexpected server response: 403\n");
    expect(code).not.toBe(0);
  });

  it("a Socket.IO client gets a connect_error", async () => {
    const refusal = await clients
      .join("/", { extraHeaders: { origin: "https://evil.example" } })
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      message: "websocket error",
      description: { message: "Unexpected server response: 403" },
    });
  });
});

function plainClient(): Promise<Frames> {
  return greeted(clients.frames());
}

/** Past its greeting. */
async function greeted(opening: Promise<Frames>): Promise<Frames> {
  const frames = await opening;
  await frames.greeting();
  return frames;
}

async function engineClient(): Promise<Frames> {
  const frames = await clients.frames("?EIO=4&transport=websocket");
  expect(await frames.next()).toMatch(/^0\{"sid":/);
  return frames;
}

async function connectTo(frames: Frames, namespace: string): Promise<{ id: string }> {
  frames.send(namespace === "/" ? "40" : `40${namespace},`);
  const answer = await frames.next();
  return { id: JSON.parse(answer.slice(answer.indexOf("{"))).sid };
}

async function expectAlive(plain: Frames): Promise<void> {
  plain.send({ action: "tell all", data: "hi", id: 99 });
  const answers = [await plain.nextJson(), await plain.nextJson()];
  expect(answers).toContainEqual({ ack: 99, data: ["done"] });
}

/** 101 where the handshake is accepted. */
function handshakeStatus(query: string, origin?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${local.url}${query}`, origin === undefined ? {} : { origin });
    // Greeted first: who is gone before that is looked for.
    socket.once("message", () => {
      socket.terminate();
      resolve(101);
    });
    socket.once("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.once("error", reject);
  });
}

/** The stack's line for the place in the app's source that throws this: `apps/faulty.ts:17`. */
function placeOf(error: string): RegExp {
  const [name, message] = error.split(": ");
  const index = SOURCE.findIndex((line) => line.includes(`new ${name}("${message}")`));
  return new RegExp(`apps/faulty\\.ts:${index + 1}:`);
}
