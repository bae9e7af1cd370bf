/** A broadcast's recipients as a range of socket ids, of which the sender reads the first page. */
import type { KnownParts, RecipientRange } from "../delivery/recipient-range.js";
import type { MemberPages } from "../store/member-pages.js";
import type { Member } from "../store/store.js";
import type { Selection } from "./selection.js";

/** `own` is known to be alone in the room of its id (`audience.ts`): that room is not read. */
export function wholeRange(
  pages: MemberPages,
  namespace: string,
  selection: Selection,
  own: Member | undefined,
): { readonly range: RecipientRange; readonly known: KnownParts } {
  const rooms = [...selection.rooms].map(String);
  const except = [...(selection.except ?? [])].map(String);
  const exceptSids = except.filter((room) => room === own?.sid);
  const exceptRooms = except.filter((room) => room !== own?.sid);
  const range: RecipientRange = {
    parts: pages.partsOf(namespace, rooms),
    isSharded: rooms.length === 0,
    // No rooms would mean all sockets.
    except: exceptRooms.length > 0 ? pages.partsOf(namespace, exceptRooms) : [],
    exceptSids,
  };
  const known = new Map(
    rooms
      .filter((room) => room === own?.sid)
      .flatMap((room) => pages.partsOf(namespace, [room]))
      .map((part) => [part, { members: own ? [own] : [], upTo: undefined }]),
  );
  return { range, known };
}

/** Whether a socket of ours with these rooms is among those of a range that somebody else reads. */
export function isLeftTo(
  range: RecipientRange,
  { rooms, except }: Selection,
  { sid, rooms: own }: { readonly sid: string; readonly rooms: ReadonlySet<string> },
): boolean {
  if (sid <= (range.after ?? "")) return false;
  const isIn = (room: unknown) => own.has(String(room));
  return (rooms.size === 0 || [...rooms].some(isIn)) && ![...(except ?? [])].some(isIn);
}
