/**
 * What a source says of its own place: `__dirname`, `__filename`, `import.meta.url` and its kin. In a bundle
 * all of them would be the bundle's, and a source of a folder below would look for its files where they are
 * not. So each source says its own place, relative to the bundle's folder.
 */
import { relative, sep } from "node:path";

/** The folder where the bundle is. Only the local stack has it elsewhere than the module's own. */
const FOLDER = "__bundleFolder";
const TO_URL = "__toFileUrl";

/** Stands at the top of a bundle, where `__dirname` is its folder. */
export const PLACE_BANNER = `import{pathToFileURL as ${TO_URL}}from"node:url";const ${FOLDER}=process.env.LAMBDA_TASK_ROOT??__dirname;`;

const NAMES = /\b__dirname\b|\b__filename\b|\bimport\.meta\.(?:url|dirname|filename)\b/;

export function namesItsPlace(source: string): boolean {
  return NAMES.test(source);
}

/**
 * The same source, line by line.
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
  const own = source.replace(WORDS, (found) => {
    if (found === "import.meta.url") return `(${TO_URL}(${filename}).href)`;
    if (found === "import.meta.dirname") return `(${dirname})`;
    return found === "import.meta.filename" ? `(${filename})` : found;
  });
  const declared = [
    ["__dirname", dirname],
    ["__filename", filename],
  ].flatMap(([name, value]) => (isFree(name ?? "", source) ? [`${name}=${value}`] : []));
  if (declared.length === 0) return own;
  const [, hashbang = "", rest = ""] = /^(#![^\n]*\n)?(.*)$/s.exec(own) ?? [];
  return `${hashbang}const ${declared.join(",")};${rest}`;
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
