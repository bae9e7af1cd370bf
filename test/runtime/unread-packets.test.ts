/** A client that polled and was lost: what waited in its queue comes with its recovery. */
import type { Socket } from "socket.io-client";
import { expect, it } from "vitest";
import type { LocalServer } from "../../local/testing.js";
import { dynamoStores } from "../../runtime/backend.js";
import { nextOffset } from "../../runtime/recovery/offset.js";
import { dynamoPolling } from "../../runtime/store/dynamo-polling.js";
import { received } from "../support/clients.js";
import { Heard } from "../support/heard.js";
import { kit } from "../support/kit.js";

/** Ann polls, and Bob talks. */
async function annAndBob() {
  const { server, clients } = await kit(
    (io) => {
      io.on("connection", (socket) => {
        socket.on("say", (text, ack) => {
          io.emit("said", text);
          ack();
        });
      });
    },
    { io: { connectionStateRecovery: {}, allowUpgrades: false } },
  );
  const options = { path: "/socket.io", transports: ["polling"], reconnection: false };
  const ann = clients.make("/", options);
  const connected = received(ann, "connect");
  ann.connect();
  await connected;
  const bob = await clients.join();
  return { server, ann, bob };
}

/** The network takes Ann's side away: she asks for nothing more, and nobody is told. */
function lose(ann: Socket): string {
  const { engine } = ann.io as unknown as { engine: { id: string; transport: { onClose(): void } } };
  const sid = engine.id;
  engine.transport.onClose();
  return sid;
}

async function recover(ann: Socket): Promise<Heard> {
  const heard = new Heard(ann);
  const connected = received(ann, "connect");
  ann.connect();
  await connected;
  expect(ann.recovered).toBe(true);
  return heard;
}

function storesOf({ tables }: LocalServer) {
  const { client, connections, rooms } = tables;
  return { ...dynamoStores(client, connections, rooms), polling: dynamoPolling(client, rooms) };
}

it("what was sent while nobody polled is heard once, in its order", async () => {
  const { ann, bob } = await annAndBob();
  const before = received(ann, "said");
  await bob.emitWithAck("say", "before");
  await before;
  lose(ann);
  for (const text of ["one", "two"]) await bob.emitWithAck("say", text);
  const heard = await recover(ann);
  await bob.emitWithAck("say", "after");
  const said = await heard.some(3, ([event]) => event === "said");
  expect(said.map(([, text]) => text)).toEqual(["one", "two", "after"]);
});

it("a packet that was overtaken on its way into the queue is heard, too", async () => {
  const { server, ann, bob } = await annAndBob();
  const overtaken = nextOffset();
  const before = received(ann, "said");
  await bob.emitWithAck("say", "before");
  await before;
  const sid = lose(ann);
  // Its sender was slow: the offset is older than that of what Ann has heard, and its row is newer.
  await storesOf(server).polling.put(sid, [`42["said","slow","${overtaken}"]`]);
  const heard = await recover(ann);
  await bob.emitWithAck("say", "after");
  const said = await heard.some(2, ([event]) => event === "said");
  expect(said.map(([, text]) => text)).toEqual(["slow", "after"]);
});

it("a packet that she has got, and whose row is still there, is not heard again", async () => {
  const { server, ann, bob } = await annAndBob();
  for (const text of ["one", "two"]) {
    const said = received(ann, "said");
    await bob.emitWithAck("say", text);
    await said;
  }
  const sid = lose(ann);
  const { packets = [] } = (await storesOf(server).polling.look(sid)) ?? {};
  expect(packets).toHaveLength(1); // it goes with her next GET
  const heard = await recover(ann);
  await bob.emitWithAck("say", "after");
  const said = await heard.some(1, ([event]) => event === "said");
  expect(said.map(([, text]) => text)).toEqual(["after"]);
});

it("who posts to a session that is over is told so, and leaves nothing in its queue", async () => {
  const { server, ann, bob } = await annAndBob();
  const sid = lose(ann);
  const { polling } = storesOf(server);
  await polling.close(sid, "closed");
  await bob.emitWithAck("say", "nobody polls");
  await server.settled();
  expect(await polling.left(sid)).toEqual([]);
});
