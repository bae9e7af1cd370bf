/**
 * Events of the `deliver` function, as `runtime/rooms/fan-out.ts` makes them and Lambda's
 * runtime API gives them.
 */
import type { DeliverEvent } from "../../runtime/delivery/deliver-event.js";
import { FRAME } from "../posting/protocol.js";
import { member, ROOM } from "./members.js";

/** The event's text; undefined where the path is none of `chunkPath`'s. */
export function chunkAt(path: string, endpoint: string): string | undefined {
  const [, start, end] = /^\/chunks\/(\d+)-(\d+)$/.exec(path) ?? [];
  if (start === undefined || end === undefined) return undefined;
  const event: DeliverEvent = {
    frames: { "engine.io": [FRAME], plain: [FRAME] },
    members: Array.from({ length: Number(end) - Number(start) }, (_, i) =>
      member(Number(start) + i, endpoint),
    ),
    volatile: false,
    namespace: "/",
    rooms: [ROOM],
    appFunction: "app",
    attempt: 1,
  };
  return JSON.stringify(event);
}
