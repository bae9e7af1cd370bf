/** How long the synthesized stack keeps a client that is in no namespace: its heartbeat ends it. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";

const APP = fileURLToPath(new URL("apps/connect-timeout.ts", import.meta.url));

describe.each(["concurrent", "ordered"] as const)("connectTimeout on the stack (%s)", (order) => {
  let local: Local;
  const clients = new Clients(() => ({ url: `ws://127.0.0.1:${local.port}`, path: "/prod" }));
  beforeAll(async () => {
    local = await startLocal({ app: APP, order, minuteMs: 500 });
  });
  afterEach(() => clients.close());
  afterAll(() => local?.close());

  it("closes a client that never sent a CONNECT, and one that was refused, and keeps the others", async () => {
    const ann = await clients.join("/", { query: { name: "ann" } });
    const plain = await clients.frames("?name=bob");
    await plain.nextJson();
    const silent = await clients.frames("?EIO=4&transport=websocket");
    const turnedAway = await clients.frames("?EIO=4&transport=websocket");
    turnedAway.send("40");
    const refused = await clients.frames();
    const codes = await Promise.all(
      [silent, turnedAway, refused].map(async (one) => (await one.closed).code),
    );
    expect(codes).toEqual([1000, 1000, 1000]);
    plain.send({ action: "disconnect" }); // it was in, and may stay
    const pings = new Promise<void>((resolve) => {
      let left = 4;
      ann.io.on("ping", () => --left === 0 && resolve());
    });
    await pings;
    expect([ann.connected, plain.socket.readyState]).toEqual([true, plain.socket.OPEN]);
  });
});
