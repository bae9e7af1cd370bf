/** A server with a `path` of its own, where nobody has told the construct. */
import { io as connect } from "socket.io-client";
import { expect, it } from "vitest";
import { onNode, onStack, type Start } from "./servers.js";

const WRITTEN = "own-path.mjs";
const COMPUTED = "computed-path.mjs";

async function heard(
  start: Start,
  program: string,
): Promise<{ answer: string; printed: string; transport: string }> {
  const server = await start(program);
  const socket = connect(server.url, { path: "/my-path/", reconnection: false });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).once("connect_error", reject);
    });
    const answer = await socket.emitWithAck("say", "hello");
    const { engine } = socket.io;
    if (program !== COMPUTED && engine.transport.name !== "websocket") {
      await new Promise((resolve) => engine.once("upgrade", resolve));
    }
    return { answer, printed: server.printed(), transport: engine.transport.name };
  } finally {
    socket.close();
    await server.close();
  }
}

it.each([COMPUTED, WRITTEN])("hears default clients at its path, on plain Node: %s", async (program) => {
  expect(await heard(onNode, program)).toMatchObject({ answer: "heard hello" });
});

it("hears them on the local stack, as anywhere, where the file says its path", async () => {
  const { answer, printed, transport } = await heard(onStack(2), WRITTEN);
  expect([answer, transport]).toEqual(["heard hello", "websocket"]);
  expect(printed).not.toContain("frontDoor");
});

it("hears them by polling where the path is computed, and says what to give the construct", async () => {
  const { answer, printed } = await heard(onStack(2), COMPUTED);
  expect(answer).toBe("heard hello");
  expect(printed).toContain('frontDoor: { path: "/my-path" }');
});
