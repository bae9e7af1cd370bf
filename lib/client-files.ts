import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CLIENT_FILES } from "../runtime/contract.js";
import { socketIoOf } from "./socket-io-of.js";

/**
 * The files that stand beside an app's bundle for `serveClient`, by their path in there: 1.2 MB, of which a
 * function reads none when it starts. Those of the socket.io that the app sees.
 */
export function clientFiles(app: string): Readonly<Record<string, Uint8Array>> {
  const main = socketIoOf(app);
  if (main === undefined) return {};
  const folder = dirname(dirname(main));
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = CLIENT_FILES.names
    .map((name) => [name, join(folder, "client-dist", name)] as const)
    .filter(([, file]) => existsSync(file))
    .map(([name, file]) => [join(CLIENT_FILES.folder, name), readFileSync(file)] as const);
  return {
    ...Object.fromEntries(files),
    [join(CLIENT_FILES.folder, CLIENT_FILES.version)]: Buffer.from(version),
  };
}
