/**
 * Who gets a broadcast: the members of its rooms, each once, less those of the excepted rooms. Page by page.
 */
import type { RoomStore } from "../store/room-store.js";
import type { Member } from "../store/store.js";
import type { Selection } from "./selection.js";

/**
 * `own` is the socket in whose name the broadcast goes out, if nobody else has joined the room of its id.
 * Then no read is needed to know who is in it: so `socket.broadcast`, which excepts that room, and
 * `socket.emit` with recovery on, which goes to it, read nothing more.
 */
export async function* audience(
  store: RoomStore,
  namespace: string,
  options: Selection,
  own: Member | undefined,
): AsyncIterable<readonly Member[]> {
  const rooms = [...options.rooms].map(String);
  const excepted = new Set<string>();
  for (const room of [...(options.except ?? [])].map(String)) {
    if (room === own?.sid) excepted.add(room);
    else
      for await (const members of store.members(namespace, room))
        for (const { sid } of members) excepted.add(sid);
  }

  // Only a union can name a socket twice, and only then do we remember whom we have seen.
  const seen = rooms.length > 1 ? new Set<string>() : undefined;
  const wanted = ({ sid }: Member) => {
    if (excepted.has(sid) || seen?.has(sid)) return false;
    seen?.add(sid);
    return true;
  };
  for await (const members of pages(store, namespace, rooms, own)) {
    const recipients = members.filter(wanted);
    if (recipients.length > 0) yield recipients;
  }
}

/**
 * Who gets a broadcast with the flag `local`, upstream's "this node only": the socket of this event, if it is
 * among them.
 */
export async function* localAudience(
  { rooms, except }: Selection,
  own: { readonly rooms: ReadonlySet<string>; readonly member: Member } | undefined,
): AsyncIterable<readonly Member[]> {
  if (!own) return;
  const isIn = (room: string) => own.rooms.has(room);
  const isIncluded = rooms.size === 0 || [...rooms].map(String).some(isIn);
  if (isIncluded && ![...(except ?? [])].map(String).some(isIn)) yield [own.member];
}

async function* pages(
  store: RoomStore,
  namespace: string,
  rooms: readonly string[],
  own: Member | undefined,
): AsyncIterable<readonly Member[]> {
  if (rooms.length === 0) yield* store.everyone(namespace);
  for (const room of rooms) {
    if (own && room === own.sid) yield [own];
    else yield* store.members(namespace, room);
  }
}
