import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ownPackage } from "../own-package.js";

const FOLDER = join(ownPackage().folder, "/");
/** Where our code lies, as a stack trace writes it. Examples and tests of this repository are a person's. */
const OURS = ["runtime", "lambdas", "local", "lib", "dist"].flatMap((name) => {
  const folder = join(FOLDER, name, "/");
  return [folder, pathToFileURL(folder).href];
});
const FRAME = /^\s+at /;
const OTHERS = /node:|[\\/]node_modules[\\/](socket\.io|socket\.io-[\w]+|@socket\.io)[\\/]/;

/**
 * Takes the lines of stack traces one by one, and leaves out what stands behind a person's own code: the
 * frames of Node, of socket.io and of this package, which called it. A stack without a frame of theirs stays
 * whole, for then it is ours to read.
 */
export class FrameFilter {
  #isBehind = false;

  shows(line: string): boolean {
    if (!FRAME.test(line)) this.#isBehind = false;
    else if (isForeign(line)) return !this.#isBehind;
    else this.#isBehind = true;
    return true;
  }
}

/** A whole stack trace, in the same way. */
export function withoutCallers(stack: string): string {
  const filter = new FrameFilter();
  return stack
    .split("\n")
    .filter((line) => filter.shows(line))
    .join("\n");
}

function isForeign(frame: string): boolean {
  return (
    OTHERS.test(frame) || frame.includes("<anonymous>)") || OURS.some((folder) => frame.includes(folder))
  );
}
