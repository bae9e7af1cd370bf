/** A server with a `path` of its own, where nobody has told the front door. */
import { io as connect } from "socket.io-client";
import { expect, it } from "vitest";
import { onNode, onStack, type Start } from "./servers.js";

async function heard(start: Start): Promise<{ answer: string; printed: string }> {
  const server = await start("own-path.mjs");
  const socket = connect(server.url, { path: "/my-path/", reconnection: false });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).once("connect_error", reject);
    });
    return { answer: await socket.emitWithAck("say", "hello"), printed: server.printed() };
  } finally {
    socket.close();
    await server.close();
  }
}

it("hears default clients at its path, on plain Node", async () => {
  expect(await heard(onNode)).toMatchObject({ answer: "heard hello" });
});

it("hears them on the local stack, and says what to give the construct", async () => {
  const { answer, printed } = await heard(onStack(2));
  expect(answer).toBe("heard hello");
  expect(printed).toContain('frontDoor: { path: "/my-path" }');
});
