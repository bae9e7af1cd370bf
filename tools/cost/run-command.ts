/**
 * A command of this folder as a process: its text to stdout, or one sentence to stderr and the exit code 2.
 */
import { UsageError } from "./flags.js";

export function runCommand(command: (args: readonly string[]) => string): void {
  try {
    console.log(command(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
