import { printableLines } from "../../runtime/log/printable.js";
import { withoutCallers } from "./frames.js";

const DIM = "2";
export const RED = "31";
export const YELLOW = "33";
const KIND_WIDTH = 12;
const TIME_WIDTH = 8;
const INDENT = " ".repeat(TIME_WIDTH + 2);

/** How a line of the log looks: the time, what kind of event it is, and the rest; details stand below it. */
export class LineStyle {
  /** @param colors whether escape sequences may be written */
  constructor(
    private readonly colors: boolean,
    private readonly now: () => Date,
  ) {}

  dim(text: string): string {
    return this.#paint(DIM, text);
  }

  line(kind: string, rest: string, color?: string): string {
    const padded = kind.padEnd(KIND_WIDTH);
    const time = this.now().toTimeString().slice(0, TIME_WIDTH);
    return `${this.dim(time)}  ${color ? this.#paint(color, padded) : padded}${rest}\n`;
  }

  below(lines: readonly string[]): string {
    return lines.map((text) => `${INDENT}${text}\n`).join("");
  }

  /** An error, with its stack below. */
  failure(about: string, error: unknown): string {
    const [first = "", ...frames] = printableLines(withoutCallers(stackOf(error))).split("\n");
    const rest = [about, first].filter(Boolean).join("  ");
    return this.line("error", rest, RED) + this.below(frames.map((frame) => this.dim(frame)));
  }

  #paint(code: string, text: string): string {
    return this.colors ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
