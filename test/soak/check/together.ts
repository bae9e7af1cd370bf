/** Packets of several frames arrive whole, whoever else posts to the same client. */
import type { History } from "./history.js";
import type { Broken } from "./promise.js";

export interface Together {
  readonly broken: readonly Broken[];
  /** Clients that the server closed; each comes back. */
  readonly closedByServer: number;
}

export function checkTogether({ closed, torn }: History): Together {
  const parseErrors = closed.filter(({ reason }) => reason === "parse error");
  return {
    broken: [
      ...parseErrors.map(({ link }) => `${link} closed for a parse error`),
      ...torn.map(({ link, id }) => `${link} got other pictures with ${id} than were sent`),
    ].map((what) => ({ promise: "together", what })),
    closedByServer: closed.filter(({ reason }) => reason === "transport close").length,
  };
}
