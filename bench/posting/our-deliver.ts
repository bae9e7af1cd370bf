/**
 * One environment of the `deliver` function that gets every chunk of a broadcast, one after another. Each is parsed from its
 * text, as Lambda hands it over.
 */
import { type DeliverEvent, deliver } from "../../runtime/delivery/deliver.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import { connectionId, ROOM } from "../mock/members.js";
import { FRAME, type PostAll, type PostingTask } from "./protocol.js";

/** As `runtime/fan-out.ts` cuts them. */
const CHUNK_RECIPIENTS = 500;

export function ourDeliver({ url, recipients }: PostingTask): PostAll {
  const delivery = managementApi();
  const handOn = () => Promise.reject(new Error("Some members were not reached in the first attempt."));
  return async () => {
    for (let start = 0; start < recipients; start += CHUNK_RECIPIENTS) {
      const text = chunk(`${url}/prod`, start, Math.min(start + CHUNK_RECIPIENTS, recipients));
      await deliver(JSON.parse(text), delivery, handOn, "deliver");
    }
  };
}

function chunk(endpoint: string, start: number, end: number): string {
  const members = Array.from({ length: end - start }, (_, i) => ({
    sid: `sid-${start + i}`,
    connectionId: connectionId(start + i),
    endpoint,
    protocol: "engine.io" as const,
  }));
  const event: DeliverEvent = {
    frames: { "engine.io": [FRAME], plain: [FRAME] },
    members,
    volatile: false,
    namespace: "/",
    rooms: [ROOM],
    appFunction: "app",
    attempt: 1,
  };
  return JSON.stringify(event);
}
