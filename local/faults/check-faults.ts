import { FaultOptionsError } from "../errors.js";
import type { FaultOptions } from "./fault-options.js";

type Unit = "share" | "milliseconds" | "seed";

/** The unit of every option, and so the list of all names. */
const UNITS: Readonly<Record<keyof FaultOptions, Unit>> = {
  seed: "seed",
  dbThrottle: "share",
  dbFail: "share",
  dbFailAfter: "share",
  dbUnprocessed: "share",
  dbSlow: "share",
  dbSlowMs: "milliseconds",
  postThrottle: "share",
  postFail: "share",
  postFailAfter: "share",
  postGone: "share",
  postSlow: "share",
  postSlowMs: "milliseconds",
  kill: "share",
  killWithinMs: "milliseconds",
  throttle: "share",
  repeat: "share",
  delayMs: "milliseconds",
  coldStart: "share",
  coldStartMs: "milliseconds",
  loseDisconnect: "share",
  repeatDisconnect: "share",
  cut: "share",
  jumpMs: "milliseconds",
  jumpEveryMs: "milliseconds",
};

export const FAULT_NAMES = Object.keys(UNITS) as readonly (keyof FaultOptions)[];

const RANGES: Readonly<Record<Unit, string>> = {
  share: "a number from 0 to 1",
  milliseconds: "a whole number of milliseconds up to 2147483647",
  seed: "a whole number from 0 to 4294967295",
};

/**
 * Gives the options back.
 * @throws FaultOptionsError for a name that no fault has, and for a number out of its range
 */
export function checkedFaults(options: Partial<FaultOptions>): Partial<FaultOptions> {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) checkFault(name, value);
  }
  return options;
}

/**
 * Reads `seed=7,kill=0.01`, as the command line has it. Names are those of `FaultOptions`.
 * @throws FaultOptionsError in one sentence, also where the seed is missing
 */
export function readFaults(text: string): FaultOptions {
  const values: Record<string, number> = {};
  for (const pair of text.split(",")) {
    const [name = "", number = "", ...rest] = pair.split("=").map((part) => part.trim());
    const isNumber = /^\d*\.?\d+$/.test(number) && rest.length === 0;
    checkFault(name, isNumber ? Number(number) : pair.slice(pair.indexOf("=") + 1));
    if (name in values) throw new FaultOptionsError(`The fault ${name} is given twice.`);
    values[name] = Number(number);
  }
  const { seed, ...others } = values;
  if (seed === undefined) throw new FaultOptionsError("Faults need a seed, such as seed=7.");
  return { seed, ...others };
}

function checkFault(name: string, value: unknown): void {
  if (!isFaultName(name)) {
    throw new FaultOptionsError(
      `There is no fault ${JSON.stringify(name)}: choose from ${FAULT_NAMES.join(", ")}.`,
    );
  }
  const unit = UNITS[name];
  if (!isInRange(value, unit)) {
    throw new FaultOptionsError(`The fault ${name} takes ${RANGES[unit]}, not ${JSON.stringify(value)}.`);
  }
}

function isFaultName(name: string): name is keyof FaultOptions {
  return Object.hasOwn(UNITS, name);
}

function isInRange(value: unknown, unit: Unit): boolean {
  if (typeof value !== "number" || !(value >= 0)) return false;
  if (unit === "share") return value <= 1;
  // Longer timers fire at once in Node.
  return Number.isInteger(value) && value < 2 ** (unit === "seed" ? 32 : 31);
}
