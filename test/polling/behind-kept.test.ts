/**
 * Posts behind what was kept until the transport was known. Socket.IO's own clients send nothing but CONNECT
 * by then; others may send all they have, each when they have the "ok" for what was before.
 */
import { EventEmitter, once } from "node:events";
import type { Server, Socket } from "socket.io";
import { afterEach, expect, it, vi } from "vitest";
import { ENV } from "../../runtime/contract.js";
import { type Kit, kit } from "../support/kit.js";

afterEach(() => vi.unstubAllEnvs());

/** A client by `fetch`, whose every post was answered with "ok". */
async function rawClient({ server }: Kit) {
  const at = `${server.url.replace(/^ws/, "http")}/socket.io/?EIO=4&transport=polling`;
  const [, open = "{}"] = /^0(.*)$/.exec(await (await fetch(at)).text()) ?? [];
  const session = `${at}&sid=${JSON.parse(open).sid}`;
  let turn = 0;
  return {
    async post(body: string) {
      const answer = await fetch(session, {
        method: "POST",
        body,
        headers: { "content-type": "text/plain" },
      });
      expect(await answer.text()).toBe("ok");
    },
    async get() {
      turn++;
      return (await fetch(`${session}&t=${turn}`)).text();
    },
  };
}

it.each(["ordered", "concurrent"])("are handled behind it (%s)", async (order) => {
  vi.stubEnv(ENV.order, order);
  const heard: number[] = [];
  const handled = new EventEmitter();
  const handle = (number: number) => {
    heard.push(number);
    if (heard.length === 4) handled.emit("all");
    return new Promise((resolve) => setTimeout(resolve, 100));
  };
  const client = await rawClient(
    await kit((io: Server) => io.on("connection", (socket: Socket) => void socket.on("number", handle))),
  );
  const all = once(handled, "all");
  const connected = client.get();
  for (const body of ["40", '42["number",0]', '42["number",1]', '42["number",2]']) await client.post(body);
  await connected; // so the transport is known, and what was kept is being played
  await client.post('42["number",3]');
  await all;
  expect(heard).toEqual([0, 1, 2, 3]);
});

it("wait for a CONNECT that a middleware holds up", async () => {
  const middleware = new EventEmitter();
  const began = once(middleware, "began");
  const client = await rawClient(
    await kit((io: Server) => {
      io.use(async (_socket, next) => {
        middleware.emit("began");
        await new Promise((resolve) => setTimeout(resolve, 300));
        next();
      });
      io.on("connection", (socket: Socket) => void socket.on("ask", (ack) => ack("answered")));
    }),
  );
  const connected = client.get();
  await client.post("40");
  await began;
  await client.post('420["ask"]');
  const packets = (await connected).split("\x1e");
  if (packets.length === 1) packets.push(await client.get());
  expect(packets).toEqual([expect.stringMatching(/^40\{/), '430["answered"]']);
});

it("do not wait for a handler that waits for them", async () => {
  const client = await rawClient(
    await kit((io: Server) =>
      io.on("connection", (socket: Socket) => {
        socket.on("start", async () => socket.emit("ended", await socket.timeout(20_000).emitWithAck("ask")));
      }),
    ),
  );
  const connected = client.get();
  await client.post("40");
  await client.post('42["start"]');
  const seen = [await connected];
  while (!seen.join().includes("ask")) seen.push(await client.get());
  const [, id] = /42(\d+)\["ask"\]/.exec(seen.join()) ?? [];
  await client.post(`43${id}["here"]`);
  while (!seen.join().includes("ended")) seen.push(await client.get());
  expect(seen.join()).toContain('42["ended","here"]');
});
