/**
 * Posts a chunk of a broadcast that the `deliver` function cannot: its members take leases, and those stand
 * in a table.
 *
 * Cost: for each member a post for each frame, and what its lease costs.
 */
import { deliver } from "../delivery/deliver-chunk.js";
import type { Chunk } from "../delivery/deliver-event.js";
import { isSelfEvent, type SelfEvent } from "../delivery/self-invocation.js";
import type { Runtime } from "../runtime.js";

/** What is left when the time is over comes in an event of its own. */
export function onDeliver(
  { backend }: Runtime,
  { chunk }: Extract<SelfEvent, { selfEvent: "deliver" }>,
  withinMs: number,
): Promise<void> {
  const { delivery, invokeSelf } = backend;
  const invoke = (_self: string, event: object) =>
    invokeSelf(isSelfEvent(event) ? event : { selfEvent: "deliver", chunk: event as Chunk });
  return deliver({ ...chunk, appFunction: "" }, delivery, invoke, "", () => withinMs);
}
