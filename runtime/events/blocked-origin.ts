/**
 * A page that the option `cors` keeps out: a browser shows it as an error of the network, so the log says
 * which page came, what the option allows and what to write. Three of ten published servers that set the
 * option name localhost only, and refuse their own page once they are deployed.
 */
import { inspect } from "node:util";
import { warnOnce } from "../log/log.js";

/** Of each origin once in an environment. */
export function tellBlockedOrigin(origin: string, cors: unknown): void {
  const allowed = (cors as { readonly origin?: unknown } | undefined)?.origin ?? cors;
  const known = [allowed].flat().filter((one) => typeof one === "string" || one instanceof RegExp);
  const names = [...known, origin].map((one) => inspect(one)).join(", ");
  warnOnce(
    `A page of ${inspect(origin)} is kept out: the server ${allowed === undefined ? "has no option cors" : `has an option cors that allows ${inspect(allowed)}`}. To let it in, write cors: { origin: [${names}] }.`,
    `cors ${origin}`,
  );
}
