/** Which files beside a program its source names: a page, a folder of them, a template, data. */

/** A path as the source has it, and what it is relative to: the source's own folder, or the working one. */
export interface FileReference {
  readonly from: "source" | "cwd";
  readonly path: string;
}

/** A string, which may be a template as far as its first `${`. */
const STRING = /(?:"([^"\n]*)"|'([^'\n]*)'|`([^`$]*)(?:`|\$\{))/.source;
/** The folder of the source itself. */
const HERE =
  /(?:__dirname|import\.meta\.dirname|(?:path\.)?dirname\(\s*(?:url\.)?fileURLToPath\(import\.meta\.url\)\s*\))/
    .source;
const CWD = /(?:process\.cwd\(\)|path\.resolve\(\))/.source;
/** Functions of Express, Koa, Hono, Fastify and `fs` that take a path in a string of its own. */
const READERS =
  /\b(?:static|serveStatic|serve|koaStatic|favicon|sendFile|sendfile|readFile|readFileSync|createReadStream|readdir|readdirSync|opendir)\(\s*/
    .source;
/** Options and settings that do. */
const SETTINGS = /(?:\broot:\s*|\bset\(\s*["']views["']\s*,\s*)/.source;

/** A string of any other use that is a file's name, and no source's. */
const FILE_NAME = /^[\w./-]+\.(?![cm]?[jt]sx?$)\w{1,8}$/;

/**
 * Reads what stands in the source word by word, such as `path.join(__dirname, "public")`, `__dirname +
 * "/index.html"`, `express.static("public")`. A path that is put together otherwise is not found; of one
 * whose end is a variable, the beginning is.
 */
export function fileReferences(source: string): FileReference[] {
  const text = withoutComments(source);
  // In an ES module, people give the name to the working folder as well.
  const here = new RegExp(`\\b__dirname\\s*=\\s*${CWD}`).test(text) ? "cwd" : "source";
  const strings = (pattern: string) =>
    [...text.matchAll(new RegExp(pattern, "g"))].map((match) => match.slice(1).find((part) => part) ?? "");
  // `words.join("/")` is no path.
  const from = (base: FileReference["from"], paths: readonly string[]) =>
    paths.filter((path) => base === "source" || /\w/.test(path)).map((path) => ({ from: base, path }));
  return [
    ...from(here, joined(text, HERE)),
    ...from("cwd", joined(text, CWD)),
    ...from("cwd", joined(text, "")),
    ...from(here, strings(`${HERE}\\s*\\+\\s*${STRING}`)),
    ...from("cwd", strings(`${CWD}\\s*\\+\\s*${STRING}`)),
    ...from(here, strings(`\\$\\{${HERE}\\}([^\`$]*)`)),
    ...from("cwd", strings(`\\$\\{${CWD}\\}([^\`$]*)`)),
    ...from("source", strings(`\\bnew URL\\(\\s*${STRING}\\s*,\\s*import\\.meta\\.url`)),
    ...(/\bcreateRequire\b/.test(text)
      ? from("source", strings(`\\brequire\\(\\s*["'](\\.[^"']+)["']`))
      : []),
    ...from("cwd", strings(`${READERS}${STRING}`)),
    ...from("cwd", strings(`${SETTINGS}${STRING}`)),
    ...from(here, strings(`\\bsendFile\\(\\s*${STRING}\\s*,\\s*\\{\\s*root:\\s*${HERE}\\s*[,}]`)),
    ...(new RegExp(`${READERS}${HERE}\\s*[,)]`).test(text) ? from(here, ["."]) : []),
    ...from(
      "cwd",
      strings(STRING).filter((text) => FILE_NAME.test(text)),
    ),
    // Express's own default.
    ...(/\bset\(\s*["']view engine["']/.test(text) ? from("cwd", ["views"]) : []),
  ];
}

/** The strings of `join` and `resolve`, as far as they are strings, behind a first argument. */
function joined(text: string, first: string): string[] {
  const call = `\\b(?:path\\.)?(?:join|resolve)\\(\\s*${first && `${first}\\s*`}`;
  const rest = first ? `((?:,\\s*${STRING}\\s*)+)` : `(${STRING}\\s*(?:,\\s*${STRING}\\s*)*)`;
  const calls = text.matchAll(new RegExp(call + rest, "g"));
  return [...calls].map(([, strings = ""]) =>
    [...strings.matchAll(new RegExp(STRING, "g"))]
      .map((match) => match.slice(1).find((part) => part) ?? "")
      .join("/"),
  );
}

export function withoutComments(source: string): string {
  return source.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_match, string) => string ?? " ",
  );
}
