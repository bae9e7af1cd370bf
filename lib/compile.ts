/** Lambda functions from sources: what esbuild makes of them. Knows nothing of CDK, so that the benchmark can use it too. */
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync, type Message, type Metafile, type OutputFile } from "esbuild";
import { BundlingError } from "./errors.js";
import { STUBS } from "./stubs/index.js";

export interface BundleProps {
  /** Absolute path of the file that exports `handler`. */
  readonly entry: string;
  /** Import names that stand for a file: `{ "#app": "/home/me/app.ts" }`. */
  readonly alias?: Readonly<Record<string, string>>;
}

/**
 * Compiles a function into one minified ES module, `index.mjs`, and its source map, as they would stand in `folder`; nothing is
 * written. What socket.io and the AWS SDK import and Lambda never runs is left out (`stubs/`).
 *
 * @throws BundlingError if the code does not compile or an import does not resolve.
 */
export function compile(props: BundleProps, folder: string): OutputFile[] {
  const stubbed = new Map([...STUBS].map(([name, { file }]) => [name, file]));
  try {
    for (;;) {
      const { outputFiles, metafile } = build(props, folder, stubbed);
      const wanted = wantedInFull(metafile, stubbed);
      if (wanted.length === 0) return outputFiles;
      for (const name of wanted) stubbed.delete(name);
    }
  } catch (error) {
    throw new BundlingError(problemsOf(error), error);
  }
}

/** What every bundle has in common. `docs/options.md` says which of it a user may notice. */
const BUILD_OPTIONS = {
  bundle: true,
  platform: "node",
  format: "esm",
  // Older than the Lambda runtime on purpose: the local stack runs the very same file on the user's Node (>= 20.19).
  target: "node20",
  minify: true,
  // Class names reach users in logs (`error.constructor.name`), so minifying must not rename them (3 ms of that import).
  keepNames: true,
  sourcemap: "linked",
  // A stack trace needs names and lines, not texts. Node parses the map on each cold start, and without the texts it is a
  // third as long: 12 ms instead of 21 ms of a 90 ms import.
  sourcesContent: false,
  charset: "utf8",
  // The AWS SDK's ES modules drop what is unused: its import took 65 ms instead of 100 ms.
  mainFields: ["module", "main"],
  // CommonJS dependencies expect these three, which an ES module lacks (https://github.com/evanw/esbuild/issues/1921).
  banner: {
    js: [
      'import{createRequire as __createRequire}from"node:module";import{dirname as __pathDirname}from"node:path";',
      "const require=__createRequire(import.meta.url),__filename=import.meta.filename,",
      "__dirname=__pathDirname(__filename);",
    ].join(""),
  },
  // An app in a folder without node_modules (`npm start -- --app /tmp/app.ts`) still finds socket.io.
  nodePaths: [
    join(process.cwd(), "node_modules"),
    fileURLToPath(new URL("../node_modules", import.meta.url)),
  ],
  logLevel: "silent",
  write: false,
  metafile: true,
} as const satisfies BuildOptions;

function build({ entry, alias = {} }: BundleProps, folder: string, stubbed: ReadonlyMap<string, string>) {
  return buildSync({
    ...BUILD_OPTIONS,
    nodePaths: [...BUILD_OPTIONS.nodePaths],
    mainFields: [...BUILD_OPTIONS.mainFields],
    entryPoints: [entry],
    alias: { ...Object.fromEntries(stubbed), ...alias },
    outfile: join(folder, "index.mjs"),
  });
}

/**
 * The packages of which a stub was given to somebody whom it is not made for, such as the app itself. esbuild's aliases hold
 * for all importers alike, and its plugins, which could tell them apart, do not work synchronously, as CDK needs it. So
 * one looks afterwards: an app that imports such a package costs a second build.
 */
function wantedInFull({ inputs }: Metafile, stubbed: ReadonlyMap<string, string>): string[] {
  return Object.entries(inputs).flatMap(([importer, { imports }]) =>
    imports.flatMap(({ path, original = "" }) => {
      const name = packageOf(original);
      const isStubbed = stubbed.has(name) && stubbed.get(name) === resolve(path);
      return isStubbed && !STUBS.get(name)?.isFor(packageOfFile(importer)) ? name : [];
    }),
  );
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
  const messages = error instanceof Error && "errors" in error ? (error.errors as Message[]) : [];
  if (messages.length === 0) return [String(error)];
  return messages.map(({ location, text }) =>
    location
      ? `${relative(process.cwd(), location.file) || location.file}:${location.line}:${location.column + 1}: ${text}`
      : text,
  );
}
