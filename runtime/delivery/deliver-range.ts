/**
 * Posts the part of a large broadcast that lies in a range of socket ids. Runs in the `deliver` function.
 *
 * It reads one page of members. What is behind that, because the range is one of the first level or was
 * estimated too low, is cut into ranges of their own and handed on, before the first post: so a range of any
 * size needs the memory of a page, and no post waits for those before it.
 *
 * Cost: a read of each room, of its rows in this range; a post a member; an invocation for each range that is
 * handed on, and for members whose posts take the tables of the app function.
 *
 * Lambda may run an event twice: then all in its range get the packet twice. An event that fails, since the
 * table or Lambda did not answer, is run again by Lambda, and then lies in the dead-letter queue with its
 * range.
 */
import { sideBySide } from "../async/side-by-side.js";
import { framesFor } from "../protocol/engine-io-3.js";
import type { MemberPages } from "../store/member-pages.js";
import {
  CHUNK_RECIPIENTS,
  chunksOf,
  HANDOVERS_AT_ONCE,
  needsTables,
  recipientOf,
  roomBeside,
} from "./chunks.js";
import { cutRest } from "./cut-range.js";
import { deliver, type Invoke } from "./deliver-chunk.js";
import type { Chunk, DeliveredPacket, RangeEvent } from "./deliver-event.js";
import type { Delivery } from "./delivery.js";
import { firstPage } from "./recipient-range.js";
import type { SelfEvent } from "./self-invocation.js";

/**
 * A quarter more than a range is cut for: the estimates of a thousand ranges of random ids are not that wrong
 * once.
 */
export const PAGE_RECIPIENTS = CHUNK_RECIPIENTS * 1.25;

/**
 * @throws what `deliver` throws; DynamoError; AwsCallError where Lambda did not take what is handed on.
 */
export async function deliverRange(
  event: RangeEvent,
  pages: MemberPages,
  delivery: Delivery,
  invoke: Invoke,
  ownFunction: string,
  remainingMs?: () => number,
): Promise<void> {
  const { range, appFunction, ...packet } = event;
  const page = await firstPage(pages, range, PAGE_RECIPIENTS);
  await sideBySide(cutRest(page, range.after), HANDOVERS_AT_ONCE, (next) =>
    invoke(ownFunction, { ...event, range: next }),
  );
  // For those of a protocol without frames the packet could not be encoded.
  const members = page.members
    .filter(({ protocol }) => framesFor(protocol, packet.frames).length > 0)
    .map(recipientOf);
  for (const chunk of chunksForApp(members, packet)) {
    await invoke(appFunction, { selfEvent: "deliver", chunk } satisfies SelfEvent);
  }
  const ours = members.filter((member) => !needsTables(member, packet.frames));
  await deliver(
    { ...packet, members: ours, attempt: 1, appFunction },
    delivery,
    invoke,
    ownFunction,
    remainingMs,
  );
}

function chunksForApp(members: readonly ReturnType<typeof recipientOf>[], packet: DeliveredPacket): Chunk[] {
  const theirs = members.filter((member) => needsTables(member, packet.frames));
  const chunk: Chunk = { ...packet, members: [], attempt: 1 };
  return chunksOf(theirs, roomBeside(chunk)).map((some) => ({ ...chunk, members: some }));
}
