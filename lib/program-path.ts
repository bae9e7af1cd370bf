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
    const [, , path] = PATH.exec(argumentsAt(text, index + call.length)) ?? [];
    if (path !== undefined) return path.replace(/\/$/, ""); // as socket.io does
  }
  return undefined;
}

/** Up to the parenthesis that closes the call. */
function argumentsAt(text: string, start: number): string {
  for (let end = start, depth = 1; end < text.length; end++) {
    if (text[end] === "(") depth += 1;
    if (text[end] === ")") depth -= 1;
    if (depth === 0) return text.slice(start, end);
  }
  return "";
}
