/** `volatile`, `compress`, `local`, `timeout`; and members that cannot work, which say so. */
import { describe, expect, it } from "vitest";
import type { Contract } from "../contract.js";
import { heardBy, io, nsp, run, socket } from "../run.js";
import { together } from "../together.js";

const HI = [["hi"]];

export function flags({ clients, can }: Contract): void {
  describe("a flag", () => {
    it("volatile: reaches clients that are connected", async () => {
      expect(await heardBy(await together(clients, 2), socket.volatile.emit("hi"))).toEqual([HI, []]);
      expect(await heardBy(await together(clients, 2), nsp.volatile.emit("hi"))).toEqual([HI, HI]);
      expect(await heardBy(await together(clients, 2), socket.broadcast.volatile.emit("hi"))).toEqual([
        [],
        HI,
      ]);
    });

    it("compress: changes nothing that a client sees", async () => {
      expect(await heardBy(await together(clients, 2), socket.compress(true).emit("hi"))).toEqual([HI, []]);
      expect(await heardBy(await together(clients, 2), nsp.compress(false).emit("hi"))).toEqual([HI, HI]);
    });

    it("local: reaches at least the socket in whose event it is used", async () => {
      const [heard] = await heardBy(await together(clients, 1), nsp.local.emit("hi"));
      expect(heard).toEqual(HI);
    });

    it("applies to one emit: what follows is as usual", async () => {
      expect(
        await heardBy(
          await together(clients, 1),
          socket.volatile.compress(false).emit("a"),
          socket.emit("b"),
        ),
      ).toEqual([[["a"], ["b"]]]);
    });
  });

  describe.runIf(can.additions)("what cannot work says what to do instead", () => {
    for (const [name, call] of Object.entries({
      "io.serverSideEmit": io.serverSideEmit("hi"),
      "io.serverSideEmitWithAck": io.serverSideEmitWithAck("hi"),
      "namespace.serverSideEmit": nsp.serverSideEmit("hi"),
    })) {
      it(name, async () => {
        const [client] = await together(clients, 1);
        const member = name.replace(/.*\./, "");
        await expect(run(client, call)).rejects.toThrow(
          new RegExp(`${member.replace("WithAck", "")}.* .+\\.$`, "s"),
        );
        expect(await run(client, socket.connected)).toEqual([true]);
      });
    }
  });
}
