import { ScanCommand } from "@aws-sdk/client-dynamodb";
import type { Server } from "socket.io";
import { describe, expect, it } from "vitest";
import { received } from "../support/clients.js";
import { type Kit, kit } from "../support/kit.js";
import { sdkOf } from "../support/sdk-of.js";

/** Tells who watches what happens to the sockets of `/short`. */
function watched(io: Server): (...what: unknown[]) => void {
  return (...what) => void io.of("/watch").emit("seen", ...what);
}

async function leftInRooms({ server }: Kit): Promise<string[]> {
  await server.settled();
  const { rooms } = server.tables;
  const { Items = [] } = await sdkOf(server.tables).send(new ScanCommand({ TableName: rooms }));
  return Items.map(({ room }) => room?.S ?? "").filter((key) => key.startsWith('["/short"'));
}

for (const cold of [true, false]) {
  describe(`a socket that the server disconnects (cold: ${cold})`, () => {
    it("in its own connection handler hears of it once, and leaves nothing behind", async () => {
      const served = await kit(
        (io) => {
          const tell = watched(io);
          io.of("/watch").on("connection", () => {});
          io.of("/short").on("connection", (socket) => {
            socket.on("disconnecting", () => tell("disconnecting", socket.rooms.size));
            socket.on("disconnect", (reason) => tell("disconnect", reason));
            socket.join("room");
            socket.disconnect();
          });
        },
        { cold },
      );
      const watcher = await served.clients.join("/watch");
      const seen: unknown[] = [];
      watcher.on("seen", (...what) => seen.push(what));
      const client = served.clients.make("/short");
      const gone = received(client, "disconnect");
      client.connect();
      expect((await gone)[0]).toBe("io server disconnect");
      expect(await leftInRooms(served)).toEqual([]);
      expect(seen).toEqual([
        ["disconnecting", 2],
        ["disconnect", "server namespace disconnect"],
      ]);
      expect(watcher.connected).toBe(true);
    });

    it("right behind a leave is gone from all rooms, and its connection lives on", async () => {
      const served = await kit(
        (io) => {
          const tell = watched(io);
          io.of("/watch").on("connection", (socket) => socket.on("echo", (ack) => ack("here")));
          io.of("/short").on("connection", (socket) => {
            socket.join(["a", "b"]);
            socket.on("disconnect", (reason) => tell("disconnect", reason));
            socket.on("go", () => {
              socket.leave("a");
              socket.disconnect();
            });
          });
        },
        { cold },
      );
      const watcher = await served.clients.join("/watch");
      const seen = received(watcher, "seen");
      const client = await served.clients.join("/short");
      client.emit("go");
      expect(await seen).toEqual(["disconnect", "server namespace disconnect"]);
      expect(await leftInRooms(served)).toEqual([]);
      expect(await watcher.emitWithAck("echo")).toBe("here");
    });
  });
}
