/**
 * Packages beside a bundle, for what cannot be bundled: native addons, and packages that
 * read their own files.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { InvalidPropError, PackageInstallError } from "./errors.js";

/** The processor of the function, as Node and npm name it. */
export type Processor = "arm64" | "x64";

/** Exact versions by package name. */
export type PinnedPackages = Readonly<Record<string, string>>;

const LOCK_FILE = "package-lock.json";

/**
 * The versions that are installed for the files in `folders`, the nearest `node_modules` first.
 *
 * @throws InvalidPropError for a package that none of them sees.
 */
export function installedVersions(names: readonly string[], folders: readonly string[]): PinnedPackages {
  return Object.fromEntries(names.map((name) => [name, installedVersion(name, folders)]));
}

/**
 * The project's lock file: that of `folder`, or of the nearest folder above it. Undefined
 * with another package manager than npm.
 */
export function nearestLockFile(folder: string): string | undefined {
  return upwards(folder)
    .map((above) => join(above, LOCK_FILE))
    .find((file) => existsSync(file));
}

/**
 * Installs packages and what they depend on into `directory`, for Lambda's Linux and `processor` on any
 * machine: npm takes the prebuilt packages of that platform, and `npm_config_arch` and `npm_config_platform`
 * tell it to install scripts that download a binary. With a lock file all versions are the locked ones
 * (`npm ci`); without, those of indirect dependencies are the newest that fit.
 *
 * @throws PackageInstallError with npm's own words.
 */
export function installPackages(
  packages: PinnedPackages,
  lockFile: string | undefined,
  processor: Processor,
  directory: string,
): void {
  writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true, dependencies: packages }));
  if (lockFile !== undefined) copyFileSync(lockFile, join(directory, LOCK_FILE));
  const { status, stderr, error } = spawnSync(
    "npm",
    [
      lockFile === undefined ? "install" : "ci",
      ...["--os=linux", `--cpu=${processor}`, "--libc=glibc"],
      ...[
        "--omit=dev",
        "--no-bin-links",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
      ],
    ],
    {
      cwd: directory,
      encoding: "utf8",
      env: { ...process.env, npm_config_platform: "linux", npm_config_arch: processor },
      // npm is a batch file on Windows, which only a shell starts.
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) {
    throw new PackageInstallError(Object.keys(packages), error?.message ?? stderr.trim(), error);
  }
  for (const file of ["package.json", LOCK_FILE, join("node_modules", ".package-lock.json")]) {
    rmSync(join(directory, file), { force: true });
  }
}

function installedVersion(name: string, folders: readonly string[]): string {
  const file = folders
    .flatMap(upwards)
    .map((folder) => join(folder, "node_modules", name, "package.json"))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) {
    throw new InvalidPropError(
      "bundling.nodeModules",
      `${name} is not installed.`,
      `Run \`npm install ${name}\`: the function gets the version that the project has.`,
    );
  }
  return String(JSON.parse(readFileSync(file, "utf8")).version);
}

/** A folder and all above it. */
function upwards(folder: string): string[] {
  return folder === parse(folder).root ? [folder] : [folder, ...upwards(dirname(folder))];
}
