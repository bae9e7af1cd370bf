/**
 * Ordered mode: a handler that awaits an ack of its own client holds the place behind which
 * the ack would wait.
 */
import type { Server } from "socket.io";
import * as msgpack from "socket.io-msgpack-parser";
import { describe, expect, it, vi } from "vitest";
import { OrderedAckError } from "../../runtime/errors.js";
import { orderedServers, queued, queuedAnswer, queueEvent } from "../support/queued.js";

const serve = orderedServers();
const ALL_DONE = { batchItemFailures: [] };

describe("a handler that awaits its own client's ack", () => {
  const asking = (io: Server) => {
    io.on("connection", (socket) => {
      socket.on("ask", async (question: string, answer) => {
        try {
          answer(await socket.timeout(5_000).emitWithAck("question", question));
        } catch (error) {
          answer((error as Error).name);
        }
      });
    });
  };

  it("gets it, for the answer overtakes what waits in the queue", async () => {
    const { handler, engineIo, framesOf, delivery } = serve(asking);
    const client = await engineIo();
    await handler(queueEvent(queued(client.message("40"))));
    const question = new Promise<string>((resolve) => {
      delivery.before = (_to, frame) => {
        if (frame?.includes("question")) resolve(frame);
      };
    });
    const event = queueEvent(queued(client.message('421["ask","why?"]')));
    const handled = handler(event);
    const [, id] = (await question).match(/^42(\d+)\["question"/) ?? [];
    expect(await handler(queueEvent(queuedAnswer(client.message(`43${id}["because"]`))))).toEqual(ALL_DONE);
    expect(await handled).toEqual(ALL_DONE);
    expect(framesOf(client).at(-1)).toBe('431["because"]');
  });

  it("is refused before anything is sent where the parser hides what is an ack", async () => {
    const { handler, engineIo, framesOf } = serve(asking, { io: { parser: msgpack } });
    const client = await engineIo();
    await handler(queueEvent(queued(client.message(frame({ type: 0, nsp: "/" })))));
    const before = framesOf(client).length;
    const ask = frame({ type: 2, nsp: "/", id: 1, data: ["ask", "why?"] });
    expect(await handler(queueEvent(queued(client.message(ask))))).toEqual(ALL_DONE);
    expect(framesOf(client).slice(before).map(packetIn)).toEqual([
      expect.objectContaining({ type: 3, id: 1, data: ["OrderedAckError"] }),
    ]);
  });

  it("with a callback is told by a throw where it calls emit", async () => {
    const thrown = vi.fn();
    const { handler, engineIo } = serve(
      (io) => {
        io.on("connection", (socket) => {
          try {
            socket.timeout(1).emit("question", () => {});
          } catch (error) {
            thrown(error);
          }
          socket.emit("an event like any other");
        });
      },
      { io: { parser: msgpack } },
    );
    const client = await engineIo();
    await handler(queueEvent(queued(client.message(frame({ type: 0, nsp: "/" })))));
    expect(thrown).toHaveBeenCalledExactlyOnceWith(expect.any(OrderedAckError));
  });

  it("finds a warning in the log where the answer waited for its turn", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { handler, plain } = serve((io) => void io.on("connection", () => {}));
    const client = await plain();
    await handler(queueEvent(queuedAnswer(client.message({ ack: 5 }))));
    expect(warned).not.toHaveBeenCalled();
    await handler(queueEvent(queued(client.message({ data: [], ack: 5 }))));
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('begins with {"ack"'));
    warned.mockRestore();
  });
});

/** A packet of a client whose parser is msgpack. */
function frame(packet: { type: number; nsp: string; id?: number; data?: unknown }): string {
  const [part] = new msgpack.Encoder().encode(packet as never) as unknown as [Uint8Array];
  return `b${Buffer.from(part).toString("base64")}`;
}

function packetIn(frame: string): unknown {
  const decoder = new msgpack.Decoder();
  let packet: unknown;
  decoder.on("decoded", (decoded: unknown) => {
    packet = decoded;
  });
  decoder.add(Buffer.from(frame.slice(1), "base64") as never);
  return packet;
}
