/**
 * A handshake that is refused, with Engine.IO's code, as in `connection_error` (engine.io 6.6 `server.ts`).
 */
export interface Refusal {
  /** Of HTTP. */
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}
