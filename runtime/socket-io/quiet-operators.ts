/**
 * `io.to(…).timeout(…).emit(…, ack)` in a replay. socket.io starts the timer before it asks the adapter (4.8,
 * `broadcast-operator.ts`), and would call the callback with a timeout error, though the real one was
 * answered long ago.
 */
import type { Server } from "socket.io";
import { DynamoAdapter } from "./adapter.js";
import { patch } from "./patches.js";

interface Operator {
  readonly adapter: unknown;
  emit(event: string, ...args: unknown[]): boolean;
}

const quieted = new WeakSet<object>();

/** Once for each copy of socket.io; operators of servers without our adapter stay as they are. */
export function quietOperators(io: Server): void {
  const prototype = Object.getPrototypeOf(io.of("/").to("any room")) as Operator;
  if (quieted.has(prototype)) return;
  quieted.add(prototype);
  const { emit } = prototype;
  patch<"BroadcastOperator", Operator>(prototype, {
    emit(event: string, ...args: unknown[]) {
      const { adapter } = this;
      const wantsAck = typeof args.at(-1) === "function";
      if (!wantsAck || !(adapter instanceof DynamoAdapter) || !adapter.isReplaying)
        return emit.call(this, event, ...args);
      adapter.askedInReplay();
      return true;
    },
  });
}
