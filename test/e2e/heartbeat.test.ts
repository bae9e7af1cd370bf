/** The heartbeat of the synthesized stack: its schedule, with minutes that take milliseconds. */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const APP = fileURLToPath(new URL("apps/heartbeat.ts", import.meta.url));

let local: Local | undefined;
const clients = new Clients(() => ({ url: `ws://127.0.0.1:${local?.port}`, path: "/prod" }));

afterEach(async () => {
  clients.close();
  await local?.close();
  local = undefined;
});

describe("the heartbeat of a stack", () => {
  it("keeps who answers, and ends who does not, with its reason", async () => {
    local = await startLocal({ app: APP, minuteMs: 500 });
    const alive = await clients.join();
    const pings = new Promise<void>((resolve) => {
      let left = 2;
      alive.io.on("ping", () => --left === 0 && resolve());
    });
    const silent = await clients.frames("?EIO=4&transport=websocket");
    await silent.next();
    silent.send("40");
    const { sid } = JSON.parse((await silent.next()).slice(2));
    const left = new Promise<unknown[]>((resolve) => {
      alive.on("left", (...args: unknown[]) => args[0] === sid && resolve(args));
    });
    expect(await left).toEqual([sid, "ping timeout"]);
    await silent.closed;
    await pings;
    expect(alive.connected).toBe(true);
  });

  it("runs with an interval that its schedule cannot keep, and says which one is used", async () => {
    const recorder = new Recorder();
    const stack = await startLocal({ app: APP, log: recorder.log });
    const others = new Clients(() => ({ url: `ws://localhost:${stack.port}`, path: `/${stack.stage}` }));
    const frames = await others.frames("?EIO=4&transport=websocket");
    expect(JSON.parse((await frames.next()).slice(1))).toMatchObject({ pingInterval: 60_000 });
    await recorder.output(/The option pingInterval is 1000 ms, and 60000 ms is used/);
    others.close();
    await stack.close();
  });
});
