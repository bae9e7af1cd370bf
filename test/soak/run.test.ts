/**
 * A short run of everything but the faults: the stack in its own process, real clients, the
 * calm, the leave-taking, the verdict.
 */
import { expect, it } from "vitest";
import { check } from "./check/check.js";
import { parseOptions } from "./options.js";
import { report } from "./report.js";
import { soak } from "./soak.js";

const SEED = 5;
const RUN_MS = 120_000;

it("clients that live for some seconds find every promise kept", {
  timeout: RUN_MS,
}, async () => {
  const flags = `--no-faults --minutes 0.1 --clients 5 --rate 15 --seed ${SEED}`.split(" ");
  const options = parseOptions(flags);
  if (!options) throw new Error("These flags ask for no help.");
  const verdict = check(await soak("concurrent", options, { progress: () => {}, output: () => {} }));
  expect(verdict.broken, report(verdict, SEED)).toEqual([]);
  expect(verdict.handling.handled).toBeGreaterThan(0);
  expect(verdict.copies.got).toBeGreaterThan(0);
  expect(verdict.disconnects.connections).toBeGreaterThanOrEqual(options.clients);
});
