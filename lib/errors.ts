/** Base of the errors that the constructs throw while a stack is synthesized. */
export class SocketIoApiError extends Error {
  override readonly name: string = "SocketIoApiError";
}

/** A prop of `SocketIoApi` that AWS would refuse at deployment, found before anything is deployed. */
export class InvalidPropError extends SocketIoApiError {
  override readonly name = "InvalidPropError";

  constructor(
    /** The prop, as the caller writes it: `routes`, `stageName`, … */
    readonly prop: string,
    problem: string,
    /** What to do about it. */
    readonly nextStep: string,
  ) {
    super(`${prop}: ${problem} ${nextStep}`);
  }
}

/** A file that esbuild cannot bundle: its syntax, or an import that does not resolve. `cause` is esbuild's own failure. */
export class BundlingError extends SocketIoApiError {
  override readonly name = "BundlingError";

  constructor(
    /** Each problem as `file:line:column: text`. */
    readonly problems: readonly string[],
    cause: unknown,
  ) {
    super(`The Lambda bundle does not compile. Correct this and try again: ${problems.join("; ")}`, {
      cause,
    });
  }
}
