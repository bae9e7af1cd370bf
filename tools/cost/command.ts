/** `npm run cost` without the process around it. */
import { compare } from "./compare.js";
import { HELP, readOptions } from "./options.js";
import { PRICES_READ } from "./prices.js";
import { report } from "./report.js";

/** What it prints. @throws UsageError */
export function costCommand(args: readonly string[]): string {
  const { shape, json, help } = readOptions(args);
  if (help) return HELP;
  const comparison = compare(shape);
  if (!json) return report(comparison);
  return JSON.stringify(
    { pricesRead: PRICES_READ, currency: "USD", region: "us-east-1", ...comparison },
    null,
    2,
  );
}
