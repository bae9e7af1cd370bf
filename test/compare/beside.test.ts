/** `dev --compare`: the stacks beside the one that clients talk to. */
import { fileURLToPath } from "node:url";
import { io as connect } from "socket.io-client";
import { expect, it, onTestFinished } from "vitest";
import { CompareBeside } from "../../local/compare/compare-beside.js";
import type { LocalEvent } from "../../local/local-event.js";
import { startLocal } from "../../local/start.js";

const app = fileURLToPath(new URL("apps/forgetful.ts", import.meta.url));

it("names the events that rely on memory, those of a client that came before all ran, too", async () => {
  const told: LocalEvent[] = [];
  const comparing = new CompareBeside({ app }, (event) => told.push(event));
  onTestFinished(() => comparing.close());
  const local = await startLocal({ app, watcher: comparing.watcher });
  onTestFinished(() => local.close());

  // As a page of its own address, which passes without the option cors.
  const { origin } = new URL(local.pageUrl);
  const client = connect(origin, { forceNew: true, extraHeaders: { origin } });
  onTestFinished(() => void client.close());
  await client.emitWithAck("name", "Ann");
  for (let time = 0; time < 2; time++) await client.emitWithAck("click");
  await comparing.start();
  expect(told).toEqual([
    {
      type: "compare",
      event: "click",
      message: '"click": the ack for its sender is [2] where memory is kept, [1] where not',
    },
  ]);

  await client.emitWithAck("begin");
  client.emit("play");
  await expect.poll(() => told.length, { timeout: 20_000 }).toBe(2);
  expect(told[1]).toMatchObject({ event: "play" });
});

it("ends with a warning where a stack beside cannot start", async () => {
  const told: LocalEvent[] = [];
  const comparing = new CompareBeside({ app: `${app}.gone` }, (event) => told.push(event));
  await comparing.start();
  expect(told).toEqual([
    { type: "warning", message: expect.stringMatching(/^--compare ends: .*There is no file/s) },
  ]);
});
