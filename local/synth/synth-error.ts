import { existsSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import type { Message, PartialMessage } from "esbuild";
import { esbuild } from "../../lib/esbuild.js";
import { SynthError } from "../errors.js";
import type { CdkRun } from "./run-cdk-app.js";
import { writtenProblems } from "./written-problems.js";

/** What a process of the CDK app says about its own end; see `recorder.cjs`. */
export interface ReportedFailure {
  readonly name?: string;
  readonly message: string;
  /** Absent where the message is written for a person and says all. */
  readonly stack?: string;
  /** Of esbuild, where a file does not compile. */
  readonly problems: readonly Message[];
}

/** The error that a person reads: it names their file, with a code frame where one does not compile. */
export function synthError(
  run: Pick<CdkRun, "cdkApp" | "project">,
  exitCode: number | null,
  output: string,
  failure: ReportedFailure | undefined,
): SynthError {
  const name = "command" in run.cdkApp ? run.cdkApp.command : relativeTo(run.project, run.cdkApp.file);
  const text = failure?.stack ?? failure?.message ?? output;
  const problems = failure?.problems.length ? failure.problems : writtenProblems(text, output);
  if (problems.length > 0) return compileError(problems, run.project);
  const file = missingFile(run, text);
  if (file !== undefined) {
    return new SynthError(
      `There is no file ${file}, which cdk.json runs (${name}). Correct "app" in cdk.json.`,
      [resolve(run.project, file), resolve(run.project, "cdk.json")],
    );
  }
  const missing = missingPackage(failure?.message ?? output);
  if (missing !== undefined) {
    return new SynthError(
      `The CDK app (${name}) needs the package ${missing}: npm i ${withCompanions(missing)}`,
    );
  }
  if (!failure) return new SynthError(`The CDK app (${name}) ended with code ${exitCode}. ${output}`.trim());
  if (failure.stack === undefined) return new SynthError(failure.message);
  return new SynthError(`The CDK app (${name}) failed: ${ownFrames(failure.stack)}`);
}

/** A command that ends well and makes nothing. */
export function unreadableApp({ cdkApp }: Pick<CdkRun, "cdkApp">, output: readonly string[]): SynthError {
  const name = "command" in cdkApp ? cdkApp.command : cdkApp.file;
  const printed = output.length > 0 ? ` It printed: ${output.join("; ")}` : "";
  return new SynthError(
    `The CDK app (${name}) made no template: let it create an App of aws-cdk-lib.${printed}`,
  );
}

function compileError(problems: readonly PartialMessage[], project: string): SynthError {
  const files = problems.flatMap(({ location }) => (location?.file ? [resolve(project, location.file)] : []));
  const messages = problems.map(({ text = "", location }) => ({
    text: withNextStep(text),
    // esbuild's notes advise its own users: to mark a missing package as external, to
    // change a build's options.
    location: location?.file ? { ...location, file: relativeTo(project, location.file) } : null,
  }));
  const frames = esbuild().formatMessagesSync(messages, { kind: "error", color: false, terminalWidth: 120 });
  const text = frames.map((frame, index) => placeFirst(frame, messages[index])).join("\n");
  const [first = "The app"] = files.map((file) => relativeTo(project, file));
  return new SynthError(`${first} does not compile:\n\n${text.trimEnd()}`, files);
}

/**
 * esbuild counts columns from 0 and names the place on a line of its own; editors and
 * terminals know `file:line:column: text`.
 */
function placeFirst(frame: string, { text = "", location }: PartialMessage = {}): string {
  const [, ...below] = frame.split("\n");
  if (!location) return `  ${text}\n`;
  const place = `${location.file}:${location.line}:${(location.column ?? 0) + 1}`;
  return [`  ${place}: ${text}`, "", ...below.slice(2)].join("\n");
}

function withNextStep(text: string): string {
  const missing = /^Could not resolve "([^"./#][^"]*)"/.exec(text)?.[1];
  return missing === undefined ? text : `${text}. Install it: npm i ${packageOf(missing)}`;
}

/** A source in the command of `cdk.json` that is not there, where that is what the program says. */
function missingFile({ cdkApp, project }: Pick<CdkRun, "cdkApp" | "project">, text: string) {
  if (!("command" in cdkApp) || !text.includes("Cannot find module")) return undefined;
  return cdkApp.command
    .split(/\s+/)
    .map((word) => word.replace(/^["']|["']$/g, ""))
    .filter((word) => /\.[cm]?[jt]sx?$/.test(word) && text.includes(basename(word)))
    .find((word) => !existsSync(resolve(project, word)));
}

function missingPackage(message: string): string | undefined {
  const specifier = /Cannot find (?:package|module) '([^'./][^']*)'/.exec(message)?.[1];
  return specifier === undefined || specifier.includes(":") ? undefined : packageOf(specifier);
}

function withCompanions(name: string): string {
  return name === "aws-cdk-lib" || name === "constructs" ? "aws-cdk-lib constructs" : name;
}

/** `@scope/name/sub/path` belongs to `@scope/name`. */
function packageOf(specifier: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

/** Without the frames of Node, of packages and of the recorder: they say nothing about a person's code. */
function ownFrames(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => !FOREIGN_FRAME.test(line))
    .join("\n");
}

const FOREIGN_FRAME =
  /^\s+at .*((\(|\s)node:|[\\/]node_modules[\\/]|[\\/]synth[\\/]recorder(\.cjs|-hooks\.mjs):)/;

function relativeTo(folder: string, file: string): string {
  const path = relative(folder, resolve(folder, file));
  return path === "" || path.startsWith("..") ? resolve(folder, file) : path;
}
