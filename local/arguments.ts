import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ArgumentsError } from "./errors.js";
import { readFaults } from "./faults/check-faults.js";
import type { FaultOptions } from "./faults/fault-options.js";

/** What the command line asks for. */
export interface Arguments {
  readonly port: number;
  readonly app?: string;
  readonly stage?: string;
  readonly environments: number;
  readonly onDemand?: boolean;
  readonly order?: "concurrent" | "ordered";
  readonly minuteMs?: number;
  readonly faults?: FaultOptions;
  readonly help: boolean;
}

const DEFAULT_PORT = 3000;
const DEFAULT_ENVIRONMENTS = 2;
const MAX_PORT = 65_535;
/** Each environment is a thread with its own memory. */
const MAX_ENVIRONMENTS = 100;
const MINUTE_MS = 60_000;

export const HELP = `Runs the synthesized stack on this machine: API Gateway, Lambda and DynamoDB, with no AWS account.

  npm start -- [options]

  --port N          Port of the API and the page; 0 takes a free one. Default: ${DEFAULT_PORT}
  --app FILE        File that exports your Socket.IO server, as "io" or as its default export. Default: lambdas/app.ts
  --stage NAME      Name of the stage, the path that clients connect to. Default: prod
  --environments N  Environments that each function keeps; an event that waits long gets one more. Default: ${DEFAULT_ENVIRONMENTS}
  --on-demand       Starts an environment when an event needs one, and not ahead: a first client waits for a cold start.
  --order MODE      How one client's messages are handled: concurrent, or ordered by a queue. Default: concurrent
  --minute MS       How long a minute of the schedules takes, so that connections are pinged more often. Default: ${MINUTE_MS}
  --faults LIST     What goes wrong, and how often, from a seed: seed=7,kill=0.01,delayMs=50. Default: nothing
                    DynamoDB calls: dbThrottle dbFail dbFailAfter dbUnprocessed dbSlow dbSlowMs
                    posts to clients: postThrottle postFail postFailAfter postGone postSlow postSlowMs
                    invocations: kill killWithinMs throttle repeat delayMs coldStart coldStartMs
                    connections: loseDisconnect repeatDisconnect cut jumpMs jumpEveryMs
                    What ends with Ms takes milliseconds; the others are shares, from 0 (never) to 1 (always).
  --help            Shows this.`;

/**
 * Reads the command line. A relative `--app` starts at `folder`, where the person is. Throws `ArgumentsError`, one
 * sentence, for anything that is not in `HELP`, and `FaultOptionsError` for such faults.
 */
export function readArguments(args: readonly string[], folder: string): Arguments {
  const values = parse(args);
  return {
    port: wholeNumber("--port", values.port ?? String(DEFAULT_PORT), 0, MAX_PORT),
    environments: wholeNumber(
      "--environments",
      values.environments ?? String(DEFAULT_ENVIRONMENTS),
      1,
      MAX_ENVIRONMENTS,
    ),
    ...(values["on-demand"] !== undefined && { onDemand: values["on-demand"] }),
    ...(values.order !== undefined && { order: mode(values.order) }),
    ...(values.minute !== undefined && { minuteMs: wholeNumber("--minute", values.minute, 1, MINUTE_MS) }),
    ...(values.app !== undefined && { app: resolve(folder, notEmpty("--app", values.app)) }),
    ...(values.stage !== undefined && { stage: notEmpty("--stage", values.stage) }),
    ...(values.faults !== undefined && { faults: readFaults(notEmpty("--faults", values.faults)) }),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        app: { type: "string" },
        stage: { type: "string" },
        environments: { type: "string" },
        "on-demand": { type: "boolean" },
        faults: { type: "string" },
        order: { type: "string" },
        minute: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    // Node's message is a sentence, followed by advice on its own syntax.
    const [sentence] = (cause as Error).message.split(". ");
    throw new ArgumentsError(`${sentence?.replace(/\.$/, "")}. See npm start -- --help.`, { cause });
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new ArgumentsError(
    `${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`,
  );
}

function mode(text: string): "concurrent" | "ordered" {
  if (text === "concurrent" || text === "ordered") return text;
  throw new ArgumentsError(`--order takes "concurrent" or "ordered", not ${JSON.stringify(text)}.`);
}

function notEmpty(flag: string, text: string): string {
  if (text === "") throw new ArgumentsError(`${flag} is empty. See npm start -- --help.`);
  return text;
}
