import type { Namespace } from "socket.io";
import { WATCHERS } from "./disconnects.js";

/** Tells the watchers what the adapter tells. */
export function roomEvents(namespace: Namespace): Namespace {
  for (const event of ["create-room", "delete-room"] as const) {
    namespace.adapter.on(event, (room: string) => namespace.to(WATCHERS).emit(event, room));
  }
  for (const event of ["join-room", "leave-room"] as const) {
    namespace.adapter.on(event, (room: string, id: string) => namespace.to(WATCHERS).emit(event, room, id));
  }
  return namespace;
}
