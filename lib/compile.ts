/**
 * Lambda functions from sources: what esbuild makes of them. Knows nothing of CDK, so that
 * the benchmark can use it too.
 */
import { channel } from "node:diagnostics_channel";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { BuildOptions, Loader, Message, Metafile } from "esbuild";
import { buildInChild } from "./build-in-child.js";
import { metadataConfig } from "./decorator-metadata.js";
import { BundlingError } from "./errors.js";
import { esbuild } from "./esbuild.js";
import { packageFolders } from "./optional-package.js";
import { packageFile } from "./package-file.js";
import { type ProgramFiles, programFiles } from "./program-files.js";
import { socketIoOf } from "./socket-io-of.js";
import { namesItsPlace, PLACE_BANNER } from "./source-places.js";
import { STUBS } from "./stubs/index.js";
import { viewEngines } from "./view-engines.js";

export interface BundleProps {
  /** Absolute path of the file that exports `handler`. */
  readonly entry: string;
  /** Import names that stand for a file: `{ "#app": "/home/me/app.ts" }`. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Packages that the bundle imports when it runs, and does not contain. `*` stands for any characters. */
  readonly external?: readonly string[];
  /** Packages that the entry is known to need in full: without a look afterwards, and a second build. */
  readonly inFull?: readonly string[] | undefined;
  /** Files beside the program that its sources do not name; absolute paths. */
  readonly moreFiles?: readonly string[] | undefined;
  /** Hears which packages the program loads beside its bundle, though nobody has said so. */
  readonly onPackages?: (names: readonly string[]) => void;
  /** esbuild's `define`: names that stand for a JavaScript expression. */
  readonly define?: Readonly<Record<string, string>>;
  /** Hears which files went into the bundle. */
  readonly onFiles?: (files: readonly string[]) => void;
  /** esbuild's `loader`: how files with an extension are read. */
  readonly loader?: Readonly<Record<string, Loader>>;
}

export interface CompiledFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/** Writes what `compile` gave for one folder into another, or into the same. */
export function writeCompiled(files: readonly CompiledFile[], folder: string, target = folder): void {
  for (const { path, contents } of files) writeInto(join(target, relative(folder, path)), contents);
}

/** Makes the folders on the way. */
export function writeInto(file: string, contents: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}

/**
 * Compiles a function into one minified ES module, `index.mjs`, and its source map, as they
 * would stand in `folder`; nothing is written. What socket.io and the AWS SDK import and
 * Lambda never runs is left out (`stubs/`). A program (`#app`) has the files beside it that its sources name
 * (`program-files.ts`), in the same order below `folder` as on this machine.
 *
 * @throws BundlingError if the code does not compile or an import does not resolve; MissingEsbuildError;
 *   ProgramFilesError where those files are too large.
 */
export function compile(props: BundleProps, folder: string): CompiledFile[] {
  const { buildSync } = esbuild();
  const program = props.alias?.["#app"];
  const config = metadataConfig(program ?? props.entry);
  let root: string | undefined;
  const build = (options: ReturnType<typeof buildOptions>) =>
    config === undefined && root === undefined
      ? buildSync(options)
      : buildInChild(options, { metadataConfig: config, root });
  const stubbed = new Map([...STUBS].map(([name, { file }]) => [name, file]));
  for (const name of props.inFull ?? []) stubbed.delete(name);
  const missing = new Set<string>();
  for (;;) {
    let built: ReturnType<typeof build>;
    try {
      const { external = [] } = props;
      const options = buildOptions({ ...props, external: [...external, ...missing] }, folder, stubbed);
      built = build(root === undefined ? options : withPlaces(options));
    } catch (error) {
      const optional = optionalPackages(error);
      if (optional.length === 0) throw new BundlingError(problemsOf(error), error);
      for (const name of optional) missing.add(name);
      continue;
    }
    const { outputFiles, metafile } = built;
    const files = filesOf(metafile);
    bundled.publish({ files, folders: [] });
    const wanted = wantedInFull(metafile, stubbed);
    for (const name of wanted) stubbed.delete(name);
    if (wanted.length > 0) continue;
    const beside = program === undefined ? undefined : filesOfProgram(program, files, props);
    if (beside && root === undefined && beside.namePlaces) {
      root = beside.root;
      continue;
    }
    props.onFiles?.(files);
    props.onPackages?.(beside?.packages ?? []);
    return [...outputFiles, ...read(beside?.files, folder)];
  }
}

function withPlaces<Options extends { readonly banner: { readonly js: string } }>(options: Options): Options {
  return { ...options, banner: { js: options.banner.js + PLACE_BANNER } };
}

interface FilesOfProgram extends ProgramFiles {
  /** Whether one of the sources says something of its own place. */
  readonly namePlaces: boolean;
  readonly packages: readonly string[];
}

function filesOfProgram(
  program: string,
  files: readonly string[],
  { moreFiles = [] }: BundleProps,
): FilesOfProgram {
  const sources = files.filter(
    (file) => packageOfFile(file) === "" && !OURS.some((folder) => file.startsWith(folder)),
  );
  const found = programFiles(program, sources, moreFiles);
  bundled.publish({ files: [...found.files.values()], folders: found.folders });
  return {
    ...found,
    namePlaces: sources.some((source) => namesItsPlace(readFileSync(source, "utf8"))),
    packages: viewEngines(program, sources),
  };
}

/** In this repository, no package's folder tells our files from a program's. */
const OURS = ["lambdas/", "runtime/", "lib/"].map((folder) => packageFile(folder));

function read(files: ReadonlyMap<string, string> | undefined, folder: string): CompiledFile[] {
  return [...(files ?? [])].map(([name, path]) => ({
    path: join(folder, name),
    contents: readFileSync(path),
  }));
}

/**
 * What packages ask for by `require` and the project does not have: a package that can do without it catches
 * that when it runs, as in Node (Nest asks for `class-validator` and its kin). Nothing where something else
 * is wrong as well.
 */
function optionalPackages(error: unknown): string[] {
  const messages = messagesOf(error);
  const names = messages.flatMap(({ location, text }) => {
    const name = /^Could not resolve "([^".]+.*)"$/.exec(text)?.[1];
    const before = Buffer.from(location?.lineText ?? "").subarray(0, location?.column ?? 0);
    const isAsked = packageOfFile(location?.file ?? "") !== "" && /\brequire\(\s*$/.test(String(before));
    return name !== undefined && isAsked ? name : [];
  });
  return names.length === messages.length ? names : [];
}

function messagesOf(error: unknown): readonly Message[] {
  return error instanceof Error && "errors" in error ? (error.errors as Message[]) : [];
}

/** What every bundle has in common. `docs/options.md` says which of it a user may notice. */
const BUILD_OPTIONS = {
  bundle: true,
  platform: "node",
  format: "esm",
  // Older than the Lambda runtime on purpose: the local stack runs the very same file on
  // the user's Node (>= 20.19).
  target: "node20",
  minify: true,
  // Class names reach users in logs (`error.constructor.name`), so minifying must not
  // rename them (3 ms of that import).
  keepNames: true,
  sourcemap: "linked",
  // A stack trace needs names and lines, not texts. Node parses the map on each cold start, and without the
  // texts it is a third as long: 12 ms instead of 21 ms of a 90 ms import.
  sourcesContent: false,
  charset: "utf8",
  // The AWS SDK's ES modules drop what is unused: its import took 65 ms instead of 100 ms.
  mainFields: ["module", "main"],
  // CommonJS dependencies expect these three, which an ES module lacks
  // (https://github.com/evanw/esbuild/issues/1921).
  banner: {
    js: [
      'import{createRequire as __create}from"node:module";const require=__create(import.meta.url),',
      "__filename=import.meta.filename,__dirname=import.meta.dirname;",
    ].join(""),
  },
  // An app in a folder without node_modules (`npm start -- --app /tmp/app.ts`) still finds socket.io.
  nodePaths: [join(process.cwd(), "node_modules"), ...packageFolders()],
  logLevel: "silent",
  write: false,
  metafile: true,
} as const satisfies BuildOptions;

/** The local stack hears which files went into a bundle: those that nothing is left of, too. */
const bundled = channel("socket.io-lambda:bundled");

/** A name with a colon is no file: `(disabled):node_modules/…` or a plugin's namespace. */
function filesOf({ inputs }: Metafile): string[] {
  return Object.keys(inputs)
    .filter((name) => !name.includes(":"))
    .map((name) => resolve(name));
}

function buildOptions(props: BundleProps, folder: string, stubbed: ReadonlyMap<string, string>) {
  const { entry, alias = {}, external = [], define = {}, loader = {} } = props;
  return {
    ...BUILD_OPTIONS,
    nodePaths: [...BUILD_OPTIONS.nodePaths],
    mainFields: [...BUILD_OPTIONS.mainFields],
    entryPoints: [entry],
    alias: { ...Object.fromEntries(stubbed), ...socketIoAliases(props), ...alias },
    external: [...external],
    define: { ...define },
    loader: { ...loader },
    outfile: join(folder, "index.mjs"),
  };
}

/**
 * The package that the stub of `socket.io` stands before. What an app imports of its inside stays as it is.
 */
function socketIoAliases({ entry, alias = {} }: BundleProps): Record<string, string> {
  const main = socketIoOf(...Object.values(alias), entry);
  if (main === undefined) return { "socket.io": "socket.io" };
  const folder = dirname(main);
  return {
    "#socket.io": main,
    "socket.io/dist": folder,
    "socket.io/package.json": join(folder, "../package.json"),
  };
}

/**
 * The packages of which a stub was given to somebody whom it is not made for, such as the app
 * itself. esbuild's aliases hold for all importers alike, and its plugins, which could tell them
 * apart, do not work synchronously, as CDK needs it. So one looks afterwards: an app that
 * imports such a package costs a second build. A file of which nothing is left in the bundle wants nothing.
 */
function wantedInFull({ inputs, outputs }: Metafile, stubbed: ReadonlyMap<string, string>): string[] {
  const left = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  const packages = [...new Set(Object.keys(inputs).map(packageOfFile))];
  const needed = [...stubbed.keys()].filter((name) => {
    const isNeededBy = STUBS.get(name)?.isNeededBy;
    return isNeededBy && packages.some(isNeededBy);
  });
  const importers = Object.entries(inputs).filter(([importer]) => left.has(importer));
  const uses = importers.flatMap(([importer, { imports }]) =>
    imports.flatMap(({ path, original = "" }) => {
      const name = stubbed.has(original) ? original : packageOf(original);
      if (!stubbed.has(name) || stubbed.get(name) !== resolve(path)) return [];
      return { name, isMeant: STUBS.get(name)?.isFor(packageOfFile(importer), resolve(importer)) ?? false };
    }),
  );
  const meant = new Set(uses.filter(({ isMeant }) => isMeant).map(({ name }) => name));
  const misused = uses.filter(
    ({ name, isMeant }) => !isMeant && !(STUBS.get(name)?.isPreferred && meant.has(name)),
  );
  return [...needed, ...misused.map(({ name }) => name)];
}

/** `@scope/name/sub/path` belongs to `@scope/name`. */
function packageOf(specifier: string): string {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? "";
}

/** The package whose file it is; an empty string for the user's own. */
function packageOfFile(file: string): string {
  const [, inPackage = ""] = /.*node_modules\/(.+)$/.exec(file) ?? [];
  return packageOf(inPackage);
}

function problemsOf(error: unknown): string[] {
  const messages = messagesOf(error);
  if (messages.length === 0) return [String(error)];
  return messages.map(({ location, text }) =>
    location
      ? `${relative(process.cwd(), location.file) || location.file}:${location.line}:${location.column + 1}: ${text}`
      : text,
  );
}
