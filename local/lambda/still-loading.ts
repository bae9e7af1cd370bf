/** What a person reads while, and after, their code does not finish loading. */
import type { FunctionModel } from "../template/resource-type.js";

const WHERE_TO_LOOK =
  "Look for an endless loop, or for an await at the top of a module whose promise never settles.";

type Named = Pick<FunctionModel, "displayName" | "timeoutSeconds">;

/** Lambda gives the code another chance, and so does the local stack. */
export function initStopped({ displayName, timeoutSeconds }: Named, initTimeoutMs: number): string {
  return `[socket.io-lambda] ${displayName} has not been loaded after ${initTimeoutMs / 1000} s. Lambda stops it then, and loads it again within the first event, which has ${timeoutSeconds} s.`;
}

/** Its deadlines are off. */
export function waitsForDebugger({ displayName }: Named): string {
  return `[socket.io-lambda] ${displayName} has not been loaded yet. ${WHERE_TO_LOOK} A debugger can show the line.`;
}

export function stillLoading({ displayName, timeoutSeconds }: Named): string {
  return `[socket.io-lambda] ${neverLoaded(displayName, `${timeoutSeconds} s`)}`;
}

export function neverLoaded(displayName: string, duration: string): string {
  return `${displayName} does not finish loading: it was stopped after ${duration}. ${WHERE_TO_LOOK}`;
}
