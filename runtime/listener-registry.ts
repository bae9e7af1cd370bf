/**
 * Which listeners of the `connection` handler are spent or removed for good.
 *
 * The handler runs again before each event and registers all its listeners again. So each gets a name by its event and
 * its place among that event's listeners (`say#0`); the names of those that `once` has used up, or that `off` took away,
 * are stored with the session, and the next replay ends by detaching them.
 *
 * Not kept: a listener that is added later, inside another listener. It works until its event ends.
 */
import type { Socket } from "socket.io";
import { warnOnce } from "./log.js";
import { currentScope } from "./scope.js";

// biome-ignore lint/suspicious/noExplicitAny: a listener takes whatever the client sends
export type Listener = (...args: any[]) => unknown;

export interface Registration {
  readonly event: string;
  /** Shown to the developer: `socket.on("say")`. */
  readonly call: string;
  readonly isOnce: boolean;
  readonly isAttached: () => boolean;
  readonly detach: () => void;
}

interface Registered extends Registration {
  /** `say#0` */
  readonly name: string;
}

class ListenerRegistry {
  readonly #counts = new Map<string, number>();
  readonly #attached = new Map<Listener, Registered>();
  readonly #unsaved = new Set<string>();
  readonly #claimed = new Set<string>();

  add(listener: Listener, registration: Registration): void {
    const { event, call } = registration;
    if (currentScope()?.phase === "event") {
      warnOnce(
        `${call} was called outside of the "connection" handler. The listener is gone after this event, for the next one runs elsewhere. Register it in the "connection" handler, before anything it awaits if you can.`,
      );
      return;
    }
    const count = this.#counts.get(event) ?? 0;
    this.#counts.set(event, count + 1);
    this.#attached.set(listener, { ...registration, name: `${event}#${count}` });
  }

  /**
   * Names the `once` listeners of an event that other events of the same client may hear too, each once: where sockets are
   * kept, a second event of this process meets the same listener, and whoever comes first hears it.
   */
  takeOnces(event: string): readonly string[] {
    const names = [...this.#attached.values()]
      .filter((one) => one.isOnce && one.event === event && !this.#claimed.has(one.name))
      .map(({ name }) => name);
    for (const name of names) this.#claimed.add(name);
    return names;
  }

  /** The table has said who may hear: those that are ours are stored as used up, the others are gone. */
  claimed(name: string, isOurs: boolean): void {
    for (const [listener, registered] of this.#attached) {
      if (registered.name !== name) continue;
      this.#attached.delete(listener);
      if (!isOurs) registered.detach();
    }
  }

  /** Looks which listeners a call took away. What the `connection` handler itself removes, it removes in each replay. */
  noteRemoved(): void {
    const isRegistering = currentScope()?.phase !== "event";
    for (const [listener, { name, isAttached }] of this.#attached) {
      if (isAttached()) continue;
      this.#attached.delete(listener);
      if (!isRegistering) this.#unsaved.add(name);
    }
  }

  /** Detaches what earlier events have spent. */
  detach(spent: ReadonlySet<string>): void {
    for (const [listener, { name, detach }] of this.#attached) {
      if (!spent.has(name)) continue;
      this.#attached.delete(listener);
      detach();
    }
  }

  /** The names that were spent since the last call, which counts them as saved. */
  takeSpent(): ReadonlySet<string> {
    const spent = new Set(this.#unsaved);
    this.#unsaved.clear();
    return spent;
  }
}

const registries = new WeakMap<Socket, ListenerRegistry>();

export function registryOf(socket: Socket): ListenerRegistry {
  const registry = registries.get(socket) ?? new ListenerRegistry();
  registries.set(socket, registry);
  return registry;
}
