import type { Session as RecoveredSession } from "socket.io-adapter";
import type { StoredValue } from "../store/value.js";

/** What a client gets back of the session that it had on an earlier connection (`recovery.ts`). */
export interface Recovered {
  readonly session: RecoveredSession;
  /** What the app had put on the socket itself, and on its handshake. */
  readonly properties: ReadonlyMap<string, StoredValue>;
  /** When the session began, on its first connection, in epoch milliseconds. */
  readonly since: number | undefined;
}
