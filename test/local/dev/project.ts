import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A project of a person who installed this package: a folder of its own, with the packages that it needs. */
export function project(files: Readonly<Record<string, string>>, packages = PACKAGES) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "project-")));
  const write = (name: string, content: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
  for (const name of packages) {
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const PACKAGES = ["aws-cdk-lib", "constructs", "socket.io", "esbuild", "tsx"];

/** How a file of the project imports the construct: by path, for it is not built here. */
export const LIBRARY = JSON.stringify(join(ROOT, "lib/index.ts"));

/** An app that answers `who` with a word, and `variables` with the environment variables of its function. */
export const app = (word: string) => `
import { Server } from "socket.io";
export const io = new Server();
io.on("connection", (socket) => {
  socket.on("who", (ack) => ack(${JSON.stringify(word)}));
  socket.on("variables", (ack) => ack({ ...process.env }));
});
`;
