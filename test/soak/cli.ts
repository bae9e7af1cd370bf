/**
 * `npm run soak`: see `bench/README.md`. Ends with 1 where a promise was broken, 2 where it
 * was called wrongly.
 */
import { createWriteStream } from "node:fs";
import { check } from "./check/check.js";
import { HELP, parseOptions, SoakOptionsError } from "./options.js";
import { report } from "./report.js";
import { soak } from "./soak.js";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) await run(options);
  else console.log(HELP);
} catch (error) {
  if (!(error instanceof SoakOptionsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function run(options: NonNullable<ReturnType<typeof parseOptions>>): Promise<void> {
  const { minutes, clients, seed, orders } = options;
  console.log(`${clients} clients for ${minutes} min in each mode (${orders.join(", ")}), seed ${seed}.`);
  const [log, journal] = [options.log, options.journal].map((file) =>
    file === undefined ? undefined : createWriteStream(file),
  );
  for (const order of orders) {
    const evidence = await soak(order, options, {
      progress: (line) => process.stderr.write(`${line}\n`),
      output: (line) => log?.write(`${line}\n`),
    });
    for (const entry of evidence.entries) journal?.write(`${JSON.stringify({ order, ...entry })}\n`);
    const verdict = check(evidence);
    console.log(report(verdict, seed));
    if (verdict.broken.length > 0) process.exitCode = 1;
  }
  log?.end();
  journal?.end();
}
