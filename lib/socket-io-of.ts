import { createRequire } from "node:module";
import { join } from "node:path";
import { packageFile } from "./package-file.js";

/**
 * The main file of the socket.io that an app's file sees, or the project, or this package. Undefined where
 * there is none; esbuild says so then.
 */
export function socketIoOf(...files: readonly string[]): string | undefined {
  for (const file of [...files, join(process.cwd(), "index.js"), packageFile("lib/index.ts")]) {
    try {
      return createRequire(file).resolve("socket.io");
    } catch {
      // Not seen from there.
    }
  }
  return undefined;
}
