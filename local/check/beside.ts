import { type ChildProcess, execFile } from "node:child_process";
import { packageFile } from "../../lib/package-file.js";
import type { OnLocalEvent } from "../local-event.js";
import type { Finding } from "./finding.js";
import { installedBabel } from "./program/babel.js";

const CLI = packageFile("local/cli.ts");
/** As many as a person reads beside what else the terminal shows. */
const SHOWN = 3;
const DEADLINE_MS = 60_000;

export interface CheckBesideOptions {
  /** Absolute path of the program. @default what `check` finds in the folder */
  readonly file?: string | undefined;
  readonly folder: string;
  readonly log: OnLocalEvent;
}

/**
 * `check` beside a running stack: in a process of its own, so that neither the start nor an event waits for
 * it. Logs what it finds where that is not what it found before; nothing for a clean program, for one that
 * it cannot read, or where the parser is not installed.
 */
export class CheckBeside {
  readonly #options: CheckBesideOptions;
  #running: ChildProcess | undefined;
  #last = "";

  constructor(options: CheckBesideOptions) {
    this.#options = options;
  }

  run(): void {
    if (!installedBabel()) return;
    this.end();
    const { file, folder, log } = this.#options;
    const args = [...process.execArgv, CLI, "check", ...(file === undefined ? [] : [file]), "--json"];
    const child = execFile(
      process.execPath,
      args,
      { cwd: folder, timeout: DEADLINE_MS },
      (_error, stdout) => {
        if (this.#running !== child) return;
        this.#running = undefined;
        const findings = findingsIn(stdout);
        const seen = JSON.stringify(findings);
        if (findings.length > 0 && seen !== this.#last) {
          log({ type: "check", count: findings.length, findings: findings.slice(0, SHOWN) });
        }
        this.#last = seen;
      },
    );
    this.#running = child;
  }

  end(): void {
    this.#running?.kill();
    this.#running = undefined;
  }
}

function findingsIn(stdout: string): Finding[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === "finding");
}
