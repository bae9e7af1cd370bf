/**
 * What an event has to save of its sockets' values: each with the next step of the outbox, so that nobody
 * hears of it too early.
 *
 * Never rejects: what an event sends goes out, whatever became of what it set. A save that failed is told
 * once, and tried once more at the event's end.
 */
import type { Connection, SharedSaves } from "../connection/connection.js";
import type { Session, ValueChanges } from "../connection/session.js";
import { UnsavedValuesError } from "../errors.js";
import { reportError } from "../log/log.js";
import { sessionValueName } from "./session-values.js";
import { ValueLimits } from "./value-limits.js";
import { type ChangedValues, difference, NO_VALUES, type ReadonlyValues, unsaved } from "./values.js";

export class ValueSaves implements SharedSaves {
  /** Of the request, the connection and the client, as the table has it. */
  #shared: ReadonlyValues;
  readonly #limits: ValueLimits;
  #isFailing = false;

  constructor(private readonly connection: Connection) {
    const { stored, runtime } = connection;
    this.#shared = stored.shared ?? NO_VALUES;
    this.#limits = new ValueLimits(runtime.limits.dataBytes, (error) => reportError("store", error));
  }

  get shared(): ReadonlyValues {
    return this.#shared;
  }

  /** The connection was read again, before a handler has seen what it shares. */
  reload(): void {
    this.#shared = this.connection.stored.shared ?? NO_VALUES;
    this.connection.values.restore(this.#shared);
  }

  takeShared(): ChangedValues {
    const { connection } = this;
    const before = this.#shared;
    const now = connection.values.snapshot();
    if (difference(before, now).size === 0) return NO_CHANGES;
    const { shared } = this.#limits.fit({ shared: before }, { shared: now }, connection.stored, {
      nameOf: (_, key) => `socket.${key}`,
      event: () => connection.eventLabel,
    });
    this.#shared = shared;
    return difference(before, shared);
  }

  sharedNotSaved(changes: ValueChanges["shared"]): void {
    this.#shared = unsaved(this.#shared, changes);
  }

  /** @param again also what could not be saved before. Returns nothing where there is nothing to save. */
  save({ again = false } = {}): Promise<void> | undefined {
    const { connection } = this;
    if (connection.isRemoved || (this.#isFailing && !again)) return undefined;
    const sessions = [...connection.sessions.values()];
    if (sessions.some(({ isReplaying }) => isReplaying)) return undefined; // what a replay sets is not saved
    const stored = sessions.filter(({ isStored, socket }) => isStored && socket);
    const saves = stored.flatMap((session) => {
      const values = session.takeValueChanges();
      return values ? this.#saveOf(session, values) : [];
    });
    // A session has taken what all of them share, too.
    const shared = stored.length > 0 ? NO_CHANGES : this.takeShared();
    if (shared.size > 0) saves.push(this.#saveShared(shared));
    return saves.length > 0 ? Promise.all(saves).then(() => {}) : undefined;
  }

  eventEnded(): void {
    this.#isFailing = false;
  }

  async #saveOf(session: Session, values: ValueChanges): Promise<void> {
    const { backend, id } = this.connection;
    const { namespace, sid } = session;
    try {
      await backend.connections.save(id, { namespace, sid, ...values });
    } catch (cause) {
      session.notSaved(values);
      this.#failed(namesOf(values), cause);
    }
  }

  async #saveShared(shared: ValueChanges["shared"]): Promise<void> {
    const { backend, id } = this.connection;
    try {
      await backend.connections.saveShared(id, shared);
    } catch (cause) {
      this.sharedNotSaved(shared);
      this.#failed(namesOf({ shared }), cause);
    }
  }

  #failed(keys: readonly string[], cause: unknown): void {
    const { eventLabel } = this.connection;
    if (!this.#isFailing) reportError("store", new UnsavedValuesError(keys, eventLabel, { cause }));
    this.#isFailing = true;
  }
}

const NO_CHANGES: ChangedValues = new Map();

/** As the app knows them. Of once listeners that were used up there is nothing to tell. */
function namesOf({ data, properties, shared }: Partial<ValueChanges>): string[] {
  return [
    ...[...(data?.keys() ?? [])].map((key) => sessionValueName("data", key)),
    ...[...(properties?.keys() ?? [])].map((key) => sessionValueName("properties", key)),
    ...[...(shared?.keys() ?? [])].map((key) => `socket.${key}`),
  ];
}
