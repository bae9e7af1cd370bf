import type { Bill } from "../../tools/cost/bill.js";
import { DEFAULT_SHAPE, type TrafficShape } from "../../tools/cost/shape.js";

export function shape(changes: Partial<TrafficShape> = {}): TrafficShape {
  return { ...DEFAULT_SHAPE, ...changes };
}

/** The sum of the lines whose name matches. */
export function usdOf({ lines }: Bill, what: RegExp): number {
  return lines.filter((line) => what.test(line.what)).reduce((sum, { usd }) => sum + usd, 0);
}
