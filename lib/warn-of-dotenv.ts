import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Construct } from "constructs";
import { fileReferences } from "./file-references.js";
import { homeOf } from "./program-files.js";
import { isLocal, warnAtSynth } from "./warn-at-synth.js";

const DOTENV = /[\\/]node_modules[\\/]dotenv(?:-[a-z]+)?[\\/]/;
const NAME = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm;

/**
 * Names the variables of a program's `.env` that the function does not have: `dotenv` says nothing where
 * there is no such file, and none is deployed, for its secrets would lie in the code.
 *
 * The local stack has the file where a program looks in the folder that it was started in. So there this is
 * said only of one that looks beside its source.
 */
export function warnOfDotenv(
  scope: Construct,
  app: string,
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): void {
  const source = files.find((file) => DOTENV.test(file)) && readFileSync(app, "utf8");
  if (source === undefined) return;
  const isBeside = fileReferences(source).some(
    ({ from, path }) => from === "source" && path.endsWith(".env"),
  );
  if (isLocal(scope) && !isBeside) return;
  const file = [homeOf(app), dirname(app), process.cwd()]
    .map((folder) => join(folder, ".env"))
    .find((path) => existsSync(path));
  if (file === undefined) return;
  const names = [...readFileSync(file, "utf8").matchAll(NAME)].map(([, name = ""]) => name);
  const missing = names.filter((name) => !(name in environment));
  if (missing.length === 0) return;
  const text =
    `${relative(process.cwd(), app) || app} reads ${relative(process.cwd(), file)} by dotenv, and a function has no such file. ` +
    `It lacks ${missing.join(", ")}: give them in the prop environment, and secrets by their name in a secret store (docs/moving-an-app.md#files-and-variables).`;
  warnAtSynth(scope, "dotenv", text);
}
