/**
 * What an event has to save of one socket: the values that changed, listeners that are spent, and how its
 * CONNECT went.
 */
import type { Socket } from "socket.io";
import { reportError } from "../log/log.js";
import { registryOf } from "../socket-io/listener-registry.js";
import type { StoredSession } from "../store/store.js";
import { restoreValues, type SessionValues, sessionValueName, snapshot } from "../values/session-values.js";
import { ValueLimits } from "../values/value-limits.js";
import { type ChangedValues, difference, type ReadonlyValues, unsaved } from "../values/values.js";
import type { Connection } from "./connection.js";
import type { ValueChanges } from "./session.js";

export class SessionSaves {
  /** As the table has them. */
  #saved: SessionValues;
  /** Of the connection, before the `connection` handler was replayed. */
  #shared: ReadonlyValues | undefined;
  #unsavedSpent: ReadonlySet<string> = new Set();
  readonly #limits: ValueLimits;
  /**
   * `connection` handlers that have returned a promise which is not settled, and whether the table says so.
   */
  #handlers = 0;
  #isKnownBusy = false;
  #listensLate = false;

  constructor(
    private readonly connection: Connection,
    stored: StoredSession | undefined,
  ) {
    this.#saved = { data: new Map(stored?.data), properties: new Map(stored?.properties) };
    this.#limits = new ValueLimits(connection.runtime.limits.dataBytes, (error) =>
      reportError("store", error),
    );
  }

  get isHandling(): boolean {
    return this.#handlers > 0;
  }

  handles(ended: Promise<unknown>): void {
    this.#handlers++;
    const end = () => this.#handlers--;
    ended.then(end, end);
  }

  connectingEnds(): void {
    this.#handlers = 0;
  }

  listenedLate(): void {
    this.#listensLate = true;
  }

  replayBegins(socket: Socket): void {
    restoreValues(socket, this.#saved, "before replay");
    this.#shared = this.connection.values.snapshot();
  }

  replayed(socket: Socket | undefined): void {
    if (this.#shared) this.connection.values.restore(this.#shared);
    if (socket) restoreValues(socket, this.#saved, "after");
  }

  takeChanges(socket: Socket): ValueChanges | undefined {
    const before = this.#saved;
    const after = this.#fit(before, socket);
    this.#saved = after;
    const data = before === after ? NO_CHANGES : difference(before.data, after.data);
    const properties = before === after ? NO_CHANGES : difference(before.properties, after.properties);
    const shared = this.connection.saves.takeShared();
    const spent = new Set([...this.#unsavedSpent, ...registryOf(socket).takeSpent()]);
    this.#unsavedSpent = new Set();
    const note = this.#takeNote();
    if ([data, properties, shared, spent].every(({ size }) => size === 0) && !note) return undefined;
    return { data, properties, shared, spent, ...note };
  }

  /** What the event of the real CONNECT has to say at its end, where it has something to say. */
  #takeNote(): Pick<ValueChanges, "note"> | undefined {
    const isReady = this.#isKnownBusy && !this.isHandling;
    const listensLate = this.#listensLate;
    if (!isReady && !listensLate) return undefined;
    if (isReady) this.#isKnownBusy = false;
    this.#listensLate = false;
    return { note: { isReady, listensLate } };
  }

  notSaved({ data, properties, shared, spent, note }: ValueChanges): void {
    this.#saved = {
      data: unsaved(this.#saved.data, data),
      properties: unsaved(this.#saved.properties, properties),
    };
    this.connection.saves.sharedNotSaved(shared);
    this.#unsavedSpent = spent;
    if (note?.isReady) this.#isKnownBusy = true;
    if (note?.listensLate) this.#listensLate = true;
  }

  /** All values, for a session that is stored for the first time. */
  takeAll(socket: Socket): Pick<StoredSession, "data" | "properties" | "spent" | "busySince"> {
    this.#isKnownBusy = this.isHandling;
    this.#saved = this.#fit({ data: new Map(), properties: new Map() }, socket);
    const busy = this.#isKnownBusy && { busySince: Date.now() };
    return { spent: registryOf(socket).takeSpent(), ...busy, ...this.#saved };
  }

  #fit(before: SessionValues, socket: Socket): SessionValues {
    const { connection } = this;
    const now = snapshot(socket);
    const isSame =
      difference(before.data, now.data).size === 0 &&
      difference(before.properties, now.properties).size === 0;
    if (isSame) return before;
    return this.#limits.fit({ ...before }, { ...now }, connection.stored, {
      nameOf: sessionValueName,
      event: () => connection.eventLabel,
    });
  }
}

const NO_CHANGES: ChangedValues = new Map();
