/**
 * The benchmark's own processes. Each is compiled as the functions are (`lib/compile.ts`), so that neither a
 * TypeScript loader nor unbundled modules are in their numbers.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BundleProps, compile, writeCompiled } from "../lib/compile.js";

export class ProgramError extends Error {
  override readonly name = "ProgramError";
}

export class Programs {
  readonly #root = mkdtempSync(join(tmpdir(), "socket-io-lambda-bench-"));
  readonly #files = new Map<string, string>();
  readonly #running = new Set<ChildProcess>();

  /** Path of the compiled module. */
  compiled(props: BundleProps): string {
    const key = JSON.stringify(props);
    const known = this.#files.get(key);
    if (known) return known;
    const folder = join(this.#root, String(this.#files.size));
    mkdirSync(folder);
    writeCompiled(compile(props, folder), folder);
    const file = join(folder, "index.mjs");
    this.#files.set(key, file);
    return file;
  }

  /** @param env variables of its processes, beside those that they have on Lambda */
  constructor(private readonly env: Readonly<Record<string, string>> = {}) {}

  /** A process that runs a file of `bench/` and talks by messages. */
  start(source: string, argument: object = {}, nodeFlags: readonly string[] = []): ChildProcess {
    const child = fork(this.compiled({ entry: benchFile(source) }), [JSON.stringify(argument)], {
      execArgv: ["--enable-source-maps", ...nodeFlags],
      env: { ...ENVIRONMENT, ...this.env },
    });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    return child;
  }

  /** Runs a file of `bench/` to its end, and gives the one message that it sends. */
  async run<Result>(source: string, argument: object, nodeFlags?: readonly string[]): Promise<Result> {
    const child = this.start(source, argument, nodeFlags);
    let result: { readonly value: Result } | undefined;
    child.on("message", (value: Result) => {
      result = { value };
    });
    const [code] = await once(child, "exit");
    if (!result) throw new ProgramError(`bench/${source} ended with code ${code} and without a result.`);
    return result.value;
  }

  close(): void {
    for (const child of this.#running) child.kill();
    rmSync(this.#root, { recursive: true, force: true });
  }
}

export function benchFile(source: string): string {
  return fileURLToPath(new URL(source, import.meta.url));
}

/** As on Lambda: credentials and region in the environment, and nothing of the person's own settings. */
const ENVIRONMENT = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  // Real ones are some hundred characters, and are sent with each post.
  AWS_SESSION_TOKEN: "bench".repeat(100),
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};
