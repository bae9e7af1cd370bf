import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/**
 * What `exports` in package.json offers: the name of its file in the CommonJS build, and
 * its module in the sources without the ending.
 */
export const ENTRIES = {
  index: "runtime/index",
  cdk: "lib/index",
  emitter: "runtime/emitter/index",
  testing: "local/testing",
} as const;
