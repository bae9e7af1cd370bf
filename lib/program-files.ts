import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { ProgramFilesError } from "./errors.js";
import { fileReferences } from "./file-references.js";

/** A program's own files that stand beside its bundle. */
export interface ProgramFiles {
  /** The folder that the bundle's own stands for: what a source says of its place is relative to it. */
  readonly root: string;
  /** Absolute paths, by the path in the bundle's folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Folders of which all files are among them. */
  readonly folders: readonly string[];
}

/** How far above the nearest `package.json` a program's files may be, as in `../client/build`. */
const LEVELS_ABOVE = 2;
const LEFT_OUT = /^(?:\..*|node_modules|cdk\.out)$/;

/** Below what a function takes unpacked: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. */
const MAX_BYTES = 200 * 1024 * 1024;

/**
 * What a program names beside itself (`file-references.ts`), as it is on this machine. Relative paths mean
 * the folder of its `package.json`, where people start it. What does not exist is passed over: it may be
 * made later. Hidden files and packages stay where they are.
 *
 * @param program absolute path of the file that starts it
 * @param sources absolute paths of all of its own sources
 * @param more absolute paths of files and folders that it has besides
 * @throws ProgramFilesError for more than a function can have
 */
export function programFiles(
  program: string,
  sources: readonly string[],
  more: readonly string[],
): ProgramFiles {
  const home = homeOf(program);
  const named: Named[] = more.map((target) => ({ target }));
  for (const source of sources) {
    for (const { from, path } of fileReferences(readFileSync(source, "utf8"))) {
      const target = resolve(join(from === "source" ? dirname(source) : home, path));
      if (!isBeside(target, home)) continue;
      named.push(from === "source" ? { target } : { target, name: relative(home, target) });
    }
  }
  const all = placed(named, sources, home);
  if (bytesOf(all) <= MAX_BYTES) return all;
  const narrower = placed(
    named.filter(({ target }) => target !== home),
    sources,
    home,
  );
  const bytes = bytesOf(narrower);
  if (bytes > MAX_BYTES) throw new ProgramFilesError(bytes, [...narrower.files.values()]);
  console.warn(
    `The sources name ${home} itself, which is too large to lie beside the bundle. Name what they read there: bundling: { files: ["public"] } of SocketIoApi.`,
  );
  return narrower;
}

interface Named {
  readonly target: string;
  /** Its path in the bundle's folder. @default as it lies below the root */
  readonly name?: string;
}

function placed(named: readonly Named[], sources: readonly string[], home: string): ProgramFiles {
  const root = named.reduce((folder, { target }) => commonFolder(folder, target), home);
  const files = new Map<string, string>();
  const folders = new Set<string>();
  for (const { target, name = relative(root, target) } of named) {
    if (name.startsWith("..")) continue;
    if (statSync(target).isFile()) files.set(name, target);
    else collect(target, name, files, folders);
  }
  for (const source of sources) files.delete(relative(root, source));
  return { root, files, folders: [...folders] };
}

function bytesOf({ files }: ProgramFiles): number {
  return [...files.values()].reduce((sum, file) => sum + statSync(file).size, 0);
}

/** The folder of the nearest `package.json`. */
export function homeOf(program: string): string {
  for (let folder = dirname(program); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) return dirname(program);
  }
}

function isBeside(path: string, home: string): boolean {
  const steps = relative(home, path).split(sep);
  const above = steps.filter((step) => step === "..").length;
  const isLeftOut = steps.some((step) => step !== ".." && LEFT_OUT.test(step));
  return above <= LEVELS_ABOVE && above < steps.length && !isLeftOut && existsSync(path);
}

function commonFolder(folder: string, path: string): string {
  let common = folder;
  while (path !== common && !path.startsWith(common + sep)) common = dirname(common);
  return common;
}

function collect(folder: string, name: string, files: Map<string, string>, folders: Set<string>): void {
  folders.add(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (LEFT_OUT.test(entry.name)) continue;
    if (entry.isDirectory()) collect(join(folder, entry.name), join(name, entry.name), files, folders);
    else if (entry.isFile()) files.set(join(name, entry.name), join(folder, entry.name));
  }
}
