/** Who is in which room. */
import type { MemberPages } from "./member-pages.js";
import type { Member } from "./store.js";

export interface LeaveOptions {
  /** Also the row in the room of the whole namespace. Default false. */
  readonly everyone?: boolean;
  /** Hears of each row that was there, and when its socket had joined, where the row says so. */
  readonly onLeft?: OnLeft;
}

export type OnLeft = (room: string, joinedAt: number | undefined) => void;

/**
 * A row belongs to the connection that wrote it: only `enter` takes over what an earlier connection of the
 * socket has left.
 */
export interface RoomStore {
  /**
   * The socket comes in, as a new one or by recovery: writes its rows in rooms and in that of the whole
   * namespace. `joinedAt` has the rooms that it had joined at another time than the member says.
   */
  enter(
    namespace: string,
    member: Member,
    rooms: Iterable<string>,
    joinedAt?: ReadonlyMap<string, number>,
  ): Promise<void>;
  /** Writes rows in rooms. Joining twice does nothing. */
  join(namespace: string, member: Member, rooms: Iterable<string>): Promise<void>;
  /**
   * Removes rows; with `everyone` also that of the whole namespace. False when one was not there, or not
   * ours.
   */
  leave(namespace: string, member: Member, rooms: Iterable<string>, options?: LeaveOptions): Promise<boolean>;
  /**
   * The members of a room page by page, so that a room of any size needs the memory of one page. Consistent.
   */
  members(namespace: string, room: string): AsyncIterable<readonly Member[]>;
  /** All sockets of a namespace, page by page. */
  everyone(namespace: string): AsyncIterable<readonly Member[]>;
  /** The same members in ranges, for those who share the reading of a large room. */
  readonly pages: MemberPages;
}

export interface RoomChange {
  readonly kind: "create-room" | "join-room" | "leave-room" | "delete-room";
  readonly room: string;
}

/**
 * Like `RoomStore`, but for the room of the whole namespace, for apps that want to know what changed, or
 * which rooms there are. Counts are right as long as every change is told here, and no function dies between
 * the writes of one.
 */
export interface RoomCountStore {
  enter(
    namespace: string,
    member: Member,
    rooms: Iterable<string>,
    joinedAt?: ReadonlyMap<string, number>,
  ): Promise<readonly RoomChange[]>;
  join(namespace: string, member: Member, rooms: Iterable<string>): Promise<readonly RoomChange[]>;
  leave(
    namespace: string,
    member: Member,
    rooms: Iterable<string>,
    onLeft?: OnLeft,
  ): Promise<{ readonly changes: readonly RoomChange[]; readonly wereThere: boolean }>;
  /** How many are in each room of a namespace, without the rooms of sockets' own. Consistent. */
  sizes(namespace: string): Promise<Map<string, number>>;
  /** The same of one room: 0 where nobody is in it. */
  size(namespace: string, room: string): Promise<number>;
}
