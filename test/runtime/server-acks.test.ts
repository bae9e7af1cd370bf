/** Acks that the server waits for: the client's answer comes in another event than the one that waits. */
import { describe, expect, it } from "vitest";
import { kit } from "../support/kit.js";

describe.each([true, false])("acks of clients (cold: %j)", (cold) => {
  const served = () =>
    kit(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("ask me", async (ack) => ack(await socket.timeout(2_000).emitWithAck("question", 6)));
          socket.on("ask all", async (ack) => ack(await io.timeout(2_000).emitWithAck("question", 7)));
          socket.on("ask in vain", async (ack) => {
            const error = await io
              .timeout(300)
              .emitWithAck("puzzle")
              .catch((thrown) => thrown);
            ack({ message: error.message, responses: error.responses });
          });
        });
      },
      { cold },
    );

  it("one client's", async () => {
    const { clients } = await served();
    const client = await clients.join();
    client.on("question", (n, ack) => ack(n * 2));
    expect(await client.emitWithAck("ask me")).toBe(12);
  });

  it("all clients'", async () => {
    const { clients } = await served();
    const both = [await clients.join(), await clients.join()];
    for (const client of both) client.on("question", (n, ack) => ack(n * 2));
    expect(await both[0]?.emitWithAck("ask all")).toEqual([14, 14]);
  });

  it("those that came in time are in the error", async () => {
    const { clients } = await served();
    const [silent, quick] = [await clients.join(), await clients.join()];
    quick.on("puzzle", (ack) => ack("solved"));
    expect(await silent.emitWithAck("ask in vain")).toEqual({
      message: "operation has timed out",
      responses: ["solved"],
    });
  });
});
