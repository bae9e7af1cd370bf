import { existsSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { isStageName, STAGE_NAME_RULE } from "../../lib/stage-name.js";
import { ArgumentsError } from "../errors.js";
import { readFaults } from "../faults/check-faults.js";
import type { FaultOptions } from "../faults/fault-options.js";
import {
  CHECK_FLAGS,
  DEFAULT_ENVIRONMENTS,
  DEFAULT_INSPECT_PORT,
  DEFAULT_PORT,
  DEV_FLAGS,
  type Flag,
  MINUTE_MS,
} from "./flags.js";
import { variablesOf } from "./function-variables.js";
import { COMMANDS, type CommandName, PROGRAM } from "./help.js";
import { LOG_LEVELS, type LogLevel } from "./log-level.js";
import { suggestion } from "./suggestion.js";

/** What the command line asks for. */
export type Command =
  | { readonly name: "dev"; readonly options: DevOptions }
  | { readonly name: "check"; readonly options: CheckCommandOptions }
  | { readonly name: "init"; readonly folder: string }
  | { readonly name: "help"; readonly about?: CommandName }
  | { readonly name: "version" };

export interface DevOptions {
  /** Absolute path of the folder in which `cdk.json` is looked for. */
  readonly project: string;
  readonly port: number;
  readonly host?: string;
  readonly app?: string;
  readonly page?: string;
  readonly open: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly stage?: string;
  readonly environments: number;
  readonly onDemand?: boolean;
  readonly order?: "concurrent" | "ordered";
  readonly minuteMs?: number;
  readonly faults?: FaultOptions;
  /** Port of the debugger. */
  readonly inspect?: number;
  readonly compare: boolean;
  readonly json: boolean;
  readonly logLevel: LogLevel;
}

export interface CheckCommandOptions {
  /** Absolute path of the folder that files are named relative to. */
  readonly project: string;
  /** Absolute path of the file that starts the server. @default found in the folder */
  readonly file?: string;
  readonly json: boolean;
  readonly hints: boolean;
}

/** Where the command runs, and where the person was. */
export interface Caller {
  /** The current folder. */
  readonly folder: string;
  /** Where the person was when npm went to the package's folder and ran the command there: `INIT_CWD`. */
  readonly calledFrom?: string | undefined;
}

const MAX_PORT = 65_535;
/** Each environment is a thread with its own memory. */
const MAX_ENVIRONMENTS = 100;

/**
 * Reads the command line. Throws `ArgumentsError`, one sentence with a next step, for anything that is not in
 * the help, and `FaultOptionsError` for such faults.
 */
export function readArguments(args: readonly string[], caller: Caller): Command {
  const [first = "help", ...rest] = args;
  if (first === "--help" || first === "-h") return { name: "help" };
  if (first === "--version" || first === "-v") return { name: "version" };
  // The flags of `dev` alone: it is by far the most frequent command.
  const [command, others] = first.startsWith("-") ? ["dev", args] : [first, rest];
  if (!isCommand(command)) throw unknownCommand(command);
  if (others.includes("--help") || others.includes("-h")) return { name: "help", about: command };
  if (command === "help") return helpAbout(others);
  if (command === "init") return readInit(others, caller);
  if (command === "check") return { name: "check", options: readCheck(others, caller) };
  return { name: "dev", options: readDev(others, caller) };
}

function helpAbout([about]: readonly string[]): Command {
  if (about === undefined) return { name: "help" };
  if (!isCommand(about)) throw unknownCommand(about);
  return { name: "help", about };
}

function readInit(args: readonly string[], { folder }: Caller): Command {
  const { positionals } = parse("init", args, { help: DEV_FLAGS.help });
  refuseMore("init", positionals, "one folder");
  return { name: "init", folder: resolve(folder, positionals[0] ?? ".") };
}

function readCheck(args: readonly string[], caller: Caller): CheckCommandOptions {
  const { values, positionals } = parse("check", args, CHECK_FLAGS);
  refuseMore("check", positionals, "one file");
  const [name] = positionals;
  const file = name === undefined ? undefined : pathOf("FILE", name, caller);
  if (file !== undefined && !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new ArgumentsError(`There is no file ${JSON.stringify(name)}. ${see("check")}`);
  }
  return {
    project: caller.folder,
    json: values.json ?? false,
    hints: values.hints ?? false,
    ...(file !== undefined && { file }),
  };
}

function readDev(args: readonly string[], caller: Caller): DevOptions {
  const { values, positionals } = parse("dev", withInspectPort(args), DEV_FLAGS);
  refuseMore("dev", positionals, "one file");
  const file = positionals[0] ?? values.app;
  const inspect =
    values.inspect === undefined ? undefined : wholeNumber("--inspect", values.inspect, 0, MAX_PORT);
  return {
    project: caller.folder,
    port: wholeNumber("--port", values.port ?? String(DEFAULT_PORT), 0, MAX_PORT),
    environments: wholeNumber(
      "--environments",
      // With several, the next event would run where no breakpoint is.
      values.environments ?? String(inspect === undefined ? DEFAULT_ENVIRONMENTS : 1),
      1,
      MAX_ENVIRONMENTS,
    ),
    env: variablesOf({
      assignments: values.env ?? [],
      files: (values["env-file"] ?? []).map((name) => pathOf("--env-file", name, caller)),
    }),
    open: values.open ?? false,
    compare: values.compare ?? false,
    json: values.json ?? false,
    logLevel: oneOf("--log-level", values["log-level"] ?? "info", LOG_LEVELS),
    ...(inspect !== undefined && { inspect }),
    ...(values.host !== undefined && { host: notEmpty("--host", values.host) }),
    ...(values["on-demand"] && { onDemand: true }),
    ...(values.order !== undefined && { order: oneOf("--order", values.order, ["concurrent", "ordered"]) }),
    ...(values.minute !== undefined && { minuteMs: wholeNumber("--minute", values.minute, 1, MINUTE_MS) }),
    ...(file !== undefined && { app: pathOf("--app", file, caller) }),
    ...(values.page !== undefined && { page: pathOf("--page", values.page, caller) }),
    ...(values.stage !== undefined && { stage: stageOf(values.stage) }),
    ...(values.faults !== undefined && { faults: readFaults(notEmpty("--faults", values.faults)) }),
  };
}

function parse<const Flags extends Readonly<Record<string, Flag>>>(
  command: CommandName,
  args: readonly string[],
  flags: Flags,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: flags });
  } catch (cause) {
    // Node's message is a sentence, followed by advice on its own syntax.
    const [sentence = ""] = (cause as Error).message.split(/\. |\n/);
    const typed = /^Unknown option '--?([^']*)'/.exec(sentence)?.[1];
    const meant = typed && suggestion(typed, Object.keys(flags));
    const words = [`${sentence.replace(/\.$/, "")}.`, meant && `Did you mean --${meant}?`, see(command)];
    throw new ArgumentsError(words.filter(Boolean).join(" "), { cause });
  }
}

/** `--inspect` takes a port or none, which `parseArgs` does not know. */
function withInspectPort(args: readonly string[]): string[] {
  return args.map((arg) => (arg === "--inspect" ? `--inspect=${DEFAULT_INSPECT_PORT}` : arg));
}

/** A relative path starts where the person is, in a folder below the project, too; or else at the project. */
function pathOf(flag: string, path: string, { folder, calledFrom }: Caller): string {
  notEmpty(flag, path);
  const isBelow = calledFrom?.startsWith(folder + sep);
  const near = calledFrom && isBelow ? join(resolve(calledFrom), path) : "";
  return isBelow && !path.startsWith(sep) && existsSync(near) ? near : resolve(folder, path);
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

function unknownCommand(word: string): ArgumentsError {
  const meant = suggestion(word, Object.keys(COMMANDS));
  const isFile = /[./\\]/.test(word);
  const advice = isFile ? `To run a file: ${PROGRAM} dev ${word}` : meant && `Did you mean ${meant}?`;
  const words = [`There is no command ${JSON.stringify(word)}.`, advice, isFile ? "" : see()];
  return new ArgumentsError(words.filter(Boolean).join(" "));
}

function see(command?: CommandName): string {
  return `See ${[PROGRAM, command, "--help"].filter(Boolean).join(" ")}.`;
}

function refuseMore(command: CommandName, [, second]: readonly string[], takes: string): void {
  if (second === undefined) return;
  throw new ArgumentsError(`${command} takes ${takes}: what is ${JSON.stringify(second)}? ${see(command)}`);
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new ArgumentsError(
    `${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`,
  );
}

function oneOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const choices = words.map((word) => `"${word}"`);
  const list = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
  throw new ArgumentsError(`${flag} takes ${list}, not ${JSON.stringify(text)}.`);
}

function stageOf(name: string): string {
  if (isStageName(name)) return name;
  throw new ArgumentsError(
    `--stage: API Gateway takes no stage named ${JSON.stringify(name)}. ${STAGE_NAME_RULE}`,
  );
}

function notEmpty(flag: string, text: string): string {
  if (text === "") throw new ArgumentsError(`${flag} is empty. ${see("dev")}`);
  return text;
}
