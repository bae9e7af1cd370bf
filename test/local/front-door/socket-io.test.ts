/** Real clients with default options before the construct's own front door, on the local stack. */
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalEvent } from "../../../local/local-event.js";
import { type Local, startLocal } from "../../../local/start.js";
import { Log } from "../../gateway/harness.js";
import { LIBRARY, project } from "../dev/project.js";

const APP = `
import { Server } from "socket.io";
export const io = new Server();
io.on("connection", (socket) => {
  socket.on("ask", (text, ack) => ack({ text, transport: socket.conn.transport.name }));
});
`;

const STACK = `
import { App, Stack } from "aws-cdk-lib";
import { addConnectionOutputs, SocketIoApi } from ${LIBRARY};
const stack = new Stack(new App(), "Mine");
const api = new SocketIoApi(stack, "Chat", { app: "app.ts", frontDoor: true });
addConnectionOutputs(stack, api);
`;

let local: Local;
const events = new Log<LocalEvent>();
const made = project({
  "package.json": '{ "type": "module" }',
  "cdk.json": '{ "app": "node --import tsx bin/my.ts" }',
  "bin/my.ts": STACK,
  "app.ts": APP,
});

beforeAll(async () => {
  local = await startLocal({ project: made.folder, log: (event) => events.add(event) });
});
afterAll(async () => {
  await local.close();
  made.remove();
});

function connect(options: Parameters<typeof io>[1] = {}): Socket {
  return io(`http://localhost:${local.port}`, { forceNew: true, ...options });
}

const ask = (client: Socket, text: string) => client.timeout(20_000).emitWithAck("ask", text);

describe("the front door of SocketIoApi on the local stack", () => {
  it("runs without a warning, and its outputs say io(…) with this machine's address", () => {
    expect(events.all.filter(({ type }) => type === "warning")).toEqual([]);
    expect(Object.values(local.outputs)).toContain(`io("http://localhost:${local.port}")`);
  });

  it("takes a client without options, which upgrades: a line when it comes, one when it upgrades", async () => {
    const before = events.all.length;
    const client = connect();
    expect(await ask(client, "hi")).toMatchObject({ text: "hi" });
    const polling = await events.find(({ type }) => type === "polling", before);
    const upgrade = await events.find(({ type }) => type === "upgrade", before);
    expect(upgrade).toMatchObject({ from: "connectionId" in polling && polling.connectionId });
    client.disconnect();
    await events.find(({ type }) => type === "disconnect", before);
    const kinds = events.all.slice(before).map(({ type }) => type);
    expect(kinds.filter((kind) => kind === "connect" || kind === "polling-end")).toEqual([]);
  });

  it("takes a client that only polls", async () => {
    const before = events.all.length;
    const client = connect({ transports: ["polling"] });
    expect(await ask(client, "hi")).toMatchObject({ text: "hi" });
    client.disconnect();
    await events.find(({ type }) => type === "polling-end", before);
  });

  it("takes a client that begins with WebSocket", async () => {
    const client = connect({ transports: ["websocket"] });
    expect(await ask(client, "hi")).toEqual({ text: "hi", transport: "websocket" });
    client.disconnect();
  });
});
