/**
 * `npm run bench`: measures what the issues set as goals, on this machine, and says which are met.
 * The method is in README.md beside this file.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.js";
import { benchFile } from "./programs.js";
import type { Row, Section } from "./row.js";
import { bundles } from "./sections/bundles.js";
import { connecting } from "./sections/connecting.js";
import { events } from "./sections/events.js";
import { functionSection } from "./sections/function.js";
import { memory } from "./sections/memory.js";
import { neighbours } from "./sections/neighbours.js";
import { plainHttp } from "./sections/plain-http.js";
import { posting } from "./sections/posting.js";
import { postingTls } from "./sections/posting-tls.js";
import { start } from "./sections/start.js";
import { throughput } from "./sections/throughput.js";
import { transports } from "./sections/transports.js";
import { table } from "./table.js";

const SECTIONS: Readonly<Record<string, Section>> = {
  start,
  connecting,
  transports,
  "plain-http": plainHttp,
  function: functionSection,
  events,
  throughput,
  neighbours,
  posting,
  "posting-tls": postingTls,
  memory,
  bundles,
};

const { only = [], quick } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
  },
}).values;
const names = only.length > 0 ? only : Object.keys(SECTIONS);
const unknown = names.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(
    `There is no section ${unknown.join(", ")}: --only takes ${Object.keys(SECTIONS).join(", ")}.`,
  );
  process.exit(1);
}

const machine = describeMachine();
const rows: Row[] = [];
for (const name of names) {
  const progress = (message: string) => process.stderr.write(`${name}: ${message}\n`);
  rows.push(...((await SECTIONS[name]?.({ quick, progress })) ?? []));
}
console.log(`\n${table(rows)}\n`);
const { cpu, cores, memoryGb, node, loadBefore } = machine;
console.log(`${cores} cores (${cpu}), ${memoryGb} GB, Node ${node}, load ${loadBefore} before. Medians.`);

// A partial run must not pass for a whole one.
if (only.length === 0 && !quick) {
  const results = { measuredAt: new Date().toISOString(), machine, rows };
  writeFileSync(benchFile("results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  console.log("Written to bench/results.json.");
}
