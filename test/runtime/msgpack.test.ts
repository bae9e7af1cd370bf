import * as parser from "socket.io-msgpack-parser";
import { describe, expect, it } from "vitest";
import { kit } from "../support/kit.js";

describe("socket.io-msgpack-parser", () => {
  it("carries events, acks and binary both ways, one frame a packet", async () => {
    const { clients } = await kit(
      (io) => {
        io.of("/m").on("connection", (socket) => {
          socket.on("double", async (bytes: Buffer, ack) => {
            const answer = await socket
              .timeout(2000)
              .emitWithAck("add one", Buffer.from(bytes.map((b) => b * 2)));
            socket.join("room");
            io.of("/m").to("room").emit("done", answer);
            ack(answer);
          });
        });
      },
      { io: { parser } },
    );
    const client = await clients.join("/m", { parser, forceBase64: true } as never);
    client.on("add one", (bytes: Uint8Array, ack) => ack(Buffer.from(bytes).map((b) => b + 1)));
    const done = new Promise<Uint8Array>((resolve) => client.once("done", resolve));
    expect([...(await client.emitWithAck("double", Buffer.from([1, 2, 3])))]).toEqual([3, 5, 7]);
    expect([...(await done)]).toEqual([3, 5, 7]);
    client.disconnect();
  });
});
