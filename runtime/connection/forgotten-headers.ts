import { ENV } from "../contract.js";

/** Names of headers, in lower case, that are not stored (the option `forgetHeaders` of the construct). */
export function forgottenHeaders(): ReadonlySet<string> {
  return new Set(process.env[ENV.forgottenHeaders]?.toLowerCase().split(","));
}
