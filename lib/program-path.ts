import { readFileSync } from "node:fs";
import { withoutComments } from "./file-references.js";

/** `new Server(…)`, and what people call the function that `require("socket.io")` gives. */
const MAKES_SERVER = /(?:\bnew\s+\w*Server|\b\w*[sS]ocket\.?[iI][oO]\w*["']?\)?|\bio)\s*\(/g;
const PATH = /\bpath\s*:\s*(["'`])(\/[\w.~/-]+)\1/;

/**
 * The option `path` of a program's Socket.IO server, where its file says it word by word; clients ask there.
 * Undefined where it does not.
 */
export function pathOfProgram(file: string): string | undefined {
  const text = withoutComments(readFileSync(file, "utf8"));
  if (!text.includes("socket.io")) return undefined;
  for (const { index, 0: call } of text.matchAll(MAKES_SERVER)) {
    const [, , written = ""] = PATH.exec(ownOptions(text, index + call.length)) ?? [];
    const path = written.replace(/\/$/, ""); // as socket.io does
    if (path !== "") return path;
  }
  return undefined;
}

/** Up to the end of the call, without what is nested in its options: a cookie has a path, too. */
function ownOptions(text: string, start: number): string {
  let own = "";
  for (let at = start, depth = 0; at < text.length && depth >= 0; at++) {
    const character = text.charAt(at);
    if ("({[".includes(character)) depth += 1;
    if (depth <= 1) own += character;
    if (")}]".includes(character)) depth -= 1;
  }
  return own;
}
