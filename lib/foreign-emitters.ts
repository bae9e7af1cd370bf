import { relative } from "node:path";
import type { Construct } from "constructs";
import { warnAtSynth } from "./warn-at-synth.js";

const FOREIGN =
  /[\\/]node_modules[\\/](@socket\.io[\\/](?:redis|redis-streams|mongo|postgres)-emitter|socket\.io-emitter)[\\/]/;

/**
 * Says that Socket.IO's emitters reach no client here: they talk to servers by a Redis or a database that
 * nobody here listens to. They stay in the bundle, for they may talk to a server elsewhere.
 */
export function warnOfForeignEmitters(scope: Construct, app: string, files: readonly string[]): void {
  const found = files.flatMap((file) => FOREIGN.exec(file)?.[1]?.replaceAll("\\", "/") ?? []);
  for (const name of new Set(found)) {
    const text = `${relative(process.cwd(), app) || app} imports ${name}, and nobody here listens to what that emits: it reaches no client of this API. Use io in the app, and socket.io-lambda/emitter anywhere else.`;
    warnAtSynth(scope, name, text);
  }
}
