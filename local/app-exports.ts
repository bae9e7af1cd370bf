import { existsSync } from "node:fs";

/** What a module exports, as far as it can be read without running it. */
interface Exports {
  readonly isCommonJs: boolean;
  readonly names: readonly string[];
}

/**
 * Says that an app has no server where one is looked for, what it exports instead, and what to write, in
 * the words of its module system.
 *
 * @param path Absolute path of the app. @param file As the person knows it.
 */
export async function missingServer(file: string, path: string): Promise<string> {
  const { isCommonJs, names } = await exportsOf(path);
  const example = isCommonJs ? "exports.io = new Server();" : "export const io = new Server();";
  if (names.includes("io"))
    return `${file} exports io, which is no Socket.IO server. Make it one: ${example}`;
  const defaultName = isCommonJs ? "module.exports" : "default export";
  const others = names.filter((name) => name !== "default");
  const wrong = `${file} exports no Socket.IO server as io, or as its ${defaultName}`;
  if (others.length > 0)
    return `${wrong}: it exports ${others.join(", ")}. Name the one that is the server io.`;
  const how = isCommonJs ? 'const { Server } = require("socket.io")' : 'import { Server } from "socket.io"';
  const add = `${example} (with ${how})`;
  if (!names.includes("default")) return `${wrong}: it exports nothing. Add: ${add}`;
  return `${wrong}: its ${defaultName} is something else. Add: ${add}`;
}

async function exportsOf(path: string): Promise<Exports> {
  if (!existsSync(path)) return { isCommonJs: false, names: [] };
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build({
    entryPoints: [path],
    outdir: "unused",
    bundle: true,
    // This file alone.
    packages: "external",
    external: ["./*", "../*"],
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const isCommonJs = Object.values(metafile.inputs).some(({ format }) => format === "cjs");
  if (!isCommonJs) {
    return { isCommonJs, names: Object.values(metafile.outputs).flatMap(({ exports }) => exports) };
  }
  return { isCommonJs, names: commonJsNames(outputFiles[0]?.text ?? "") };
}

/** `exports.io = …`, `module.exports.io = …`, and the keys of `module.exports = { … }`. */
function commonJsNames(code: string): string[] {
  const assigned = [...code.matchAll(/\bexports\.([\w$]+)\s*=(?!=)/g)].map(([, name = ""]) => name);
  const whole = /\bmodule\.exports\s*=(?!=)\s*(\{[^}]*\})?/.exec(code);
  const keys = [...(whole?.[1] ?? "").matchAll(/[{,]\s*([\w$]+)\s*(?=[:,}(])/g)].map(([, name = ""]) => name);
  return [...new Set([...(whole ? ["default"] : []), ...assigned, ...keys])];
}
