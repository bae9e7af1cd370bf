/**
 * Broadcasts that can be encoded for Socket.IO clients and not for plain ones: the others
 * still get them.
 */
import * as parser from "socket.io-parser";
import { expect, it } from "vitest";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";
import { logLines } from "../support/log-lines.js";

const log = logLines();

/** A parser that does not read all that it writes, as one of an app's own may do. */
class PickyDecoder extends parser.Decoder {
  override add(part: unknown): void {
    if (String(part).includes("unreadable")) throw new TypeError("This decoder does not read it.");
    super.add(part);
  }
}

const picky = { Encoder: parser.Encoder, Decoder: PickyDecoder };

it.each([
  [
    "that the app's parser does not read",
    { payload: "unreadable", io: { parser: picky }, error: /TypeError/ },
  ],
])(
  "a payload %s costs only plain clients the packet, and is reported once",
  async (_, { payload, io, error }) => {
    const { clients } = await kit(
      (server) => {
        server.on("connection", (socket) => {
          socket.on("tell", async (ack) => {
            server.emit("odd", payload);
            server.emit("even");
            ack();
          });
        });
      },
      { io },
    );
    const plain = [await clients.frames(), await clients.frames()];
    for (const frames of plain) expect(await frames.nextJson()).toMatchObject({ event: "connect" });
    const others = [await clients.join(), await clients.join(), await clients.join()];
    // Too deep for Vitest to look at.
    const heard = others.map((client) => received(client, "odd").then(() => true));
    await others[0]?.emitWithAck("tell");

    expect(await Promise.all(heard)).toEqual([true, true, true]);
    for (const frames of plain) expect(await frames.next()).toBe('{"event":"even","data":[]}');
    const [line, ...more] = log.lines().filter((text) => text.startsWith("["));
    expect(line).toMatch(/^\[delivery\] a broadcast to \/ cannot be encoded for plain clients: /);
    expect(line).toMatch(error);
    expect(more).toEqual([]);
  },
);
