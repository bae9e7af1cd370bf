/** How people write a length of time, in whole minutes or milliseconds. */
import { AppError } from "../errors.js";

/**
 * `"5 minutes"`, `"1 hour"`, `"day"`, `{ minutes: 5 }`, or a number of milliseconds.
 */
export type Interval =
  | string
  | number
  | { readonly minutes?: number; readonly hours?: number; readonly days?: number };

export const MINUTE_MS = 60_000;
const UNITS_MS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 24 * 60 * MINUTE_MS } as const;
const LONGEST_MS = 365 * UNITS_MS.day;

/** In milliseconds. @throws AppError for what is no length of time, or is more than a year. */
export function intervalMs(interval: Interval, what: string): number {
  const ms = msOf(interval);
  if (ms !== undefined && ms >= 0 && ms <= LONGEST_MS) return ms;
  throw new AppError(
    `${what} cannot take ${JSON.stringify(interval)} for a time. Write "5 minutes", "1 hour", "2 days", { minutes: 5 } or a number of milliseconds, up to a year.`,
  );
}

function msOf(interval: Interval): number | undefined {
  if (typeof interval === "number") return interval;
  if (typeof interval === "string") return textMs(interval);
  if (interval === null || typeof interval !== "object") return undefined;
  const parts = Object.entries(interval).map(([unit, count]) => Number(count) * unitMs(unit));
  return parts.length > 0 ? parts.reduce((sum, ms) => sum + ms, 0) : undefined;
}

function textMs(text: string): number | undefined {
  const [, count = "1", unit = ""] = /^\s*(?:(\d+(?:\.\d+)?)\s*)?([a-z]+)\s*$/i.exec(text) ?? [];
  return Number(count) * unitMs(unit.toLowerCase());
}

/** Seconds are known, so that who asks for them is told what is possible. `NaN` for what is no unit. */
function unitMs(unit: string): number {
  const one = unit.replace(/s$/, "");
  if (one === "second") return 1_000;
  return Object.hasOwn(UNITS_MS, one) ? UNITS_MS[one as keyof typeof UNITS_MS] : Number.NaN;
}
