/** socket.io drops the error of an adapter that cannot restore a session: it is reported before. */
import { Server } from "socket.io";
import { expect, it } from "vitest";
import { createHandlers } from "../../runtime/handlers.js";
import { nextOffset } from "../../runtime/recovery/offset.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { logLines } from "../support/log-lines.js";

const log = logLines();
const makeBackend = testBackends();

it("a session that the table cannot give back is reported, and its client gets a new one", async () => {
  const { backend, delivery } = makeBackend();
  const find = () => Promise.reject(new Error("no capacity"));
  const recovery = Object.assign(Object.create(backend.recovery), { find });
  const io = new Server({ connectionStateRecovery: {} });
  io.on("connection", (socket) => socket.emit("recovered?", socket.recovered));
  const { handler } = createHandlers(io, { backend: () => ({ ...backend, recovery }) });
  const client = new GatewayEvents();
  await handler(client.connect({ EIO: "4", transport: "websocket" }));
  await handler(client.message(`40${JSON.stringify({ pid: "lost-session-of-it", offset: nextOffset() })}`));

  const frames = delivery.to(client.connectionId).join("\n");
  expect(frames).toMatch(/^40\{"sid":/m);
  expect(frames).toMatch(/^42\["recovered\?",false/m);
  const reported = log.lines().find((line) => line.startsWith("[store]"));
  expect(reported).toBe(`[store] recovering a session of / on ${client.connectionId}: Error: no capacity`);
});
