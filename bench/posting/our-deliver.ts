/**
 * One environment of the `deliver` function, with its own handler and nothing else in the
 * bundle, that gets every chunk of a broadcast, one after another. It fetches each event over
 * HTTP and parses it, as Lambda's runtime does.
 */
import { get } from "node:http";
import { json } from "node:stream/consumers";
import { handler } from "../../lambdas/deliver.js";
import { CHUNK_RECIPIENTS } from "../../runtime/delivery/chunks.js";
import type { DeliverEvent } from "../../runtime/delivery/deliver-event.js";
import { chunkPath } from "../mock/chunk-path.js";
import { measure } from "./measure.js";

/** As in `lib/deliver-function.ts`. */
const TIMEOUT_MS = 60_000;

await measure(async ({ url, recipients }) => async () => {
  for (let start = 0; start < recipients; start += CHUNK_RECIPIENTS) {
    const event = await fetchEvent(url + chunkPath(start, Math.min(start + CHUNK_RECIPIENTS, recipients)));
    const untilMs = Date.now() + TIMEOUT_MS;
    await handler(event, { getRemainingTimeInMillis: () => untilMs - Date.now() });
  }
});

/** By `node:http`, which the function itself does not load, but Lambda's runtime around it does. */
function fetchEvent(url: string): Promise<DeliverEvent> {
  return new Promise((resolve, reject) => {
    const request = get(url, (response) => {
      json(response).then((event) => resolve(event as DeliverEvent), reject);
    });
    request.on("error", reject);
  });
}
