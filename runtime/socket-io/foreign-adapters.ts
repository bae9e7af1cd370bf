/** Adapters for several servers (Redis, cluster, …), which an app may bring and which have no use here. */
import { Adapter, SessionAwareAdapter } from "socket.io-adapter";
import { warnOnceAt } from "../log/log.js";

const owns = new WeakSet<object>([Adapter, SessionAwareAdapter]);

/** The runtime's adapter, and upstream's for one server. */
export function isOwn(adapter: unknown): boolean {
  return typeof adapter === "function" && owns.has(adapter);
}

export function own<Made extends object>(adapter: Made): Made {
  owns.add(adapter);
  return adapter;
}

export function ignoreAdapter(): void {
  warnOnceAt(
    "The app's adapter is not used: rooms are kept in DynamoDB here, for all environments. It may stay for your server, and its clients (Redis, …) need not connect here.",
  );
}

/** The arguments of `new Server(…)`, without the option `adapter`. */
export function withoutAdapter(given: readonly unknown[]): readonly unknown[] {
  return given.map((argument) => {
    if (!isOptions(argument) || argument.adapter === undefined || isOwn(argument.adapter)) return argument;
    ignoreAdapter();
    const { adapter, ...rest } = argument;
    return rest;
  });
}

function isOptions(argument: unknown): argument is { readonly adapter?: unknown } {
  return typeof argument === "object" && argument !== null && !("listen" in argument);
}
