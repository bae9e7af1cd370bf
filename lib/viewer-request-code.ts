import { readFileSync } from "node:fs";
import { FRONT_DOOR } from "../runtime/contract.js";
import { packageFile } from "./package-file.js";

const FILE = packageFile("lib/viewer-request.js");

/**
 * The code of the front door's function for clients at `path`: the file `lib/viewer-request.js`, with that
 * path in the place of the default one.
 */
export function viewerRequestCode(path: string): string {
  return readFileSync(FILE, "utf8").replace(JSON.stringify(FRONT_DOOR.path), JSON.stringify(path));
}
