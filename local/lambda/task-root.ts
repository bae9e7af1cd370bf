import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

let links: string | undefined;
const known = new Map<string, string>();

/**
 * Where a function finds its code, `/var/task` on Lambda: the folder itself, or a link to it where one of
 * those above is hidden, as that of the cache is. Servers of files refuse to serve what lies in one (`send`,
 * by which Express does it).
 */
export function taskRoot(codeFolder: string): string {
  if (!codeFolder.split(sep).some((name) => name.startsWith("."))) return codeFolder;
  const linked = known.get(codeFolder);
  if (linked !== undefined) return linked;
  links ??= temporaryFolder();
  const link = join(links, `task-${known.size + 1}`);
  symlinkSync(codeFolder, link, "junction");
  known.set(codeFolder, link);
  return link;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "socket.io-lambda-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
