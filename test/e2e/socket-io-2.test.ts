/** Clients of Socket.IO 2 on the synthesized stack, beside those of version 4 and plain ones. */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { asked, Clients2, heard } from "../support/client-2.js";
import { Clients, received } from "../support/clients.js";

let local: Local | undefined;
const door = () => ({ url: `ws://127.0.0.1:${local?.port}`, path: "/prod" });
const clients = new Clients(door);
const clients2 = new Clients2(door);

afterEach(async () => {
  clients.close();
  clients2.close();
  await local?.close();
  local = undefined;
});

const app = fileURLToPath(new URL("apps/socket-io-2.ts", import.meta.url));

describe.each(["concurrent", "ordered"] as const)("clients of Socket.IO 2, order: %s", (order) => {
  it("share a room with clients of version 4 and plain ones", async () => {
    local = await startLocal({ app, order });
    const [two, four, plain] = await Promise.all([
      clients2.join("/", { forceBase64: true }),
      clients.join(),
      clients.frames(),
    ]);
    await plain.greeting();
    plain.send({ action: "join", data: ["tea"], id: 1 });
    expect(await plain.nextJson()).toMatchObject({ ack: 1 });
    await four.emitWithAck("join", "tea");
    expect(await asked(two, "join", "tea")).toEqual([two.id]);
    const said = () => Promise.all([heard(two, "said"), received(four, "said"), plain.nextJson()]);
    const text = said();
    four.emit("say", "tea", "hello");
    expect(await text).toEqual([["hello"], ["hello"], { event: "said", data: ["hello"] }]);
    const binary = said();
    const bytes = Buffer.from("bytes");
    two.emit("say", "tea", bytes);
    expect(await binary).toEqual([[bytes], [bytes], { event: "said", data: [{ base64: "Ynl0ZXM=" }] }]);
    const member = await clients2.join("/private?token=t1");
    expect(await asked(member, "who")).toEqual([{ token: "t1" }]);
  });
});
