/** Something was called of which bundles hold a stub only, because on Lambda nothing calls it. */
class NotOnLambdaError extends Error {
  override readonly name = "NotOnLambdaError";

  constructor(what: string, instead: string) {
    super(`${what} is left out of Lambda bundles: ${instead}`);
  }
}

export = NotOnLambdaError;
