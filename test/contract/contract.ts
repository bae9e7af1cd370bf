/** What the contract suites run on, and what they may ask of it. */
import { randomUUID } from "node:crypto";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Gateway } from "../../local/gateway/gateway.js";
import { Clients, type Door } from "../support/clients.js";

/**
 * What differs between implementations. Known before they start, because it decides which tests there are.
 */
export interface Capabilities {
  /** One process does all the work, so a counter in its memory counts everything. */
  readonly isOneProcess: boolean;
  /** A handler that waits for a client's ack keeps one of so many places, and the ack needs another one. */
  readonly eventsAtOnce: number;
  /**
   * What this project does beyond, or other than, Socket.IO's own server: handlers that throw harm nobody,
   * members that cannot work say what to do instead, binary goes as text, plain WebSocket clients are served.
   */
  readonly additions: boolean;
}

/** An implementation that serves `apps/contract-app.ts`. */
export interface Target extends Door {
  readonly gateway: Pick<Gateway, "drop">;
  /** Resolves when no event runs any more, where the implementation can tell. */
  settled?(): Promise<void>;
  /** What happened recently, for a person who looks for the reason of a failed test. */
  history?(): readonly string[];
  /** The lines that the app has printed so far, where it runs in other threads than the tests. */
  printed?(): readonly string[];
  close(): Promise<void>;
}

export interface Contract {
  readonly can: Capabilities;
  /** Closed after each test. */
  readonly clients: Clients;
  /** Read it inside of tests. */
  readonly target: Target;
}

/** Starts the implementation once for the file. */
export function contractOf(can: Capabilities, start: () => Promise<Target>): Contract {
  let target: Target | undefined;
  const started = () => {
    if (!target) throw new Error("The implementation is not started: use it inside of tests.");
    return target;
  };
  const clients = new Clients(started);
  beforeAll(async () => {
    target = await start();
  }, 180_000);
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(target?.history?.().join("\n"))));
  afterEach(() => clients.close());
  afterAll(() => target?.close());
  return {
    can,
    clients,
    get target() {
      return started();
    },
  };
}

/** A name that no other test has: of a room, or, with a pattern of the app's before it, of a namespace. */
export function fresh(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/**
 * Loses a client's connection as the network would. The Engine.IO session's id is the connection's
 * (`generateId` in `runtime/connection/engine.ts`), as it is in engine.io itself.
 */
export function drop({ target }: Contract, client: Socket): void {
  target.gateway.drop((client.io.engine as unknown as { readonly id: string }).id);
}
