import { describe, expect, it } from "vitest";
import { received } from "../support/clients.js";
import { kit } from "../support/kit.js";

describe.each([true, false])("the server's hold on all sockets (cold: %j)", (cold) => {
  it("who joins by io.socketsJoin hears the emit right behind it", async () => {
    const { clients } = await kit(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("all in", () => {
            io.socketsJoin("room");
            io.to("room").emit("in the room");
          });
        });
      },
      { cold },
    );
    const [ann, bob] = [await clients.join(), await clients.join()];
    const heard = Promise.all([received(ann, "in the room"), received(bob, "in the room")]);
    ann.emit("all in");
    await heard;
  });

  it("io.disconnectSockets disconnects all", async () => {
    const { clients } = await kit(
      (io) => {
        io.on("connection", (socket) => {
          socket.on("close up", () => void io.disconnectSockets(true));
        });
      },
      { cold },
    );
    const [ann, bob] = [await clients.join(), await clients.join()];
    const gone = Promise.all([received(ann, "disconnect"), received(bob, "disconnect")]);
    ann.emit("close up");
    expect((await gone).map(([reason]) => reason)).toEqual(["io server disconnect", "io server disconnect"]);
  });
});
