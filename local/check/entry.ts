import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { ArgumentsError } from "../errors.js";
import { loadSources } from "./program/load-program.js";
import { nameOf } from "./program/nodes.js";
import { textOf } from "./program/parse-module.js";
import { sourceFile } from "./program/resolve-file.js";
import { isPath } from "./program/value.js";

const USUAL = ["src/app", "src/server", "src/index", "src/main", "app", "server", "index", "main"];

/**
 * The file that starts the server, where none is named: `app` of the CDK app's SocketIoApi, what `npm
 * start` runs, `main`, or a usual name. Throws `ArgumentsError` where there is none.
 */
export function entryOf(folder: string): string {
  const candidates = [...ofCdkApp(folder), ...ofPackage(folder), ...USUAL];
  for (const candidate of candidates) {
    const found = sourceFile(resolve(folder, candidate));
    if (found) return found;
  }
  throw new ArgumentsError(
    "There is no program to check here. Name its file: socket.io-lambda check server.js",
  );
}

function ofPackage(folder: string): string[] {
  const { main, scripts = {} } = readJson(join(folder, "package.json")) as {
    main?: string;
    scripts?: Record<string, string>;
  };
  const run = [scripts.start, scripts.dev].flatMap((script) => {
    const file = /(?:^|\s)(\.?[\w@./-]+\.[cm]?[jt]sx?)(?:\s|$)/.exec(script ?? "")?.[1];
    return file ? [file.replace(/^(\.\/)?(dist|build|lib)\//, "src/"), file] : [];
  });
  return [...run, ...(main ? [main.replace(/^(\.\/)?(dist|build)\//, "src/"), main] : [])];
}

/**
 * `new SocketIoApi(stack, "Api", { app: "src/app.ts" })` in what cdk.json runs, or else the same of a class
 * around it that hands its `app` on.
 */
function ofCdkApp(folder: string): string[] {
  const { app = "" } = readJson(join(folder, "cdk.json")) as { app?: string };
  const file = /([\w@./-]+\.[cm]?[jt]s)\b/.exec(app)?.[1];
  const path = file && sourceFile(resolve(folder, file));
  if (!path) return [];
  const found: string[] = [];
  const handedOn: string[] = [];
  for (const module of loadSources(path).modules) {
    module.path.traverse({
      NewExpression(made) {
        const isApi = textOf(made.get("callee") as NodePath<Node>).endsWith("SocketIoApi");
        const options = made.get("arguments").at(-1);
        if (!options?.isObjectExpression() || !isPath(options)) return;
        for (const property of options.node.properties) {
          if (property.type !== "ObjectProperty" || nameOf(property.key) !== "app") continue;
          const file = stringIn(property.value);
          if (file !== undefined) (isApi ? found : handedOn).push(file);
        }
      },
    });
  }
  return [...found, ...handedOn];
}

/** A string, also the one behind `??`. */
function stringIn(value: Node): string | undefined {
  if (value.type === "LogicalExpression") return stringIn(value.right);
  return value.type === "StringLiteral" ? value.value : undefined;
}

function readJson(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {}; // a file that this project does not need
  }
}
