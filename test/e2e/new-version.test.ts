import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, received } from "../support/clients.js";

let folder: string;
let local: Local;
const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

/** The app's next version, which answers with its name. */
async function writeVersion(name: string): Promise<void> {
  const code = `import { Server } from "socket.io";
    export const io = new Server({ connectionStateRecovery: {} });
    io.on("connection", (socket) => {
      if (!socket.recovered) socket.emit("hello");
      socket.on("remember", async (what, ack) => {
        socket.data.what = what;
        await socket.join("room");
        ack();
      });
      socket.on("recall", (ack) => ack("${name}", socket.data.what, socket.rooms.has("room")));
      socket.on("say", (text) => io.to("room").emit("said", "${name}", text));
    });`;
  await writeFile(join(folder, "app.ts"), code);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "new-version-"));
  await writeVersion("old");
  local = await startLocal({ app: join(folder, "app.ts") });
});

afterAll(async () => {
  clients.close();
  await local?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a new version while clients are connected", () => {
  it("keeps their connections, data and rooms, and recovers those it finds lost", async () => {
    const client = clients.make("/", { reconnection: true, reconnectionDelay: 50 });
    const hello = received(client, "hello");
    client.connect();
    await hello;
    const { id } = client;
    await client.emitWithAck("remember", "this");

    await writeVersion("new");
    await local.reload();
    const recall = () => new Promise((resolve) => client.emit("recall", (...all: unknown[]) => resolve(all)));
    expect(await recall()).toEqual(["new", "this", true]);
    expect(client.id).toBe(id);

    const back = received(client, "disconnect").then(() => received(client, "connect"));
    local.gateway.drop(local.gateway.connectionIds()[0] ?? "");
    await back;
    expect(client.recovered).toBe(true);
    expect(client.id).toBe(id);
    expect(await recall()).toEqual(["new", "this", true]);
    const said = received(client, "said");
    client.emit("say", "hi");
    expect((await said).slice(0, 2)).toEqual(["new", "hi"]);
  });
});
