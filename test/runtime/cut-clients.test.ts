/** What API Gateway refuses on a WebSocket, and long-polling takes. */
import type { Socket } from "socket.io-client";
import { expect, it } from "vitest";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";

async function reconnecting(recovers: boolean): Promise<Socket> {
  const { clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.emit("welcome");
        socket.on("length", (bytes, ack) => ack(bytes.length));
      });
    },
    { io: recovers ? { connectionStateRecovery: {} } : {} },
  );
  const client = clients.make("/", {
    path: "/socket.io",
    transports: ["polling", "websocket"],
    reconnection: true,
    reconnectionDelay: 10,
  });
  const welcome = received(client, "welcome"); // with the offset by which it recovers
  client.connect();
  await welcome;
  expect(transportOf(client)).toBe("websocket");
  return client;
}

function transportOf(client: Socket): string {
  return client.io.engine.transport.name;
}

async function isCut(client: Socket, argument: unknown): Promise<void> {
  const [gone, back] = [received(client, "disconnect"), received(client, "connect")];
  client.emit("length", argument, () => {});
  await gone;
  await back;
}

it.each([
  ["a binary frame (1003)", Buffer.from("12345"), 5],
  ["a message over 32 KB (1009)", "x".repeat(40_000), 40_000],
])("a client that was cut for %s comes back by polling, and is heard", async (_what, argument, length) => {
  const client = await reconnecting(true);
  await isCut(client, argument);
  expect(client.recovered).toBe(true);
  expect(transportOf(client)).toBe("polling");
  expect(await client.emitWithAck("length", argument)).toBe(length);
});

it("one that cannot recover is not known again, and upgrades", async () => {
  const client = await reconnecting(false);
  await isCut(client, Buffer.from("1"));
  expect(transportOf(client)).toBe("websocket");
});
