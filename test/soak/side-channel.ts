/**
 * How the app's handlers tell what they did, past everything under test: each environment is a worker thread
 * of the stack's process, so a message to that process arrives at once, costs microseconds, delays no
 * handler, and is not lost when the environment is killed in the next instant.
 */
import type { HandlerEntry } from "./entry.js";

/**
 * Called by handlers. A channel of its own for each message, so that no environment
 * receives what the others tell.
 */
export function tell(name: string, entry: HandlerEntry): void {
  const channel = new BroadcastChannel(name);
  channel.postMessage(entry);
  channel.close();
}

/** In the order in which handlers told, over all environments. */
export function listen(name: string, hear: (entry: HandlerEntry) => void): { close(): void } {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => hear((event as MessageEvent).data as HandlerEntry);
  return { close: () => channel.close() };
}
