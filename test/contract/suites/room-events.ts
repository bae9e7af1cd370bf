/**
 * The adapter's `create-room`, `join-room`, `leave-room` and `delete-room`: each once in
 * the whole deployment.
 */
import type { Socket } from "socket.io-client";
import { describe, expect, it } from "vitest";
import { received } from "../../support/clients.js";
import { Heard, type HeardEvent } from "../../support/heard.js";
import { WATCHERS } from "../apps/disconnects.js";
import { type Contract, fresh } from "../contract.js";
import { nsp, run, socket } from "../run.js";

export function roomEvents(contract: Contract): void {
  const { clients } = contract;
  const join = () => clients.join("/room-events");

  async function watched() {
    const watcher = await join();
    await run(watcher, socket.join(WATCHERS));
    return { watcher, heard: new Heard(watcher) };
  }

  const about = (room: string) => (event: HeardEvent) => event[1] === room;

  /** What was told of a room, once so much was; a marker makes sure that what was on its way is there. */
  async function told(heard: Heard, room: string, count: number, marker: Socket) {
    await heard.some(count, about(room));
    await contract.target.settled?.();
    const name = fresh("marker");
    await run(marker, nsp.to(WATCHERS).emit(name));
    await heard.until(name);
    return heard.events.filter(about(room));
  }

  describe("room events", () => {
    it("tell of a room from its first member to its last", async () => {
      const [{ heard }, a, b] = await Promise.all([watched(), join(), join()]);
      const room = fresh("room");
      await run(a, socket.join(room));
      await heard.some(2, about(room));
      await run(b, socket.join(room));
      await heard.some(3, about(room));
      await run(a, socket.leave(room));
      await heard.some(4, about(room));
      await run(b, socket.leave(room));
      expect(await told(heard, room, 6, a)).toEqual([
        ["create-room", room],
        ["join-room", room, a.id],
        ["join-room", room, b.id],
        ["leave-room", room, a.id],
        ["leave-room", room, b.id],
        ["delete-room", room],
      ]);
    });

    it("do not tell of a second join or leave of the same socket", async () => {
      const [{ heard }, a] = await Promise.all([watched(), join()]);
      const room = fresh("room");
      await run(a, socket.join(room), socket.join(room));
      await run(a, socket.join(room));
      await run(a, socket.leave(room), socket.leave(room));
      await run(a, socket.leave(room));
      const events = (await told(heard, room, 4, a)).map(([event]) => event);
      expect(events.sort()).toEqual(["create-room", "delete-room", "join-room", "leave-room"]);
    });

    it("tell of one creation and one deletion when many join and leave at once", async () => {
      const { heard } = await watched();
      const members = await Promise.all([1, 2, 3, 4, 5, 6].map(join));
      const room = fresh("room");
      await Promise.all(members.map((member) => run(member, socket.join(room))));
      await heard.some(7, about(room));
      await Promise.all(members.map((member) => run(member, socket.leave(room))));
      const events = await told(heard, room, 14, members[0] as Socket);
      const count = (name: string) => events.filter(([event]) => event === name).length;
      expect(["create-room", "join-room", "leave-room", "delete-room"].map(count)).toEqual([1, 6, 6, 1]);
      for (const event of ["join-room", "leave-room"]) {
        const ids = events.filter(([name]) => name === event).map(([, , id]) => id);
        expect(ids.sort()).toEqual(members.map(({ id }) => id).sort());
      }
    });

    it("tell of a socket's own room when it comes and when it goes", async () => {
      const { watcher, heard } = await watched();
      const a = await join();
      const id = a.id ?? "";
      await heard.some(2, about(id));
      a.disconnect();
      expect(await told(heard, id, 4, watcher)).toEqual([
        ["create-room", id],
        ["join-room", id, id],
        ["leave-room", id, id],
        ["delete-room", id],
      ]);
    });

    it("tell of the rooms of a client that disconnects", async () => {
      const [{ heard }, a, b] = await Promise.all([watched(), join(), join()]);
      const room = fresh("room");
      const { id } = a;
      await Promise.all([run(a, socket.join(room)), run(b, socket.join(room))]);
      await heard.some(3, about(room));
      a.disconnect();
      await heard.some(4, about(room));
      const gone = received(b, "disconnect");
      await run(a.connect(), socket.rooms).catch(() => {});
      b.disconnect();
      await gone;
      const events = await told(heard, room, 6, a);
      expect(events.slice(3)).toEqual([
        ["leave-room", room, id],
        ["leave-room", room, expect.any(String)],
        ["delete-room", room],
      ]);
    });

    it("tell of socketsJoin and socketsLeave", async () => {
      const [{ watcher, heard }, a, b] = await Promise.all([watched(), join(), join()]);
      const [all, room] = [fresh("room"), fresh("room")];
      await Promise.all([run(a, socket.join(all)), run(b, socket.join(all))]);
      await run(watcher, nsp.in(all).socketsJoin(room));
      await heard.some(3, about(room));
      await run(watcher, nsp.in(all).socketsLeave(room));
      const events = (await told(heard, room, 6, watcher)).map(([event]) => event);
      expect(events.slice(0, 3).sort()).toEqual(["create-room", "join-room", "join-room"]);
      expect(events.slice(3).sort()).toEqual(["delete-room", "leave-room", "leave-room"]);
    });
  });
}
