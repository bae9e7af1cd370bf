import type { Finding } from "./finding.js";

/** `src/app.ts:12:7  timer  what happens here  what to write instead (link)`, as linters print. */
export function findingLine({ file, line, column, rule, what, instead, link, also }: Finding): string {
  const lines = also.map((each) => (each.file === file ? `${each.line}` : `${each.file}:${each.line}`));
  const where = lines.length === 0 ? "" : ` (${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")})`;
  return `${file}:${line}:${column}  ${rule}  ${what}${where}  ${instead} (${link})`;
}

/** Without the repair, for a place where other things are shown as well. */
export function shortFinding({ file, line, rule, what }: Finding): string {
  return `${file}:${line}  ${rule}  ${what}`;
}

export function countLine(count: number, files: number): string {
  const findings = count === 1 ? "1 finding" : `${count} findings`;
  return `${findings} in ${files === 1 ? "1 file" : `${files} files`}.`;
}
