/** What the sender of a large broadcast does itself, and what it leaves to `deliver`. */
import { Server, type ServerOptions } from "socket.io";
import { afterEach, expect, it, vi } from "vitest";
import { CHUNK_RECIPIENTS } from "../../runtime/delivery/chunks.js";
import { cutRest } from "../../runtime/delivery/cut-range.js";
import { type Chunk, isRange, type RangeOfBroadcast } from "../../runtime/delivery/deliver-event.js";
import { firstPage, type RecipientRange } from "../../runtime/delivery/recipient-range.js";
import { AwsCallError } from "../../runtime/errors.js";
import { createHandlers } from "../../runtime/handlers.js";
import { DIRECT_RECIPIENTS } from "../../runtime/rooms/fan-out.js";
import { testBackends } from "../support/backend.js";
import { GatewayEvents } from "../support/gateway-events.js";
import { memberCalled, memberTable, randomSids } from "../support/member-table.js";

const newBackend = testBackends();
const MEMBERS = 10_000;
const PAGE = DIRECT_RECIPIENTS + CHUNK_RECIPIENTS;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A room of many, and one client whose events talk to it. */
async function crowd(
  app: (io: Server) => void,
  options: Partial<ServerOptions> = {},
  sids = randomSids(MEMBERS),
) {
  const io = new Server(options);
  app(io);
  const { backend, delivery } = newBackend();
  const table = memberTable({ room: sids });
  const { pages } = table;
  const members = async function* () {
    yield sids.map(memberCalled);
  };
  const rooms = {
    ...backend.rooms,
    members,
    pages: { ...pages, partsOf: (_: string, names: readonly string[]) => names },
  };
  const handedOver: (Chunk | RangeOfBroadcast)[] = [];
  const invoked = vi.fn(async (event: Chunk | RangeOfBroadcast) => void handedOver.push(event));
  const own = { ...backend, rooms, invokeDeliver: invoked };
  const { handler } = createHandlers(io, { backend: () => own });
  const client = new GatewayEvents();
  await handler(client.connect({ EIO: "4", transport: "websocket" }));
  await handler(client.message("40"));
  table.reads.splice(0);
  const said = (frame: string) => delivery.sent.filter(([, sent]) => sent?.includes(frame)).map(([id]) => id);
  const send = (frame: string) => handler(client.message(frame));
  return { send, said, sids, table, handedOver, invoked, delivery, client };
}

/** Those that get what was handed over. */
async function recipientsOf(
  handedOver: readonly (Chunk | RangeOfBroadcast)[],
  table: ReturnType<typeof memberTable>,
) {
  const got = handedOver.flatMap((event) => (isRange(event) ? [] : event.members.map(({ sid }) => sid)));
  const ranges: RecipientRange[] = handedOver.flatMap((event) => (isRange(event) ? [event.range] : []));
  for (const range of ranges) {
    const page = await firstPage(table.pages, range, PAGE);
    got.push(...page.members.map(({ sid }) => sid));
    ranges.push(...cutRest(page, range.after));
  }
  return got;
}

const chunksIn = (handedOver: readonly (Chunk | RangeOfBroadcast)[]) =>
  handedOver.filter((event) => !isRange(event)).length;

it("reads one page, posts to the first, and hands over a chunk and ranges, in which all others are once", async () => {
  const { send, said, sids, table, handedOver } = await crowd((io) =>
    io.on("connection", (socket) => socket.on("say", () => void io.to("room").emit("said"))),
  );
  await send('42["say"]');
  expect(table.reads).toEqual([{ part: "room", rows: PAGE }]);
  const direct = said('"said"').map((id) => id.slice("c-".length));
  expect(direct).toHaveLength(DIRECT_RECIPIENTS);
  expect(chunksIn(handedOver)).toBe(1);
  expect(handedOver.length).toBeLessThan(1 + (1.2 * (MEMBERS - PAGE)) / CHUNK_RECIPIENTS);
  expect([...direct, ...(await recipientsOf(handedOver, table))].sort()).toEqual([...sids].sort());
});

it("with connection state recovery, reads all of what can be recovered, and a page of what is volatile", async () => {
  const { send, handedOver } = await crowd(
    (io) =>
      io.on("connection", (socket) => {
        socket.on("say", () => void io.to("room").emit("said"));
        socket.on("say if you can", () => void io.to("room").volatile.emit("said"));
      }),
    { connectionStateRecovery: {} },
  );
  await send('42["say"]');
  expect(chunksIn(handedOver)).toBe(handedOver.length);
  handedOver.splice(0);
  await send('42["say if you can"]');
  expect(chunksIn(handedOver)).toBe(1);
  expect(handedOver.length).toBeGreaterThan(1);
});

it("that is acked knows all who are asked", async () => {
  const { send, handedOver } = await crowd((io) =>
    io.on("connection", (socket) =>
      socket.on(
        "ask",
        () =>
          void io
            .to("room")
            .timeout(10)
            .emit("sure?", () => {}),
      ),
    ),
  );
  await send('42["ask"]');
  const members = handedOver.flatMap((event) => (isRange(event) ? [] : event.members));
  expect(members).toHaveLength(MEMBERS - DIRECT_RECIPIENTS);
});

it("of a packet that leaves no room in an event posts to all from here, page by page", async () => {
  const { send, said, table, invoked } = await crowd((io) =>
    io.on("connection", (socket) =>
      socket.on("say", () => void io.to("room").emit("said", "x".repeat(450_000))),
    ),
  );
  await send('42["say"]');
  expect(new Set(said('"said"')).size).toBe(MEMBERS);
  expect(said('"said"')).toHaveLength(MEMBERS);
  expect(table.reads).toHaveLength(MEMBERS / PAGE);
  expect(invoked).not.toHaveBeenCalled();
});

it("reports a range that Lambda does not take, and hands over the others", async () => {
  const report = vi.spyOn(console, "error").mockReturnValue();
  const { send, handedOver, invoked } = await crowd((io) =>
    io.on("connection", (socket) => socket.on("say", () => void io.to("room").emit("said"))),
  );
  let isRefused = false;
  invoked.mockImplementation(async (event) => {
    if (isRange(event) && !isRefused) {
      isRefused = true;
      throw new AwsCallError(429, "Invoking deliver");
    }
    handedOver.push(event);
  });
  await send('42["say"]');
  expect(report).toHaveBeenCalled();
  expect(handedOver.length).toBe(invoked.mock.calls.length - 1);
  expect(handedOver.length).toBeGreaterThan(2);
});

it("tells the listeners of its own socket, whose row somebody else reads", async () => {
  const heard: string[] = [];
  const speak = (io: Server) =>
    io.on("connection", (socket) => {
      socket.onAnyOutgoing((name: string) => void heard.push(name));
      socket.on("say", async () => {
        await socket.join("room");
        io.to("room").emit("said");
        io.to("room").except(socket.id).emit("said to others");
      });
    });
  // Its own id lies behind all of these.
  const { send } = await crowd(
    speak,
    {},
    randomSids(MEMBERS).map((sid) => `---${sid}`),
  );
  await send('42["say"]');
  expect(heard).toEqual(["said"]);
});
