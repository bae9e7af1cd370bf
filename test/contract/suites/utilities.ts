/** `fetchSockets`, `socketsJoin`, `socketsLeave`, `disconnectSockets`, over all connections; RemoteSocket. */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard } from "../../support/heard.js";
import type { Contract } from "../contract.js";
import { heardBy, io, nsp, run, runOnRemote, type SeenSocket, socket } from "../run.js";
import { together } from "../together.js";

export function utilities({ clients }: Contract): void {
  const ids = (sockets: readonly (SeenSocket | Socket)[]) => sockets.map(({ id }) => id).sort();

  /** Three clients; `a` and `b` are in "r", `c` in "s". */
  async function three() {
    const [a, b, c] = await together(clients, 3);
    await Promise.all([run(a, socket.join("r")), run(b, socket.join("r")), run(c, socket.join("s"))]);
    return [a, b, c] as const;
  }

  describe("fetchSockets", () => {
    it("finds all sockets of a namespace, of all connections", async () => {
      const all = await three();
      const [found] = await run(all[0], nsp.fetchSockets());
      expect(ids(found)).toEqual(ids(all));
    });

    it("finds those of rooms, each once, without the excepted", async () => {
      const [a, b, c] = await three();
      await run(b, socket.join("s"));
      const [r, union, exceptR, unionExcept, none] = await run(
        a,
        nsp.in("r").fetchSockets(),
        nsp.in(["r", "s"]).fetchSockets(),
        nsp.except("r").fetchSockets(),
        nsp
          .in(["r", "s"])
          .except(b.id ?? "")
          .fetchSockets(),
        nsp.in("nobody").fetchSockets(),
      );
      expect([r, union, exceptR, unionExcept, none].map(ids)).toEqual([
        ids([a, b]),
        ids([a, b, c]),
        ids([c]),
        ids([a, c]),
        [],
      ]);
    });

    it("of a socket's broadcast leaves the socket out", async () => {
      const [a, b, c] = await three();
      const [others, inRoom] = await run(a, socket.broadcast.fetchSockets(), socket.to("r").fetchSockets());
      expect(ids(others)).toEqual(ids([b, c]));
      expect(ids(inRoom)).toEqual([b.id]);
    });

    it("shows id, rooms, data and handshake of each", async () => {
      const [a, b] = await three();
      await b.emitWithAck("set data", { name: "b", nested: { list: [1] } });
      const [[found]] = await run(a, nsp.in(b.id ?? "").fetchSockets());
      expect(found).toMatchObject({
        id: b.id,
        rooms: [b.id, "r"].sort(),
        data: { name: "b", nested: { list: [1] } },
        handshake: { query: { EIO: "4" }, auth: {}, issued: expect.any(Number), address: expect.any(String) },
      });
      const [own] = await run(b, socket.handshake);
      expect(found?.handshake).toEqual(own);
    });

    it("sees what the same event has just done", async () => {
      const [a] = await three();
      const [, , , found] = await run(
        a,
        socket.join("new"),
        socket.leave("r"),
        nsp.in("new").fetchSockets(),
        nsp.in("r").fetchSockets(),
      );
      expect(ids(found)).not.toContain(a.id);
      const [[self]] = await run(a, nsp.in("new").fetchSockets());
      expect(self?.rooms).toEqual([a.id, "new"].sort());
    });

    it("by io is of the main namespace", async () => {
      const [main, other] = await Promise.all([clients.join(), clients.join("/custom")]);
      const [found] = await run(main, io.fetchSockets());
      expect(ids(found)).toContain(main.id);
      expect(ids(found)).not.toContain(other.id);
    });

    it("finds none where nobody is", async () => {
      const [a] = await together(clients, 1);
      expect(await run(a, io.of("/empty").fetchSockets())).toEqual([[]]);
    });
  });

  describe("allSockets", () => {
    it("finds ids, of a namespace or of rooms", async () => {
      const [a, b, c] = await three();
      const [all, r] = await run(a, nsp.allSockets(), nsp.in("r").allSockets());
      expect([...all].sort()).toEqual(ids([a, b, c]));
      expect([...r].sort()).toEqual(ids([a, b]));
    });
  });

  describe("socketsJoin and socketsLeave", () => {
    it("move everyone, or those of a room, to one or several rooms", async () => {
      const [a, b, c] = await three();
      await run(a, nsp.socketsJoin("all"), nsp.in("r").socketsJoin(["x", "y"]));
      const [all, x] = await run(a, nsp.in("all").fetchSockets(), nsp.in("x").fetchSockets());
      expect([ids(all), ids(x)]).toEqual([ids([a, b, c]), ids([a, b])]);
      expect((await run(b, socket.rooms))[0]).toEqual(expect.arrayContaining([b.id, "all", "r", "x", "y"]));
      await run(c, nsp.except("s").socketsLeave(["x", "all"]));
      const [left, leftX] = await run(a, nsp.in("all").fetchSockets(), nsp.in("x").fetchSockets());
      expect([ids(left), ids(leftX)]).toEqual([ids([c]), []]);
      expect((await run(b, socket.rooms))[0]).not.toContain("x");
    });

    it("hold for an emit later in the same event", async () => {
      const [a, b, c] = await three();
      const heard = await heardBy(
        [a, b, c],
        nsp.in("s").socketsJoin("r"),
        nsp.to("r").emit("hi"),
        nsp.in("r").socketsLeave("r"),
        nsp.to("r").emit("hi again"),
      );
      expect(heard).toEqual([[["hi"]], [["hi"]], [["hi"]]]);
    });

    it("show in socket.rooms of the socket in whose event they run", async () => {
      const [a] = await three();
      await run(a, nsp.socketsJoin("new"));
      expect((await run(a, socket.rooms))[0]).toContain("new");
    });

    it("of another connection show in its next event", async () => {
      const [a, b] = await three();
      await run(a, nsp.in(b.id ?? "").socketsJoin("picked"));
      expect((await run(b, socket.rooms))[0]).toContain("picked");
      expect(await heardBy([b, a], nsp.to("picked").emit("hi"))).toEqual([[["hi"]], []]);
    });
  });

  describe("disconnectSockets", () => {
    it("ends the sockets of a room and no others", async () => {
      const [a, b, c] = await three();
      const gone = Promise.all([received(a, "disconnect"), received(b, "disconnect")]);
      await run(c, nsp.in("r").disconnectSockets());
      expect((await gone).map(([reason]) => reason)).toEqual([
        "io server disconnect",
        "io server disconnect",
      ]);
      expect(await run(c, socket.connected)).toEqual([true]);
    });

    it("with true closes the connections", async () => {
      const [a, , c] = await three();
      const closed = new Promise((resolve) => a.io.engine.once("close", resolve));
      await run(c, nsp.in(a.id ?? "").disconnectSockets(true));
      await closed;
      expect(a.connected).toBe(false);
    });

    it("without true leaves the connection to its other namespaces", async () => {
      const [a, , c] = await three();
      const other = a.io.socket("/custom");
      other.connect();
      await received(other, "connect");
      const gone = received(a, "disconnect");
      await run(c, nsp.in(a.id ?? "").disconnectSockets());
      await gone;
      expect(await other.emitWithAck("echo", "still here")).toBe("still here");
    });

    it("ends also the socket in whose event it runs", async () => {
      const [a, b, c] = await three();
      const gone = Promise.all([a, b, c].map((client) => received(client, "disconnect")));
      a.emit("run", [{ target: "nsp", steps: [{ member: "disconnectSockets", args: [] }] }], () => {});
      expect((await gone).map(([reason]) => reason)).toEqual(
        ["a", "b", "c"].map(() => "io server disconnect"),
      );
    });
  });

  describe("a RemoteSocket", () => {
    it("emits to its client only", async () => {
      const [a, b, c] = await three();
      const heard = [a, b, c].map((client) => new Heard(client));
      const got = received(b, "hi");
      await runOnRemote(a, b.id, socket.emit("hi", 1));
      await got;
      await run(a, nsp.emit("done"));
      expect(await Promise.all(heard.map((one) => one.until("done")))).toEqual([[], [["hi", 1]], []]);
    });

    it("joins and leaves rooms", async () => {
      const [a, b] = await three();
      await runOnRemote(a, b.id, socket.join(["x", "y"]));
      expect((await run(b, socket.rooms))[0]).toEqual(expect.arrayContaining(["r", "x", "y"]));
      await runOnRemote(a, b.id, socket.leave("r"));
      expect((await run(b, socket.rooms))[0]).not.toContain("r");
    });

    it("is disconnected", async () => {
      const [a, b, c] = await three();
      const gone = received(b, "disconnect");
      await runOnRemote(a, b.id, socket.disconnect());
      expect((await gone)[0]).toBe("io server disconnect");
      const closed = new Promise((resolve) => c.io.engine.once("close", resolve));
      await runOnRemote(a, c.id, socket.disconnect(true));
      await closed;
    });
  });
}
