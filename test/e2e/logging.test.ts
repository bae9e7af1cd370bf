/** What a `connection` handler logs, on the whole local stack: once, as on a server that runs it once. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { startLocal } from "../../local/start.js";
import { Clients } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const APP = fileURLToPath(new URL("apps/logging.ts", import.meta.url));

it.each([1, 4])(
  "a connection logs once, and its events and its end each once, in %i environments",
  async (environments) => {
    const recorder = new Recorder();
    const local = await startLocal({ app: APP, environments, log: recorder.log });
    const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));
    const client = await clients.join();
    const { id } = client;
    for (let n = 0; n < 5; n++) await client.emitWithAck("say", n);
    clients.close();
    await recorder.output(new RegExp(`left ${id}`));
    await local.close();

    const printed = recorder.printed().split("\n");
    const own = printed.filter((line) => /^(connected|info|said|left) /.test(line));
    const said = [0, 1, 2, 3, 4].map((n) => `said ${n}`);
    expect(own.sort()).toEqual([`connected ${id}`, `info ${id}`, `left ${id}`, ...said].sort());
    expect(printed.filter((line) => line.startsWith("warned ")).length).toBeGreaterThan(5);
    const notes = printed.filter((line) => line.includes("is muted from now on"));
    expect(notes.length).toBeGreaterThan(0);
    expect(notes.length).toBeLessThanOrEqual(environments);
    expect(notes[0]).toMatch(/What is logged at .*logging\.ts:7:\d+ is muted/);
  },
);
