import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SynthError } from "../errors.js";
import { isObject } from "../template/intrinsics.js";

/**
 * What the CDK's command reads of a project's `cdk.json`:
 * https://docs.aws.amazon.com/cdk/v2/guide/cli.html#cli-config
 */
export interface CdkJson {
  /** Shell command that synthesizes, behind the project's `build` where there is one. */
  readonly command: string;
}

export function hasCdkJson(project: string): boolean {
  return existsSync(join(project, "cdk.json"));
}

/** @throws SynthError where the file cannot be read, or names no app. */
export function readCdkJson(project: string): CdkJson {
  const file = join(project, "cdk.json");
  const { app, build } = readObject(file);
  if (typeof app !== "string" || app.trim() === "") {
    const example = '"app": "npx tsx bin/app.ts"';
    throw new SynthError(`${file} names no app: add ${example}, the command that runs your CDK app.`, [file]);
  }
  // As the CDK's command does: a JavaScript file by itself is run with Node.
  const isFile = /\.[cm]?js$/.test(app) && existsSync(join(project, app));
  const run = isFile ? `node ${app}` : app;
  return { command: typeof build === "string" ? `${build} && ${run}` : run };
}

/**
 * The context that the CDK's command passes on: what lookups found before, and on top what the project sets.
 */
export function projectContext(project: string): Record<string, unknown> {
  const [found, cdkJson] = ["cdk.context.json", "cdk.json"].map((name) => {
    const file = join(project, name);
    return existsSync(file) ? readObject(file) : {};
  });
  return { ...found, ...(isObject(cdkJson?.context) && cdkJson.context) };
}

function readObject(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isObject(value)) return value;
    throw new SyntaxError("It holds no JSON object.");
  } catch (cause) {
    throw new SynthError(`${file} cannot be read: ${(cause as Error).message}`, [file], { cause });
  }
}
