/**
 * The real `wscat` program, as a person uses it: lines go into its stdin, and what it prints is read.
 *
 * Where its output is no terminal, it prints each message as one line, no control messages, and (readline's)
 * a prompt `> ` in front of what follows a line that was typed.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const PACKAGE = dirname(createRequire(import.meta.url).resolve("wscat/package.json"));
const PROGRAM = join(PACKAGE, "bin", "wscat");

export interface WscatEnd {
  readonly code: number | null;
  /** What it printed as errors. */
  readonly stderr: string;
}

export class Wscat {
  readonly ended: Promise<WscatEnd>;
  readonly #child: ChildProcessWithoutNullStreams;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stderr }));
    });
    // A line typed at the moment at which the program ends goes nowhere, as at a terminal.
    child.stdin.on("error", () => {});
  }

  /** `wscat -c URL [options]` */
  static start([url, ...options]: readonly [url: string, ...options: string[]]): Wscat {
    return new Wscat(spawn(process.execPath, [PROGRAM, "-c", url, ...options]));
  }

  onLine(listener: (line: string) => void): void {
    createInterface({ input: this.#child.stdout }).on("line", (line) =>
      listener(line.replace(/^(?:> )+/, "")),
    );
  }

  /** It drops what is typed before it is connected. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its input, so that it closes the connection and ends. */
  pressCtrlD(): Promise<WscatEnd> {
    this.#child.stdin.end();
    return this.ended;
  }
}
