import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { numberOf } from "../program/number-of.js";
import { serverOptions } from "../program/server-options.js";

/** Of API Gateway: a message of a WebSocket. */
const MESSAGE_BYTES = 128 * 1024;

/** Payloads that API Gateway does not carry. */
export function limits(analysis: Analysis): RawFinding[] {
  return serverOptions(analysis).flatMap(({ name, at, value }): RawFinding[] => {
    const bytes = name === "maxHttpBufferSize" ? numberOf(value, analysis.values) : undefined;
    if (bytes === undefined || bytes <= MESSAGE_BYTES) return [];
    return [
      {
        rule: "limits",
        at,
        what: "a message of a WebSocket has 128 KB at most on API Gateway, in frames of 32 KB: a larger one ends the connection",
        instead: "upload large things by HTTP, to S3 with a signed address, and send where they are",
      },
    ];
  });
}
