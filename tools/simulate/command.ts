/** `npm run simulate` without the process around it. */
import { HELP, readOptions } from "./options.js";
import { report } from "./report.js";
import { simulate } from "./simulation.js";

/** What it prints. @throws UsageError */
export function simulateCommand(args: readonly string[]): string {
  const options = readOptions(args);
  if (options.help) return HELP;
  const sizes = options.connections.map((connections) => simulate(options, connections));
  return options.json ? JSON.stringify({ options, sizes }, null, 2) : report(options, sizes);
}
