/** Packets of several frames on the whole local stack: 4 environments post to the same clients at once. */
import { fileURLToPath } from "node:url";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";

const EACH = 10;

describe("environments that post to the same clients at once", () => {
  let local: Local;
  const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

  beforeAll(async () => {
    local = await startLocal({
      app: fileURLToPath(new URL("./apps/pictures.ts", import.meta.url)),
      environments: 4,
      // Posts of several environments interleave in every way.
      faults: { seed: 3, postSlow: 0.5, postSlowMs: 20 },
    });
  });
  afterEach(() => clients.close());
  afterAll(() => local?.close());

  it("keep the frames of each packet together, so that no client closes for a parse error", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => clients.join()));
    const walls = all.map(watch);
    await Promise.all(
      all.map(async (client, index) => {
        await client.emitWithAck(index % 2 === 0 ? "paint" : "say", EACH);
        for (let n = 0; n < EACH; n++) expect(await mine(client, n)).toEqual([n, 3]);
      }),
    );
    for (const wall of walls) expect(await wall).toEqual({ pictures: 2 * EACH, said: 2 * EACH, closed: [] });
  });
});

interface Wall {
  readonly pictures: number;
  readonly said: number;
  readonly closed: readonly string[];
}

/** Resolves when all has come, or the client is closed. */
function watch(client: Socket): Promise<Wall> {
  return new Promise((resolve) => {
    let [pictures, said] = [0, 0];
    const look = (...closed: string[]) => {
      if (closed.length > 0 || pictures + said === 4 * EACH) resolve({ pictures, said, closed });
    };
    client.on("disconnect", (reason) => look(reason));
    client.on("picture", (n: number, one: Buffer, two: Buffer) => {
      if ([...one, ...two].join() === [n, 1, n, 2].join()) pictures++;
      look();
    });
    client.on("said", () => {
      said++;
      look();
    });
  });
}

/** An ack with an attachment. */
function mine(client: Socket, n: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    client.once("disconnect", (reason) => reject(new Error(reason)));
    client.emit("mine", n, (_n: number, picture: Buffer) => resolve([...picture]));
  });
}
