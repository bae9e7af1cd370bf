import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidPropError } from "./errors.js";

const NEXT_STEP =
  "Give the path of the file that exports your Socket.IO server, relative to the folder where CDK runs.";

/**
 * Absolute path of the app. The types do not reach what comes from CDK's context or from JavaScript.
 *
 * @throws InvalidPropError
 */
export function existingFile(app: unknown): string {
  if (typeof app !== "string") throw new InvalidPropError("app", `it is ${String(app)}.`, NEXT_STEP);
  if (app === "") throw new InvalidPropError("app", "it is empty.", NEXT_STEP);
  const file = resolve(app);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) throw new InvalidPropError("app", `there is no file ${file}.`, NEXT_STEP);
  if (!stats.isFile()) throw new InvalidPropError("app", `${file} is a folder.`, NEXT_STEP);
  return file;
}
