/**
 * Reads HTTP/1.1 responses from the bytes of a connection (RFC 9112), one after another and however they are
 * cut. Only what the answers of API Gateway and Lambda need: bodies that fit into memory; trailers are
 * skipped.
 */
import { HttpError } from "../errors.js";
import { type Head, mayBeHttp, parseHead } from "./http-head.js";

export interface Answer {
  readonly status: number;
  /** Header fields, by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Response {
  readonly answer: Answer;
  /** The connection carries no further request. */
  readonly isLast: boolean;
}

/** As `node:http`. */
const MAX_HEAD_BYTES = 16 * 1024;

/** AWS's error answers are some hundred bytes. */
const MAX_BYTES = 1024 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);
const LINE_END = "\r\n";
const HEAD_END = "\r\n\r\n";

/** RFC 9112 §7.1; what stands behind a semicolon are extensions, which one ignores. */
const CHUNK_LINE = /^([\da-f]+)[ \t]*(?:;.*)?$/i;

export class ResponseReader {
  /** Those that are not understood yet, and what has come behind them. */
  #bytes = NOTHING;
  #more: Buffer[] = [];
  /** With fewer there is nothing to understand. */
  #wanted = 0;
  #byteCount = 0;
  #head: Head | undefined;
  #chunks: Buffer[] = [];

  /** @param maxBytes of a response with all that belongs to it */
  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** Something of a response has come, if only an interim one. */
  get hasBegun(): boolean {
    return this.#byteCount > 0;
  }

  /**
   * Gives the response when its last byte has come. Keeps no view of `bytes`: what is not complete is copied.
   *
   * @throws HttpError where it is none.
   */
  read(bytes: Buffer): Response | undefined {
    this.#byteCount += bytes.length;
    this.#checkSize(this.#byteCount);
    // Joined when there is enough of them: an answer of 16 MB comes in hundreds of pieces.
    if (this.#bytesSoFar + bytes.length < this.#wanted) {
      this.#more.push(Buffer.from(bytes));
      return undefined;
    }
    const isOnlyView = this.#join(bytes);
    this.#head ??= this.#readHead();
    const body = this.#head && this.#readBody(this.#head);
    if (this.#head && body !== undefined) return this.#complete(this.#head, body);
    if (isOnlyView) this.#bytes = Buffer.from(this.#bytes);
    return undefined;
  }

  get #bytesSoFar(): number {
    return this.#more.reduce((sum, { length }) => sum + length, this.#bytes.length);
  }

  /** True where `last` is all there is, and has not been copied. */
  #join(last: Buffer): boolean {
    const before = [this.#bytes, ...this.#more.splice(0)].filter(({ length }) => length > 0);
    this.#bytes = before.length === 0 ? last : Buffer.concat([...before, last]);
    return before.length === 0;
  }

  /** The connection has ended in peace, which completes a response that says no length. */
  end(): Response | undefined {
    if (this.#head?.framing !== "until the end") return undefined;
    this.#join(NOTHING);
    return this.#complete(this.#head, this.#take(this.#bytes.length).toString());
  }

  /** Interim responses (RFC 9110 §15.2) are skipped, however many. */
  #readHead(): Head | undefined {
    for (;;) {
      if (!mayBeHttp(this.#bytes)) throw new HttpError("sent something that is not HTTP/1.1");
      const end = this.#bytes.indexOf(HEAD_END);
      if ((end < 0 ? this.#bytes.length : end) > MAX_HEAD_BYTES)
        throw new HttpError(`sent more than ${MAX_HEAD_BYTES} bytes of headers`);
      if (end < 0) return undefined;
      const head = parseHead(this.#bytes.toString("latin1", 0, end));
      this.#take(end + HEAD_END.length);
      if (head.status === 101) throw new HttpError("changed to another protocol, which nobody asked for");
      if (head.status >= 200) return head;
    }
  }

  #readBody({ framing }: Head): string | undefined {
    if (framing === "chunked") return this.#readChunks();
    this.#wanted = framing === "until the end" ? Number.POSITIVE_INFINITY : framing;
    if (framing === "until the end") return undefined;
    this.#checkSize(framing);
    return this.#bytes.length < framing ? undefined : this.#take(framing).toString();
  }

  #readChunks(): string | undefined {
    for (;;) {
      const lineEnd = this.#bytes.indexOf(LINE_END);
      if (lineEnd < 0) return undefined;
      const [, size] = CHUNK_LINE.exec(this.#bytes.toString("latin1", 0, lineEnd)) ?? [];
      if (size === undefined) throw new HttpError("sent a chunk without a size");
      const length = Number.parseInt(size, 16);
      if (length === 0) return this.#readTrailers(lineEnd);
      this.#checkSize(length);
      const start = lineEnd + LINE_END.length;
      const end = start + length;
      this.#wanted = end + LINE_END.length;
      if (this.#bytes.length < this.#wanted) return undefined;
      if (this.#bytes.toString("latin1", end, end + LINE_END.length) !== LINE_END)
        throw new HttpError("sent a chunk of another size than it said");
      this.#chunks.push(Buffer.from(this.#take(this.#wanted).subarray(start, end)));
      this.#wanted = 0;
    }
  }

  /** The lines behind the last chunk end with an empty one, and are mostly nothing else (RFC 9112 §7.1.2). */
  #readTrailers(lineEnd: number): string | undefined {
    const end = this.#bytes.indexOf(HEAD_END, lineEnd);
    if (end < 0) return undefined;
    this.#take(end + HEAD_END.length);
    return Buffer.concat(this.#chunks).toString();
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  #complete({ status, fields, isLast }: Head, body: string): Response {
    // Bytes behind it belong to no request, and what follows them could be taken for an answer.
    const isOverrun = this.#bytes.length > 0;
    this.#bytes = NOTHING;
    this.#byteCount = 0;
    this.#wanted = 0;
    this.#head = undefined;
    this.#chunks = [];
    return { answer: { status, fields, body }, isLast: isLast || isOverrun };
  }

  #checkSize(bytes: number): void {
    if (bytes > this.maxBytes) throw new HttpError(`sent, or announced, more than ${this.maxBytes} bytes`);
  }
}
