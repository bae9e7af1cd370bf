/**
 * Functions compiled as for a deployment, into a folder of the test's own, and run in a Node of their own.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type BundleProps, compile, writeCompiled } from "../../lib/compile.js";

const root = mkdtempSync(join(tmpdir(), "socket-io-lambda-bundle-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));

export class Bundle {
  readonly file: string;

  constructor(props: BundleProps) {
    const folder = mkdtempSync(join(root, "function-"));
    writeCompiled(compile(props, folder), folder);
    this.file = join(folder, "index.mjs");
  }

  get bytes(): number {
    return readFileSync(this.file).length;
  }

  /** The files of which something is left in it. */
  get sources(): readonly string[] {
    return JSON.parse(readFileSync(`${this.file}.map`, "utf8")).sources;
  }

  /** The packages of which something is left in it. */
  get packages(): ReadonlySet<string> {
    const names = this.sources.map(
      (source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? "",
    );
    return new Set(names.filter(Boolean));
  }

  /**
   * Awaits an expression over its `handler` in a Node started as Lambda starts it; gives
   * what it printed, the value last.
   */
  async run(expression: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const url = JSON.stringify(pathToFileURL(this.file).href);
    const script = `const { handler } = await import(${url}); console.log(JSON.stringify(await ${expression}))`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "-e", script],
      { env: { NODE_OPTIONS: "--enable-source-maps", ...env }, cwd: dirname(this.file), timeout: 60_000 },
    );
    return stderr + stdout;
  }
}

/** A function from a text, in a folder without node_modules but those among `files`. */
export function bundleText(text: string, files: Readonly<Record<string, string>> = {}): Bundle {
  const folder = mkdtempSync(join(root, "source-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const entry = join(folder, "entry.ts");
  writeFileSync(entry, text);
  return new Bundle({ entry });
}

/** A file of this project. */
export function file(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
