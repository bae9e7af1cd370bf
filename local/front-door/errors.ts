/** A function at the edge threw, or took too long: the viewer gets 503. */
export class EdgeFunctionError extends Error {
  override name = "EdgeFunctionError";

  constructor(functionName: string, thrown: unknown) {
    const text = hasStack(thrown) ? String(thrown) : `threw ${String(thrown)}`;
    super(`${placeIn(functionName, thrown)}: ${text}. Correct the function.`, { cause: thrown });
  }
}

/** A function at the edge returned, or chose, something that CloudFront refuses: the viewer gets 502. */
export class EdgeResultError extends Error {
  override name = "EdgeResultError";

  constructor(functionName: string, why: string) {
    super(`${functionName}: ${why}, and CloudFront refuses that. Correct the function.`);
  }
}

/** The line where it was thrown, as far as the stack tells. */
function placeIn(functionName: string, thrown: unknown): string {
  const stack = hasStack(thrown) ? String(thrown.stack) : "";
  const places = stack.split(`${functionName}:`).slice(1);
  const inFrame = places.flatMap((text) => /^\d+:\d+/.exec(text) ?? [])[0];
  return inFrame === undefined ? functionName : `${functionName}:${inFrame}`;
}

/** The error is one of the sandbox's: no `instanceof` holds here. */
function hasStack(thrown: unknown): thrown is { readonly stack: unknown } {
  return typeof thrown === "object" && thrown !== null && "stack" in thrown;
}
