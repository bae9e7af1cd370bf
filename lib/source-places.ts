/**
 * What a source says of its own place: `__dirname`, `__filename`, `import.meta.url` and its kin. In a bundle
 * all of them would be the bundle's, and a source of a folder below would look for its files where they are
 * not. So each source says its own place, relative to the bundle's folder.
 */
import { relative, sep } from "node:path";

/** The folder where the bundle is. Only the local stack has it elsewhere than the module's own. */
const FOLDER = "__bundleFolder";
const TO_URL = "__toFileUrl";

/** Stands at the top of a bundle whose sources name their places, where `__dirname` is its folder. */
export const PLACE_BANNER = `import{pathToFileURL as ${TO_URL}}from"node:url";const ${FOLDER}=process.env.LAMBDA_TASK_ROOT??__dirname;`;

const NAMES = /\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:url|dirname|filename)\b/;

export function namesItsPlace(source: string): boolean {
  return NAMES.test(source);
}

/** As long as what they stand for, so that the columns of a stack trace stay true. */
const STAND_INS: Readonly<Record<string, string>> = {
  "import.meta.url": "__sourceFileUrl",
  "import.meta.dirname": "__sourceFileDirname",
  "import.meta.filename": "__sourceFileFilename",
};

/**
 * The same source, line by line; only the first line grows.
 *
 * @param file its absolute path
 * @param root what the bundle's folder stands for; a source outside of it stays as it is
 */
export function withItsPlace(source: string, file: string, root: string): string {
  const path = relative(root, file).split(sep).join("/");
  if (path.startsWith("..") || !namesItsPlace(source)) return source;
  const filename = `${FOLDER}+${JSON.stringify(`/${path}`)}`;
  const folder = path.includes("/") ? `/${path.replace(/\/[^/]*$/, "")}` : "";
  const dirname = `${FOLDER}+${JSON.stringify(folder)}`;
  const values: Readonly<Record<string, string>> = {
    __dirname: dirname,
    __filename: filename,
    __sourceFileUrl: `${TO_URL}(${filename}).href`,
    __sourceFileDirname: dirname,
    __sourceFileFilename: filename,
  };
  const own = source.replace(WORDS, (found) => STAND_INS[found] ?? found);
  const declared = Object.entries(values).flatMap(([name, value]) =>
    isFree(name, own) ? [`${name}=${value}`] : [],
  );
  const [, hashbang = "", rest = ""] = /^(#![^\n]*\n)?(.*)$/s.exec(own) ?? [];
  return declared.length === 0 ? own : `${hashbang}const ${declared.join(",")};${rest}`;
}

/** Strings and comments are passed over, and stay what they are. */
const WORDS =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\bimport\.meta\.(?:url|dirname|filename)\b/g;

/** ES modules make these names themselves, of `import.meta.url`. */
function isFree(name: string, source: string): boolean {
  return (
    new RegExp(`\\b${name}\\b`).test(source) && !new RegExp(`\\b${name}\\s*(?::[^=]+)?=[^=]`).test(source)
  );
}
