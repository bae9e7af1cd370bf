import type { Namespace } from "socket.io";
import { roomList } from "../../../runtime/rooms/room-list.js";

/** Tells clients which rooms there are: lists of name and number, by name. */
export function listedRooms(namespace: Namespace): Namespace {
  const rooms = roomList(namespace);
  return namespace.on("connection", (socket) => {
    socket.on("list", async (ack) => ack([...(await rooms.all())].sort()));
    socket.on("size", async (room, ack) => ack(await rooms.size(room)));
    socket.on("join and list", async (room, ack) => {
      socket.join(room);
      ack([...(await rooms.all())].sort());
    });
  });
}
