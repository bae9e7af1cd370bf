import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Calls back once for each whole line of a stream, and for what is left when it ends. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(stream: Readable, onLine: (line: string) => void) {
    this.#onLine = onLine;
    stream.on("data", (chunk: Buffer) => this.#take(this.#decoder.write(chunk)));
    stream.on("end", () => this.#finish());
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
  }

  #finish(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }
}
