import type { Namespace, Server } from "socket.io";
import { AppError } from "../errors.js";

export interface RoomList {
  /** The rooms that somebody is in, with how many sockets are in each. */
  all(): Promise<Map<string, number>>;
  /** How many sockets are in a room: 0 where there is no such room. */
  size(room: string): Promise<number>;
}

/**
 * Which rooms a namespace has, and how many sockets are in each, in the place of `adapter.rooms`. Call it
 * while the app loads; for namespaces that are made as clients ask for them, in `new_namespace`.
 *
 * ```ts
 * const rooms = roomList(io);
 * io.on("connection", (socket) => {
 *   socket.on("rooms", async (ack) => ack(Object.fromEntries(await rooms.all())));
 * });
 * ```
 *
 * On Lambda each room has a counter from now on: `all()` reads those, some 10,000 in a megabyte, and no
 * socket. A join or a leave is one write more. Rooms that sockets have for themselves are left out.
 *
 * A count is one off where a function died in the middle of a join or a leave, or where a write to DynamoDB
 * was repeated because its answer was lost. It is right again when nobody has joined or left for two hours.
 * When you add the list to an app that is deployed, the sockets that are in rooms already are not counted.
 * `(await io.in(room).allSockets()).size` reads the room itself.
 *
 * On a server it is what the adapter knows of this process.
 *
 * @throws AppError for `io.of(/…/)` and `io.of(fn)` themselves, which have no rooms.
 */
export function roomList(of: Server | Namespace): RoomList {
  const namespace = "sockets" in of && "of" in of ? of.sockets : (of as Namespace);
  if ("children" in namespace)
    throw new AppError(
      'roomList(…) was given a namespace that only makes others. Call it for each of those: io.on("new_namespace", (namespace) => { roomList(namespace); }).',
    );
  (namespace as Listed)[LISTED] = true;
  // Looked for at each call: the app's server gets our adapter after the app has loaded.
  const list = () => (namespace.adapter as Partial<SizesOfRooms>)[ROOM_SIZES] ?? listHere(namespace);
  return { all: async () => list().all(), size: async (room) => list().size(room) };
}

/** Its rooms are counted. */
export function isListed(namespace: Namespace): boolean {
  return (namespace as Listed)[LISTED] === true;
}

/** What an adapter has that counts rooms for all processes. */
export interface SizesOfRooms {
  readonly [ROOM_SIZES]: RoomList;
}

// A bundle has the copy of this file that the app imports, and the one that the function's entry does.
const LISTED = Symbol.for("socket.io-lambda.listed");
export const ROOM_SIZES: unique symbol = Symbol.for("socket.io-lambda.room-sizes");

interface Listed extends Namespace {
  [LISTED]?: boolean;
}

/** Of this process. */
function listHere({ adapter: { rooms, sids } }: Namespace): RoomList {
  return {
    all: async () => {
      const chosen = [...rooms].filter(([room]) => !sids.has(room));
      return new Map(chosen.map(([room, members]) => [room, members.size]));
    },
    size: async (room) => (sids.has(room) ? 0 : (rooms.get(room)?.size ?? 0)),
  };
}
