/** `compareFreshAndKept`, on an app that keeps its state in memory and on one that keeps it in the tables. */
import { once } from "node:events";
import { io as connect, type Socket } from "socket.io-client";
import { describe, expect, it, vi } from "vitest";
import WebSocket from "ws";
import { compareFreshAndKept, type Difference, type LocalServer } from "../../local/testing.js";

const APPS = {
  forgetful: () => import("./apps/forgetful.js"),
  lasting: () => import("./apps/lasting.js"),
};

function compare(app: keyof typeof APPS, drive: (server: LocalServer) => Promise<void>) {
  const makeServer = async () => {
    vi.resetModules();
    return (await APPS[app]()).io;
  };
  return compareFreshAndKept(makeServer, drive);
}

type Transports = ("polling" | "websocket")[];

/** Two clients, connected one after the other. */
async function pair({ url }: LocalServer, transports: Transports): Promise<[Socket, Socket]> {
  const ann = connect(url, { transports, forceNew: true });
  await new Promise<void>((resolve) => ann.once("welcome", () => resolve()));
  const bob = connect(url, { transports, forceNew: true });
  await new Promise<void>((resolve) => bob.once("welcome", () => resolve()));
  return [ann, bob];
}

const heard = (socket: Socket, event: string) =>
  new Promise<unknown[]>((resolve) => socket.once(event, (...args) => resolve(args)));

const events = (differences: Difference[]) => new Set(differences.map(({ event }) => event));

describe.each<[string, Transports]>([
  ["WebSocket", ["websocket"]],
  ["an upgrade", ["polling", "websocket"]],
])("by %s", (_name, transports) => {
  it("names each event that relies on memory, and what a client gets without", async () => {
    const differences = await compare("forgetful", async (server) => {
      const [ann, bob] = await pair(server, transports);
      await ann.emitWithAck("name", "Ann");
      await bob.emitWithAck("name", "Bob");
      await ann.emitWithAck("click");
      await ann.emitWithAck("click");
      await ann.emitWithAck("begin");
      const played = heard(ann, "played");
      ann.emit("play");
      await played;
      const left = heard(bob, "left");
      ann.disconnect();
      await left;
      bob.disconnect();
    });
    expect(differences.map(({ message }) => message.replace(/0\.\d+/g, "0.5"))).toEqual([
      '"connect": "welcome" for its sender is [2,0.5] where memory is kept, [1,0.5] where not',
      '"name": "people" for its sender is [["Ann","Bob"]] where memory is kept, [["Bob"]] where not',
      '"name": "people" for another client is [["Ann","Bob"]] where memory is kept, [["Bob"]] where not',
      '"click": the ack for its sender is [2] where memory is kept, [1] where not',
      '"play": "played" for its sender comes once where memory is kept, does not come where not',
      expect.stringMatching(/^"disconnect": "left" for another client comes once where memory is kept/),
    ]);
  });

  it("says nothing of an app that keeps nothing in memory, though its ids and times are made up", async () => {
    const differences = await compare("lasting", async (server) => {
      const [ann, bob] = await pair(server, transports);
      ann.on("how many?", (ack) => ack(42));
      expect(await ann.emitWithAck("click")).toBe(1);
      expect(await ann.emitWithAck("click")).toBe(2);
      const code = await ann.emitWithAck("create");
      const joined = heard(ann, "joined");
      expect(await bob.emitWithAck("join", code)).toBe(1);
      expect((await joined)[0]).toBe(bob.id);
      const told = heard(bob, "private");
      ann.emit("private", bob.id, "psst");
      await told;
      expect(await ann.emitWithAck("question")).toBe(42);
      expect(await bob.emitWithAck("picture")).toEqual(Buffer.from([1, 2, 3]));
      ann.disconnect();
      bob.disconnect();
    });
    expect(differences).toEqual([]);
  });
});

it("plays what a plain client says, too", async () => {
  const differences = await compare("forgetful", async ({ plainUrl }) => {
    const plain = new WebSocket(plainUrl);
    await once(plain, "message");
    for (let time = 0; time < 2; time++) {
      plain.send(JSON.stringify({ action: "name", data: `guest ${time}` }));
      await once(plain, "message");
    }
    plain.send(JSON.stringify({ action: "begin" }));
    plain.send(JSON.stringify({ action: "play" }));
    await once(plain, "message");
    plain.close();
  });
  expect(events(differences)).toContain("play");
});

it("refuses a server that is not new, and says how to get one that is", async () => {
  const { io } = await APPS.lasting();
  await expect(
    compareFreshAndKept(
      () => io,
      async () => {},
    ),
  ).rejects.toThrow(/needs a new server each time.*vi\.resetModules\(\)/);
});

it("rejects with what the drive throws", async () => {
  const broken = compare("lasting", async () => expect("this").toBe("that"));
  await expect(broken).rejects.toThrow("expected 'this' to be 'that'");
});
