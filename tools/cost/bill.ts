/** A bill: lines of a quantity and a price, and what has to be said about them. */
import type { Price } from "./prices.js";

export interface Line {
  readonly what: string;
  readonly quantity: number;
  readonly price: Price;
  readonly usd: number;
}

export interface Bill {
  readonly name: string;
  /** The same Socket.IO app and clients run there. */
  readonly runsSocketIo: boolean;
  readonly lines: readonly Line[];
  /** Sum of the lines; `undefined` where there is no list price for so much. */
  readonly usd: number | undefined;
  /** What the number leaves out or takes for granted. */
  readonly notes: readonly string[];
}

export function line(what: string, quantity: number, price: Price): Line {
  return { what, quantity, price, usd: (quantity / price.per) * price.usd };
}

/** Lines of nothing are left out. */
export function bill({ lines, ...of }: Omit<Bill, "usd">): Bill {
  const used = lines.filter(({ quantity }) => quantity > 0);
  return { ...of, lines: used, usd: used.reduce((sum, { usd }) => sum + usd, 0) };
}

/** Sold only by agreement at this size. */
export function noListPrice(name: string, reason: string): Bill {
  return { name, runsSocketIo: false, lines: [], usd: undefined, notes: [reason] };
}

/** What is unconfirmed about the prices of a bill. */
export function doubts({ lines }: Bill): string[] {
  return [...new Set(lines.flatMap(({ price }) => price.unconfirmed ?? []))];
}
