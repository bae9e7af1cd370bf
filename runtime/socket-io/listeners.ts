/**
 * Calls the listeners of a socket, and waits for them. An `EventEmitter` drops what a listener returns, and a
 * Lambda environment is frozen when we answer, so each promise becomes part of the event's work.
 */
import type { Socket } from "socket.io";
import { quote, shownNamespace } from "../log/printable.js";
import { awaitCallback, isPromise, runHandler, runWatched } from "../user-code/run-handlers.js";

// biome-ignore lint/suspicious/noExplicitAny: a listener takes whatever the client sends
export type Listener = (...args: any[]) => unknown;

/**
 * As `EventEmitter.emit`: those that are registered now, in their order, even where one of them removes
 * another.
 */
export function callListeners(socket: Socket, event: string, args: readonly unknown[]): void {
  const label = `the handler of ${quote(event)} of ${shownNamespace(socket.nsp.name)}`;
  for (const listener of socket.rawListeners(event) as (Listener & { listener?: Listener })[]) {
    // Around a `once` listener stands Node's own function, which keeps it as `listener`.
    callListener(label, args, listener.listener ?? listener, (given) => listener.apply(socket, given));
  }
}

function callListener(
  label: string,
  args: readonly unknown[],
  { length }: Listener,
  apply: (args: unknown[]) => unknown,
): void {
  const given = [...args];
  const ack = given.at(-1);
  // Only a listener that names its ack can be expected to call it.
  const takesAck = typeof ack === "function" && length >= given.length;
  let isAcked = false;
  let onAck = () => {};
  if (takesAck) {
    given[given.length - 1] = (...answer: unknown[]) => {
      isAcked = true;
      ack(...answer);
      onAck();
    };
  }
  let result: unknown;
  const call = () => {
    result = runHandler(label, () => apply(given));
  };
  // With its ack, a listener says by itself when it is done.
  if (takesAck) call();
  else runWatched(call);
  if (takesAck && !isAcked && !isPromise(result)) onAck = awaitCallback(label, "its ack");
}

/** The listeners of `onAny` and of `onAnyOutgoing`. */
export function callCatchAlls(socket: Socket, listeners: readonly Listener[], args: unknown[]): void {
  const label = `a catch-all handler of ${shownNamespace(socket.nsp.name)}`;
  for (const listener of [...listeners]) runHandler(label, () => listener.apply(socket, args));
}
