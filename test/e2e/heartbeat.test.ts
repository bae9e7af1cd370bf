/** The heartbeat of the synthesized stack: its schedule, with minutes that take milliseconds. */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";

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

  it("refuses at start-up an interval that its schedule cannot keep, and says which it can", async () => {
    await expect(startLocal({ app: APP })).rejects.toThrow(
      "pingInterval is 1000 ms, and must be between 60000 and 540000",
    );
  });
});
