import { LocalError } from "./errors.js";
import { ListenError } from "./gateway/errors.js";

/** An address that this machine does not have, or a name that stands for none. */
const NO_ADDRESS = new Set(["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN"]);

/** Says what `--host` takes, where the address is what is wrong. Any other error stays as it is. */
export function listenError(error: unknown): unknown {
  if (!(error instanceof ListenError)) return error;
  const { code = "" } = (error.cause ?? {}) as NodeJS.ErrnoException;
  if (!NO_ADDRESS.has(code)) return error;
  return new LocalError(
    `--host ${error.host}: this machine has no such address (${code}). Leave it out for this machine alone, or give 0.0.0.0 to let others in.`,
    { cause: error },
  );
}
