/** What the clients' process is told, and what it tells. */
export interface ThroughputTask {
  /** The stack's WebSocket address. */
  readonly url: string;
  readonly clients: number;
  /** Acked events before those that count, all clients together. */
  readonly warmingEvents: number;
  readonly seconds: number;
}

export type FromClients =
  /** From now on events count. */
  | { readonly type: "started" }
  | { readonly type: "ended"; readonly events: number; readonly ackMs: readonly number[] };
