import { fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { SynthError } from "../errors.js";
import { bundleCdkApp } from "./bundle-cdk-app.js";
import type { SynthReport } from "./child.js";
import { hasChanged, type Input, look, type SeenInput } from "./inputs.js";

export interface SynthOptions {
  /** Absolute path of the project: where CDK runs, where `node_modules` and `.local` are. */
  readonly root: string;
  /** Absolute path of the file that makes the CDK `App`. */
  readonly cdkApp: string;
  /** Context on top of that in `cdk.json`, as with `cdk synth --context`. */
  readonly context: Readonly<Record<string, string>>;
}

export interface Assembly {
  /** The cloud assembly, as `cdk synth` writes it. Its content never changes: another synth gets another folder. */
  readonly folder: string;
  readonly inputs: readonly SeenInput[];
  /** The lines that the CDK app printed; none for an assembly from the cache. */
  readonly output: readonly string[];
}

/** After this long nobody comes back to an assembly, to that of a file that is gone least of all. */
const FORGOTTEN_MS = 7 * 24 * 60 * 60 * 1000;

/** Assemblies kept for each set of options; an older one may still serve another running local stack. */
const KEPT_ASSEMBLIES = 4;

/**
 * Synthesizes a CDK app into a folder of its own below `.local/`, or gives the folder of an earlier synth where nothing
 * that went into that one has changed: files and their neighbours, dependencies, context, environment variables that the app read.
 * Throws `SynthError` where the app or a function does not compile, or the app throws.
 *
 * CDK's validation of the template (`CDK_VALIDATION`) is left to `npx cdk synth`: it takes 1.6 of 2 seconds and
 * checks what only CloudFormation would mind.
 */
export async function synth(options: SynthOptions): Promise<Assembly> {
  const cacheFolder = join(options.root, ".local");
  const key = digest(JSON.stringify([options, process.version, process.platform]));
  const cacheFile = join(cacheFolder, `${key}.json`);
  const cached = readCache(cacheFile);
  if (cached && existsSync(join(cached.folder, "manifest.json")) && !cached.inputs.some(hasChanged))
    return cached;

  mkdirSync(cacheFolder, { recursive: true });
  // Beside its final place, because source maps name their sources relative to it.
  const workFolder = join(cacheFolder, `synth-${process.pid}-${randomBytes(4).toString("hex")}`);
  const childFile = `${workFolder}.mjs`;
  try {
    const cdkAppInputs = await bundleCdkApp(options.cdkApp, options.root, childFile);
    const startedMs = Date.now();
    const { report, output } = await runChild(options, childFile, workFolder);
    const inputs = look([...cdkAppInputs, ...projectInputs(options.root), ...report.inputs], startedMs);
    const folder = join(cacheFolder, `${key}-${contentDigest(workFolder)}`);
    if (!existsSync(folder)) renameSync(workFolder, folder);
    if (report.complete) writeCache(cacheFile, { folder, inputs });
    removeOld(cacheFolder, key, folder);
    return { folder, inputs, output };
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
    rmSync(childFile, { force: true });
  }
}

/** What decides about every synth, beside what the app uses. The lock files stand for `node_modules`. */
function projectInputs(root: string): Input[] {
  return ["cdk.json", "package-lock.json", "node_modules/.package-lock.json"].map((name) => ({
    kind: "content",
    name: join(root, name),
  }));
}

interface Child {
  readonly report: Extract<SynthReport, { type: "done" }>;
  readonly output: readonly string[];
}

async function runChild(options: SynthOptions, childFile: string, outdir: string): Promise<Child> {
  const { CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, NODE_OPTIONS, ...environment } = process.env;
  const child = fork(childFile, {
    cwd: options.root,
    execArgv: ["--enable-source-maps"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      ...environment,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...projectContext(options.root), ...options.context }),
      CDK_VALIDATION: "false",
      // Creation stack traces in the metadata would cost time, and nobody reads them here.
      CDK_DISABLE_STACK_TRACE: "1",
    },
  });
  let output = "";
  let report: SynthReport | undefined;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.on("message", (message: SynthReport) => {
    report ??= message;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (report?.type === "done" && exitCode === 0) return { report, output: output.split("\n").filter(isNews) };
  if (report?.type === "failed") {
    const { message, stack, files } = report.failure;
    throw new SynthError(stack === undefined ? message : `The CDK app failed: ${stack}`, files);
  }
  throw new SynthError(`The CDK app ended with code ${exitCode}. ${output.trim()}`);
}

/** CDK announces each bundle, which is no news to anybody. */
function isNews(line: string): boolean {
  return line.trim() !== "" && !line.startsWith("Bundling asset ");
}

/** The context that the CDK's command would pass on. */
function projectContext(root: string): Record<string, unknown> {
  const file = join(root, "cdk.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")).context ?? {}) : {};
}

type Cached = Pick<Assembly, "folder" | "inputs">;

function readCache(cacheFile: string): Assembly | undefined {
  try {
    const { folder, inputs } = JSON.parse(readFileSync(cacheFile, "utf8")) as Cached;
    return { folder: join(dirname(cacheFile), folder), inputs, output: [] };
  } catch {
    // None yet, or one that another version wrote: a new synth replaces it.
    return undefined;
  }
}

function writeCache(cacheFile: string, { folder, inputs }: Cached): void {
  // Renamed into place, so that another local stack that starts now reads all of it or nothing.
  const written = `${cacheFile}-${process.pid}-${randomBytes(4).toString("hex")}`;
  writeFileSync(written, JSON.stringify({ folder: basename(folder), inputs }));
  renameSync(written, cacheFile);
}

/** Templates name their assets by their content, so they and the asset lists say it all. */
function contentDigest(assembly: string): string {
  const names = readdirSync(assembly).filter((name) => /\.(template|assets)\.json$/.test(name));
  return digest(
    names
      .sort()
      .map((name) => readFileSync(join(assembly, name), "utf8"))
      .join("\n"),
  );
}

function removeOld(cacheFolder: string, key: string, current: string): void {
  const entries = readdirSync(cacheFolder)
    .map((name) => ({
      name,
      madeMs: statSync(join(cacheFolder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .filter(({ name }) => name !== basename(current))
    .sort((left, right) => right.madeMs - left.madeMs);
  const surplus = entries.filter(({ name }) => name.startsWith(`${key}-`)).slice(KEPT_ASSEMBLIES - 1);
  const forgotten = entries.filter(({ madeMs }) => Date.now() - madeMs > FORGOTTEN_MS);
  for (const { name } of [...surplus, ...forgotten]) {
    rmSync(join(cacheFolder, name), { recursive: true, force: true });
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
