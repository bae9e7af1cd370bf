/**
 * Namespaces made by a regular expression or a function (`io.of(/…/)`), across environments that have not all
 * seen them.
 *
 * A session keeps which of the app's parents let it in, by the order in which the app made them. A replay
 * goes back to that parent without asking it again: the app's function has decided once, at the real CONNECT.
 * And an emit of a parent reaches the namespaces that it has made anywhere: their names are noted in the
 * table.
 */
import type { Namespace, Server } from "socket.io";
import type { BroadcastOptions } from "socket.io-adapter";
import type { Packet } from "socket.io-parser";
import { isReplaying } from "../connection/scope.js";
import type { Runtime } from "../runtime.js";
import type { NamespaceStore } from "../store/store.js";
import { currentTask } from "../tasks/task-run.js";
import { internalsOf, type ParentInternals } from "./internals.js";
import { patch } from "./patches.js";

/** The parent's number, for a namespace that a parent made. */
export function parentOf(namespace: Namespace): number | undefined {
  const parents = [...internalsOf(namespace.server as Server).parentNsps.values()];
  const index = parents.findIndex(({ children }) => children.has(namespace));
  return index === -1 ? undefined : index;
}

export function restoreNamespace(io: Server, name: string, parent: number | undefined): void {
  const { _nsps, parentNsps } = internalsOf(io);
  if (parent === undefined || _nsps.has(name)) return;
  [...parentNsps.values()][parent]?.createChild(name);
}

/**
 * A namespace by its name. One that a parent has made in another environment is made here, too. `undefined`
 * where nobody has made it, or nobody was in it for so long that its note is gone.
 */
export async function findNamespace(runtime: Runtime, name: string): Promise<Namespace | undefined> {
  const { _nsps, parentNsps } = internalsOf(runtime.io);
  for (let parent = 0; parent < parentNsps.size && !_nsps.has(name); parent++) {
    const names = await runtime.backend.namespaces.list(parent);
    if (names.includes(name)) restoreNamespace(runtime.io, name, parent);
  }
  return _nsps.get(name);
}

/** A note is kept for 9,000 s and a connection lives 7,200 s at most: one not older than this outlives it. */
const NOTE_AGAIN_AFTER_MS = 20 * 60 * 1000;

/** Notes the names of children, once in a while from each environment. */
export class ChildNotes {
  readonly #notedAt = new Map<string, number>();

  constructor(private readonly store: () => NamespaceStore) {}

  async note(parent: number, name: string): Promise<void> {
    const notedAt = this.#notedAt.get(name) ?? 0;
    if (Date.now() - notedAt < NOTE_AGAIN_AFTER_MS) return;
    await this.store().note(parent, name);
    this.#notedAt.set(name, Date.now());
  }
}

/**
 * Makes `parent.emit()` and `parent.to(room).emit()` reach all children; upstream's reach those of this
 * process (socket.io 4.8, `parent-namespace.ts`).
 */
export function reachAllChildren(runtime: Runtime): void {
  [...internalsOf(runtime.io).parentNsps.values()].forEach((parent, index) => {
    const forEachChild = (visit: (child: Namespace) => void) => visitChildren(runtime, parent, index, visit);
    patch<"ParentNamespace">(parent, {
      emit(event: string, ...args: unknown[]) {
        forEachChild((child) => child.emit(event, ...args));
        return true;
      },
    });
    patch<"ParentAdapter">(parent.adapter, {
      broadcast(packet: Packet, options: BroadcastOptions) {
        forEachChild((child) => child.adapter.broadcast({ ...packet }, options));
      },
    });
  });
}

function visitChildren(
  runtime: Runtime,
  parent: ParentInternals,
  index: number,
  visit: (child: Namespace) => void,
): void {
  if (isReplaying()) return;
  const outbox = runtime.scope?.connection ?? currentTask() ?? runtime.detachedOutbox;
  outbox.place("delivery", async () => {
    for (const name of await runtime.backend.namespaces.list(index))
      restoreNamespace(runtime.io, name, index);
    parent.children.forEach(visit); // each places a step behind this one
  });
}
