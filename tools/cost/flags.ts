/**
 * The flags of `npm run cost` and `npm run simulate`: declared once, they give the values,
 * the help and the errors.
 */
import { parseArgs } from "node:util";

export type Flag =
  | {
      readonly kind: "number";
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly unit: string;
      readonly help: string;
    }
  /** Several, with commas between. */
  | {
      readonly kind: "numbers";
      readonly default: readonly number[];
      readonly min: number;
      readonly max: number;
      readonly unit: string;
      readonly help: string;
    }
  | {
      readonly kind: "choice";
      readonly default: string;
      readonly choices: readonly string[];
      readonly help: string;
    }
  | { readonly kind: "switch"; readonly help: string };

type ValueOf<F> = F extends { kind: "number" }
  ? number
  : F extends { kind: "numbers" }
    ? readonly number[]
    : F extends { kind: "choice"; choices: readonly (infer Choice)[] }
      ? Choice
      : boolean;

export type ValuesOf<Flags> = { readonly [Name in keyof Flags]: ValueOf<Flags[Name]> };

/** A command line that cannot be understood: one sentence that says what to do. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** @throws UsageError for anything that `helpOf(flags)` does not list. */
export function readFlags<const Flags extends Record<string, Flag>>(
  flags: Flags,
  args: readonly string[],
): ValuesOf<Flags> {
  const given = parse(flags, args);
  const values = Object.entries(flags).map(([name, flag]) => [name, read(name, flag, given[name])]);
  return Object.fromEntries(values) as ValuesOf<Flags>; // each name got the value of its own flag
}

export function helpOf(flags: Record<string, Flag>): string {
  const rows = Object.entries(flags).map(
    ([name, flag]) => [`--${name}${placeholder(flag)}`, textOf(flag)] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

function parse(flags: Record<string, Flag>, args: readonly string[]) {
  try {
    const options = Object.fromEntries(
      Object.entries(flags).map(([name, { kind }]) => [
        name,
        { type: kind === "switch" ? ("boolean" as const) : ("string" as const) },
      ]),
    );
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    // Node's message is a sentence, followed by advice on its own syntax.
    const [sentence] = (cause as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence?.replace(/\.$/, "")}. See --help.`, { cause });
  }
}

function read(name: string, flag: Flag, given: string | boolean | undefined) {
  if (flag.kind === "switch") return given === true;
  if (typeof given !== "string") return flag.default;
  if (flag.kind === "choice") {
    if (flag.choices.includes(given)) return given;
    throw new UsageError(`--${name} takes ${flag.choices.join(" or ")}, not ${JSON.stringify(given)}.`);
  }
  if (flag.kind === "number") return numberOf(name, flag, given);
  return given.split(",").map((part) => numberOf(name, flag, part));
}

function numberOf(name: string, { min, max }: { min: number; max: number }, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = `from ${plain(min)} to ${plain(max)}`;
  throw new UsageError(`--${name} takes a number ${range}, digits only, not ${JSON.stringify(text)}.`);
}

function placeholder(flag: Flag): string {
  if (flag.kind === "switch") return "";
  if (flag.kind === "choice") return ` ${flag.choices.join("|")}`;
  return flag.kind === "number" ? " N" : " N,N";
}

function textOf(flag: Flag): string {
  if (flag.kind === "switch") return flag.help;
  if (flag.kind === "choice") return `${flag.help} Default: ${flag.default}`;
  const values = flag.kind === "number" ? [flag.default] : flag.default;
  return `${flag.help} Default: ${values.map(plain).join(",")} ${flag.unit}`.trimEnd();
}

/** As it is typed: no separators. */
function plain(value: number): string {
  return String(value);
}
