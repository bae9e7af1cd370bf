/** Which test files may run behind each other in one process, as `vitest.config.ts` asks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Loading Socket.IO, the runtime and the CDK anew for each file takes as long as many of them do. In the
 * other folders the app under test is a module, which each file serves once (contract, drivers, sessions), or
 * time is made up (races).
 */
const FOLDERS = [
  "bundle",
  "cdk",
  "check",
  "compare",
  "costs",
  "docs",
  "e2e",
  "examples",
  "gateway",
  "local",
  "page",
  "polling",
  "runtime",
  "server-files",
  "soak",
  "tools",
];

/**
 * The runtime gives each warning once in a process, and a file that looks for one may come too late. What
 * changes modules, clocks or the folder changes them for those behind it: esbuild builds for good in the
 * folder in which it was loaded.
 */
const NEEDS_ITS_OWN =
  /support\/log-lines|spyOn\(console, "(warn|info)"\)|resetModules|doMock|vi\.mock\(|useFakeTimers|spyOn\(process, "cwd"\)|chdir/;

/**
 * - `patches` compares Socket.IO's classes before and after.
 * - `quiet-console` looks at the console's functions.
 * - For the others: the runtime remembers the names of namespaces whose replays do not end
 *   (`runtime/user-code/replay-patience.ts`), and is less patient with them.
 */
const ALONE = ["patches", "quiet-console", "slow-greeting", "foreign-acks"];

const TEST = fileURLToPath(new URL(".", import.meta.url));

/** Their paths from the root of the project. */
export function sharingFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(TEST, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  )
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => !ALONE.some((one) => name.endsWith(`/${one}.test.ts`)))
    .filter((name) => !NEEDS_ITS_OWN.test(readFileSync(join(TEST, name), "utf8")))
    .map((name) => `test/${name}`);
}
