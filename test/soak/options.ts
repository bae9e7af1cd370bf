/** The flags of `npm run soak`, decided and checked. */
import { parseArgs } from "node:util";

export type Order = "concurrent" | "ordered";

export interface SoakOptions {
  /** How long clients live in each mode, in minutes; the start and the calm end come on top. */
  readonly minutes: number;
  readonly clients: number;
  /** Decides what each client does, and where faults strike. Not when: two runs are alike, not the same. */
  readonly seed: number;
  /** The modes, one run after another. */
  readonly orders: readonly Order[];
  /** Environments of the app function. */
  readonly environments: number;
  /** What all clients together do in a second. */
  readonly rate: number;
  /** Whether faults rain. */
  readonly faults: boolean;
  /** A file that gets each line that the functions print. */
  readonly log: string | undefined;
  /** A file that gets each entry of the journal, as JSON. */
  readonly journal: string | undefined;
}

export class SoakOptionsError extends Error {
  override readonly name = "SoakOptionsError";
}

export const HELP = `npm run soak -- [flags]

  --minutes N        how long clients live in each mode (2)
  --clients N        how many (50)
  --seed N           of the clients' actions and of the faults (a new one each time, which is printed)
  --order MODE       concurrent, ordered or both (both)
  --rate N           actions of all clients together in a second (30)
  --environments N   of the app function (8)
  --no-faults        only what clients do to themselves
  --log FILE         gets all that the functions print
  --journal FILE     gets the journal, an entry a line
  --ci               what fits into two minutes: --minutes 0.3 --clients 30 --rate 15 --environments 4`;

const CI = { minutes: "0.3", clients: "30", rate: "15", order: "both", environments: "4" };
const DEFAULTS = { minutes: "2", clients: "50", order: "both", rate: "30", environments: "8" };

/** `undefined` where help is asked for. @throws SoakOptionsError naming the flag and what it takes. */
export function parseOptions(args: readonly string[]): SoakOptions | undefined {
  const flags = parse(args);
  if (flags.help) return undefined;
  const { order, ...values } = { ...DEFAULTS, ...(flags.ci && CI), ...flags };
  return {
    minutes: positive("minutes", values.minutes),
    clients: whole("clients", values.clients),
    seed: flags.seed === undefined ? Math.floor(Math.random() * 1e6) : whole("seed", flags.seed, 0),
    orders: ordersOf(order),
    environments: whole("environments", values.environments),
    rate: positive("rate", values.rate),
    faults: !flags["no-faults"],
    log: flags.log,
    journal: flags.journal,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: text,
        clients: text,
        seed: text,
        order: text,
        rate: text,
        environments: text,
        log: text,
        journal: text,
        "no-faults": flag,
        ci: flag,
        help: flag,
      },
    }).values;
  } catch (cause) {
    throw new SoakOptionsError(`${(cause as Error).message}\n\n${HELP}`, { cause });
  }
}

function ordersOf(order: string): Order[] {
  if (order === "both") return ["concurrent", "ordered"];
  if (order === "concurrent" || order === "ordered") return [order];
  throw new SoakOptionsError(`--order ${order}: give concurrent, ordered or both.`);
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new SoakOptionsError(`--${flag} ${text}: give a number above 0.`);
  return value;
}

function whole(flag: string, text: string, least = 1): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new SoakOptionsError(`--${flag} ${text}: give a whole number from ${least} up.`);
  return value;
}
