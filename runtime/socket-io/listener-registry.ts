/**
 * Which listeners of the `connection` handler are spent or removed for good.
 *
 * The handler runs again before each event and registers all its listeners again. So each gets a name by its
 * event and its place among that event's listeners (`say#0`); the names of those that `once` has used up, or
 * that `off` took away, are stored with the session, and the next replay ends by detaching them. What was
 * taken away is seen at the end of the event, in socket.io's and Node's own lists.
 *
 * Not kept: a listener that is added later, inside another listener. It works until its event ends.
 */
import { EventEmitter } from "node:events";
import type { Socket } from "socket.io";
import { sessionOf } from "../connection/session-of.js";
import { warnOnceAt } from "../log/log.js";
import type { Listener } from "./listeners.js";

interface Registered {
  /** `say#0` */
  readonly name: string;
  readonly listener: Listener;
  /** `undefined` for a catch-all listener. */
  readonly event: string | undefined;
  readonly list: List;
}

/** Of the events, of `onAny`, of `onAnyOutgoing`. */
type List = "" | "Any" | "AnyOutgoing";

class ListenerRegistry {
  readonly #counts = new Map<string, number>();
  #attached: Registered[] = [];
  /** What the `connection` handler itself has removed is gone from them. */
  #isSettled = false;
  readonly #claimed = new Set<string>();
  readonly firstListener: Promise<void>;
  #onFirst: () => void = () => {};

  /** The `connection` handlers of the real CONNECT have returned, and left no promise. */
  handlersReturned = false;

  constructor(private readonly socket: Socket) {
    this.firstListener = new Promise((resolve) => {
      this.#onFirst = resolve;
    });
  }

  /** The `connection` handler has registered nothing. */
  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** @param method of the socket, which was called. */
  add(method: string, listener: Listener, event?: string): void {
    const session = sessionOf(this.socket);
    // A driver has called back: replays of this session wait for its listeners.
    const isOfConnect =
      session?.phase === "connecting" || (session?.stored === undefined && session?.connection.isReleased);
    if (session && this.handlersReturned && isOfConnect) {
      session.listenedLate();
      if (session.connection.isReleased) session.connection.saveValues();
    }
    if (!this.#isRegistering) {
      const call = event === undefined ? "" : JSON.stringify(String(event));
      warnOnceAt(
        `socket.${isOnce(listener) ? "once" : method}(${call}) was called outside of the "connection" handler. The listener is gone after this event, for the next one runs elsewhere. Register it in the "connection" handler, before anything it awaits if you can.`,
      );
      return;
    }
    this.#onFirst();
    const list = event === undefined ? (method.slice(method.indexOf("Any")) as List) : "";
    const key = list === "" ? String(event) : list.replace("Any", "*");
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    this.#attached.push({ event, listener, list, name: `${key}#${count}` });
  }

  /**
   * Names the `once` listeners of an event that other events of the same client may hear too, each once:
   * where sockets are kept, a second event of this process meets the same listener, and the first one hears
   * it.
   */
  takeOnces(event: unknown): readonly string[] {
    this.#settle();
    const key = typeof event === "number" ? String(event) : event; // as Node keeps it
    const names = this.#attached
      .filter((one) => isOnce(one.listener) && one.event === key && !this.#claimed.has(one.name))
      .map(({ name }) => name);
    for (const name of names) this.#claimed.add(name);
    return names;
  }

  /** The table has said who may hear: those that are ours are stored as used up, the others are gone. */
  claimed(name: string, isOurs: boolean): void {
    for (const one of this.#take((one) => one.name === name)) if (!isOurs) this.#remove(one);
  }

  /**
   * Detaches what earlier events have spent. The last first, as Node searches: given a function, it would
   * take away the `once` listener of the same function that stands behind.
   */
  detach(spent: ReadonlySet<string>): void {
    this.#settle();
    for (const one of this.#take(({ name }) => spent.has(name)).reverse()) this.#remove(one);
  }

  /** The names that were spent since the last call, which counts them as saved. */
  takeSpent(): ReadonlySet<string> {
    if (this.#isRegistering) return new Set();
    this.#settle();
    return new Set(this.#dropRemoved().map(({ name }) => name));
  }

  /** The `connection` handler runs, really or in a replay. */
  get #isRegistering(): boolean {
    const phase = sessionOf(this.socket)?.phase;
    return phase === "connecting" || phase === "replaying";
  }

  /** What the `connection` handler itself removes, it removes in each replay. */
  #settle(): void {
    if (this.#isSettled || this.#isRegistering) return;
    this.#isSettled = true;
    this.#dropRemoved();
  }

  /**
   * Forgets those that are no longer in the lists of socket.io and Node. The same function may be in a list
   * twice.
   */
  #dropRemoved(): Registered[] {
    const lists = new Map<string, Listener[]>();
    return this.#take(({ event, list, listener }) => {
      const key = `${list}:${String(event)}`;
      const attached = lists.get(key) ?? this.#listeners(list, event);
      lists.set(key, attached);
      const index = attached.indexOf(listener);
      if (index !== -1) attached.splice(index, 1);
      return index === -1;
    });
  }

  #listeners(list: List, event = ""): Listener[] {
    const listeners = list === "" ? this.socket.rawListeners(event) : this.socket[`listeners${list}`]();
    return [...listeners] as Listener[];
  }

  /** Forgets those that match, and returns them. */
  #take(matches: (one: Registered) => boolean): Registered[] {
    const taken: Registered[] = [];
    this.#attached = this.#attached.filter((one) => !(matches(one) && taken.push(one)));
    return taken;
  }

  #remove({ list, event = "", listener }: Registered): void {
    if (list === "") this.socket.removeListener(event, listener);
    else this.socket[`off${list}`](listener);
  }
}

/** Node's name for the function that it puts around a `once` listener: `bound onceWrapper`. */
const [ONCE] = new EventEmitter().once("event", () => {}).rawListeners("event");

function isOnce(listener: Listener): boolean {
  return listener.name === ONCE?.name && "listener" in listener;
}

const registries = new WeakMap<Socket, ListenerRegistry>();

export function registryOf(socket: Socket): ListenerRegistry {
  const registry = registries.get(socket) ?? new ListenerRegistry(socket);
  registries.set(socket, registry);
  return registry;
}
