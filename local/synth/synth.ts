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
import { tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { ownPackage } from "../own-package.js";
import { hasChanged, type Input, look, projectSources, type SeenInput, surroundings } from "./inputs.js";
import { type CdkApp, runCdkApp } from "./run-cdk-app.js";
import { unreadableApp } from "./synth-error.js";

export interface SynthOptions {
  /** Absolute path of the project: where the CDK app runs. */
  readonly project: string;
  readonly cdkApp: CdkApp;
  /** Context on top of that in `cdk.json`, as with `cdk synth --context`. */
  readonly context: Readonly<Record<string, unknown>>;
}

export interface Assembly {
  /**
   * The cloud assembly, as `cdk synth` writes it. Its content never changes: another synth
   * gets another folder.
   */
  readonly folder: string;
  readonly inputs: readonly SeenInput[];
  /** The lines that the CDK app printed; none for an assembly from the cache. */
  readonly output: readonly string[];
}

/** After this long nobody comes back to an assembly, to that of a file that is gone least of all. */
const FORGOTTEN_MS = 7 * 24 * 60 * 60 * 1000;

/** Assemblies kept for each set of options; an older one may still serve another running local stack. */
const KEPT_ASSEMBLIES = 4;

/** Another version of this package may make another template of the same app. */
const PACKAGE_FOLDER = ownPackage().folder;

/**
 * Synthesizes a CDK app into a folder of its own in the cache, or gives the folder of an earlier synth
 * where nothing that went into that one has changed: files and their neighbours, dependencies, context,
 * environment variables that the app read. Where not all of that is known (the app ran another program),
 * nothing is cached and the project's sources are watched. Throws `SynthError` where the app or a
 * function does not compile, or the app throws.
 *
 * CDK's validation of the template (`CDK_VALIDATION`) is left to `npx cdk synth`: it takes 1.6 of 2 seconds
 * and checks what only CloudFormation would mind.
 */
export async function synth({ project, cdkApp, context }: SynthOptions): Promise<Assembly> {
  const cacheFolder = cacheFolderOf(project);
  const key = digest(
    JSON.stringify([project, cdkApp, context, PACKAGE_FOLDER, process.version, process.platform]),
  );
  const cacheFile = join(cacheFolder, `${key}.json`);
  const cached = readCache(cacheFile);
  if (cached && existsSync(join(cached.folder, "manifest.json")) && !cached.inputs.some(hasChanged))
    return cached;

  mkdirSync(cacheFolder, { recursive: true });
  // Beside its final place, because source maps name their sources relative to it.
  const outdir = join(cacheFolder, `synth-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    const startedMs = Date.now();
    const run = { cdkApp, project, context, outdir, ignored: [cacheFolder] };
    const { inputs: used, isComplete, output } = await runCdkApp(run);
    if (!existsSync(join(outdir, "manifest.json"))) throw unreadableApp(run, output);
    const inputs = look([...projectInputs(project), ...allInputs(used, isComplete, project)], startedMs);
    const folder = join(cacheFolder, `${key}-${contentDigest(outdir)}`);
    if (!existsSync(folder)) renameSync(outdir, folder);
    if (isComplete) writeCache(cacheFile, { folder, inputs });
    removeOld(cacheFolder, key, folder);
    return { folder, inputs, output };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Beside other tools' caches; a folder without dependencies of its own (`npx`) stays as it is. */
function cacheFolderOf(project: string): string {
  const modules = join(project, "node_modules");
  if (existsSync(modules)) return join(modules, ".cache", "socket.io-lambda");
  return join(tmpdir(), `socket.io-lambda-${digest(project)}`);
}

/**
 * Where not all is known, the project's sources stand for what the app reads there, and not
 * what its build writes.
 */
function allInputs(used: readonly Input[], isComplete: boolean, project: string): Input[] {
  const isKnown = ({ kind, name }: Input) =>
    isComplete || kind === "environment" || !name.startsWith(project + sep);
  const found = used
    .filter(isKnown)
    .flatMap((input) => (input.kind === "content" ? [input, ...surroundings(input.name)] : [input]));
  return isComplete ? found : [...found, ...projectSources(project)];
}

const PROJECT_FILES = [
  "cdk.json",
  "cdk.context.json",
  "package-lock.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "node_modules/.package-lock.json",
];

/** What decides about every synth, beside what the app uses. The lock files stand for `node_modules`. */
function projectInputs(project: string): Input[] {
  const inputs: Input[] = [{ kind: "content", name: join(PACKAGE_FOLDER, "package.json") }];
  // A workspace has its lock file further up.
  for (let folder = project; ; folder = dirname(folder)) {
    for (const name of PROJECT_FILES) inputs.push({ kind: "content", name: join(folder, name) });
    if (folder === dirname(folder)) return inputs;
  }
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
