import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";

/**
 * A file of a folder by its path in it, read anew. Undefined where there is none, where the path leaves the
 * folder, and where it could trick the file system (a NUL byte).
 */
export async function readFileIn(folder: string, path: string): Promise<Buffer | undefined> {
  if (path.includes("\0")) return undefined;
  const file = join(folder, path);
  if (!file.startsWith(folder + sep)) return undefined;
  return readFile(file).catch(ignoreMissing);
}

/** Undefined for a path that is no valid encoding. */
export function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "EISDIR" || error.code === "ENOTDIR") return undefined;
  throw error;
}
