import { setTimeout as delay } from "node:timers/promises";
import { FunctionError, ThrottledError } from "../errors.js";
import type { Fault } from "./fault-options.js";
import { Faults } from "./faults.js";

/** An environment that is to die so many milliseconds after its handler has begun, or when that has ended. */
export interface Kill {
  readonly afterMs: number;
  /** Whether it dies in the first half of that time. */
  readonly isEarly: boolean;
  /** What the caller gets. */
  readonly error: FunctionError;
  /** Tells that it has died. */
  readonly report: () => void;
}

/** Lambda's share of the faults, asked for each invocation. */
export class InvocationFaults {
  constructor(private readonly faults: Faults = new Faults()) {}

  /** Resolves when the invocation may begin. @throws ThrottledError where it may not. */
  async before(functionName: string, event: unknown): Promise<void> {
    const about = { functionName, event, connectionId: connectionIdOf(event) };
    if (this.faults.strikes("throttle")) {
      this.faults.report({ kind: "throttle", ...about });
      throw new ThrottledError(functionName);
    }
    if (isConnect(event)) return; // the client waits for it
    const ms = this.faults.randomMs("delayMs");
    if (ms === 0) return;
    this.faults.report({ kind: "delayMs", ms, ...about });
    await delay(ms);
  }

  /** Whether an asynchronous invocation runs twice. */
  repeats(functionName: string, event: unknown): boolean {
    return this.#strikes("repeat", functionName, event);
  }

  /** Whether an invocation meets a new environment. */
  isCold(functionName: string, event: unknown): boolean {
    return this.#strikes("coldStart", functionName, event);
  }

  /** What a new environment takes on top of loading its code. */
  get coldStartMs(): number {
    return this.faults.ms("coldStartMs");
  }

  kill(functionName: string, event: unknown): Kill | undefined {
    if (!this.faults.strikes("kill")) return undefined;
    const about = { functionName, event, connectionId: connectionIdOf(event) };
    const afterMs = this.faults.randomMs("killWithinMs");
    return {
      afterMs,
      isEarly: afterMs < this.faults.ms("killWithinMs") / 2,
      error: new FunctionError(functionName, KILLED),
      report: () => this.faults.report({ kind: "kill", ...about }),
    };
  }

  #strikes(kind: "repeat" | "coldStart", functionName: string, event: unknown): boolean {
    if (!this.faults.strikes(kind)) return false;
    this.faults.report({ kind, functionName, event, connectionId: connectionIdOf(event) } satisfies Fault);
    return true;
  }
}

/** Why an environment ended that a fault has killed; the words are Lambda's own. */
export const KILLED = { name: "Runtime.ExitError", message: "Runtime exited with error: signal: killed" };

interface AnyEvent {
  readonly requestContext?: { readonly connectionId?: string; readonly eventType?: string };
  readonly connectionId?: string;
  readonly address?: { readonly connectionId?: string };
  readonly Records?: readonly { readonly attributes?: { readonly MessageGroupId?: string } }[];
}

function isConnect(event: unknown): boolean {
  return (event as AnyEvent | null)?.requestContext?.eventType === "CONNECT";
}

/**
 * Of an event of the gateway, of one that the app function has sent to itself, or of the
 * first that a queue has handed on.
 */
function connectionIdOf(event: unknown): string | undefined {
  const { requestContext, connectionId, address, Records = [] } = (event ?? {}) as AnyEvent;
  const [record] = Records;
  return (
    requestContext?.connectionId ??
    connectionId ??
    address?.connectionId ??
    record?.attributes?.MessageGroupId
  );
}
