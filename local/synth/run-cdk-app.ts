import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageFile } from "../../lib/package-file.js";
import { LOCAL_CONTEXT, NAME_FILES } from "../../runtime/contract.js";
import { projectContext } from "./cdk-json.js";
import type { Input } from "./inputs.js";
import { type ReportedFailure, synthError } from "./synth-error.js";

/** A CDK app: the shell command of a `cdk.json`, or one file that Node runs. */
export type CdkApp = { readonly command: string } | { readonly file: string };

export interface CdkRun {
  readonly cdkApp: CdkApp;
  /** Absolute path of the folder where it runs. */
  readonly project: string;
  /** On top of the project's own. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Gets the cloud assembly. */
  readonly outdir: string;
  /** What lies there is no input. */
  readonly ignored: readonly string[];
}

export interface RunResult {
  /** What the app depends on, as far as its processes could see. */
  readonly inputs: readonly Input[];
  /** False where something else may decide as well: a program that the app ran, or an app outside of Node. */
  readonly isComplete: boolean;
  /** The lines that it printed. */
  readonly output: readonly string[];
}

/** What one process of the command leaves behind; see `recorder.cjs`. */
interface Report {
  readonly main?: string;
  readonly synthesized: boolean;
  readonly complete: boolean;
  readonly inputs: readonly (readonly [kind: Input["kind"], name: string])[];
  readonly failure?: ReportedFailure;
}

const RECORDER = packageFile("local/synth/recorder.cjs");

/**
 * Runs a CDK app as the CDK's command does, without an account or a region, and learns from its processes
 * what it depends on. Throws `SynthError` where it fails.
 */
export async function runCdkApp(run: CdkRun): Promise<RunResult> {
  const reportFolder = `${run.outdir}-reports`;
  mkdirSync(reportFolder, { recursive: true });
  try {
    const { exitCode, output } = await ended(start(run, reportFolder));
    const reports = readReports(reportFolder);
    if (exitCode !== 0) throw synthError(run, exitCode, output, failureIn(reports));
    const { inputs, isComplete } = inputsIn(reports);
    return {
      inputs,
      isComplete: isComplete && runsOneProgram(run.cdkApp),
      output: output.split("\n").filter(isNews),
    };
  } finally {
    rmSync(reportFolder, { recursive: true, force: true });
  }
}

function start({ cdkApp, project, context, outdir, ignored }: CdkRun, reportFolder: string): ChildProcess {
  const { CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, ...shell } = process.env;
  const nodeOptions = (shell.NODE_OPTIONS ?? "").replaceAll(/--inspect\S*/g, "");
  const options = {
    cwd: project,
    env: {
      ...shell,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...LIKE_THE_CLI, ...projectContext(project), ...context }),
      CDK_VALIDATION: "false",
      // Creation stack traces in the metadata would cost time, and nobody reads them here.
      CDK_DISABLE_STACK_TRACE: "1",
      // In quotes, where a backslash escapes: the path may have spaces.
      NODE_OPTIONS: `${nodeOptions} --require ${JSON.stringify(RECORDER)}`.trim(),
      SOCKET_IO_LAMBDA_REPORTS: reportFolder,
      SOCKET_IO_LAMBDA_IGNORED: [outdir, join(project, "cdk.out"), CDK_CACHE, ...ignored].join("\n"),
      SOCKET_IO_LAMBDA_PEERS: pathToFileURL(join(project, "package.json")).href,
    },
    stdio: ["ignore", "pipe", "pipe"] satisfies ["ignore", "pipe", "pipe"],
  };
  if ("command" in cdkApp) return spawn(cdkApp.command, { ...options, shell: true });
  const loader = extname(cdkApp.file).endsWith("ts") ? ["--import", tsx()] : [];
  return spawn(process.execPath, ["--enable-source-maps", ...loader, cdkApp.file], options);
}

/** The CDK reads and writes it at each synth. */
const CDK_CACHE = join(homedir(), ".cdk", "cache");

/** Construct paths give resources the names that a person knows. */
const LIKE_THE_CLI = { "aws:cdk:enable-path-metadata": true, [LOCAL_CONTEXT]: true, [NAME_FILES]: true };

/**
 * Only this repository has CDK apps in TypeScript that are named as files: the tests', and
 * the built-in stack.
 */
function tsx(): string {
  return import.meta.resolve("tsx");
}

async function ended(child: ChildProcess): Promise<{ exitCode: number | null; output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { exitCode, output: output.trim() };
}

function readReports(folder: string): Report[] {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Report);
}

/** The app's own failure tells more than that of the program which started it. */
function failureIn(reports: readonly Report[]): ReportedFailure | undefined {
  const failures = reports.flatMap(({ failure }) => (failure ? [failure] : []));
  return failures.find(({ problems }) => problems.length > 0) ?? failures[0];
}

function inputsIn(reports: readonly Report[]): Pick<RunResult, "inputs" | "isComplete"> {
  const inputs = reports.flatMap((report) => {
    // A program of a package (`npx`, `tsx`) hands all variables on; the app's own process
    // reads those that matter.
    const readsVariables = report.synthesized || !isPackage(report.main);
    return report.inputs
      .map(([kind, name]) => ({ kind, name }))
      .filter(({ kind }) => readsVariables || kind !== "environment");
  });
  const apps = reports.filter(({ synthesized }) => synthesized);
  const sawSources = inputs.some(({ kind, name }) => kind === "content" && /\.[cm]?[jt]sx?$/.test(name));
  return { inputs, isComplete: apps.length > 0 && apps.every(({ complete }) => complete) && sawSources };
}

/** What a build or a script reads is not known: a compiler may be no Node program. */
function runsOneProgram(cdkApp: CdkApp): boolean {
  return "file" in cdkApp || !/[;&|<>`$]|^\s*(npm|yarn|pnpm|bun|make|sh|bash)\b/.test(cdkApp.command);
}

function isPackage(main: string | undefined): boolean {
  return main !== undefined && dirname(main).split(/[\\/]/).includes("node_modules");
}

/** The CDK announces each bundle, and esbuild lists what it has written: no news to anybody. */
function isNews(line: string): boolean {
  return line.trim() !== "" && !NO_NEWS.test(line);
}

const NO_NEWS =
  /^Bundling asset |^\s+\S+ +[\d.]+[km]?b\b|^\s+\.\.\.and \d+ more output files|^\S* ?Done in \d+m?s$/;
