/** Options that published servers set and that have no use here: one sentence, and the program runs. */
import { Server } from "socket.io";
import { Adapter } from "socket.io-adapter";
import { describe, expect, it } from "vitest";
import { serveLocal } from "../../local/testing.js";
import { Clients, received } from "../support/clients.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";

const log = logLines();

class RedisLikeAdapter extends Adapter {
  override broadcast(): never {
    throw new Error("There is no Redis.");
  }
}
/** As `createAdapter(pubClient, subClient)` of @socket.io/redis-adapter returns it. */
function createAdapter(): never {
  function make(nsp: ConstructorParameters<typeof Adapter>[0]) {
    return new RedisLikeAdapter(nsp);
  }
  return make as never;
}

const tell = (io: Server) => {
  io.on("connection", (socket) => {
    socket.on("tell", async (ack) => {
      await socket.join("tea");
      io.to("tea").emit("told");
      ack();
    });
  });
};

async function expectToRun(clients: Clients): Promise<void> {
  const client = await clients.join();
  const told = received(client, "told");
  await client.emitWithAck("tell");
  await told;
}

describe("an adapter of the app's own", () => {
  const said: string[] = [];

  it.each([
    ["in the options", () => new Server({ adapter: RedisLikeAdapter })],
    ["in the options, as a function", () => new Server({ adapter: createAdapter() })],
    ["by io.adapter()", () => new Server().adapter(createAdapter())],
    ["beside recovery", () => new Server({ connectionStateRecovery: {}, adapter: RedisLikeAdapter })],
  ])("%s is ignored", async (_, make) => {
    const io = make();
    tell(io);
    const server = await serveLocal(io);
    const clients = new Clients(() => server);
    await expectToRun(clients);
    clients.close();
    await server.close();
    said.push(...log.lines());
  });

  it("is spoken of once in a process", () => {
    const sentence = "The app's adapter is not used: rooms are kept in DynamoDB";
    expect(said).toEqual([expect.stringContaining(sentence)]);
  });

  it("by io.adapter() after createHandlers is ignored, and a new namespace has ours", async () => {
    let served: Server | undefined;
    const { clients } = await kit((io) => {
      tell(io);
      served = io;
    });
    const ours = served?.adapter();
    expect(served?.adapter(createAdapter())).toBe(served);
    expect(served?.adapter()).toBe(ours);
    await expectToRun(clients);
  });

  it("is not spoken of where there is none", async () => {
    const { clients } = await kit(tell, { io: { connectionStateRecovery: {} } });
    await expectToRun(clients);
    expect(log.lines()).toEqual([]);
  });
});

it("a pingInterval of 25 s is replaced with one sentence, and the program runs", async () => {
  const { clients } = await kit(tell, { io: { pingInterval: 25_000 } });
  const frames = await clients.frames("?EIO=4&transport=websocket");
  expect(JSON.parse((await frames.next()).slice(1))).toMatchObject({ pingInterval: 60_000 });
  await expectToRun(clients);
  expect(log.lines()).toEqual([
    expect.stringMatching(/The option pingInterval is 25000 ms, and 60000 ms is used/),
  ]);
});
