import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This package's package.json, wherever its code runs from: the sources, or what was built of them. */
export interface OwnPackage {
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export function ownPackage(): OwnPackage {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isOwn(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const { version, dependencies = {}, devDependencies = {}, peerDependencies = {} } = read(folder);
  return { folder, version, dependencies, devDependencies, peerDependencies };
}

/** A build may put a package.json without a name beside its files, to say what kind of modules they are. */
function isOwn(folder: string): boolean {
  return existsSync(join(folder, "package.json")) && read(folder).name === "socket.io-lambda";
}

function read(folder: string) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
