/**
 * Reads one HTTP/1.1 response from the bytes of a connection (RFC 9112), however they are cut into chunks. Only what the
 * answers of API Gateway and Lambda need: a body that fits into memory, and no trailers.
 */
import { HttpError } from "../errors.js";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** `complete`: the connection can carry the next request, unless `isLast`. */
export type ReadResult = { readonly answer: Answer; readonly isLast: boolean };

/** AWS's error answers are some hundred bytes. */
const MAX_BYTES = 1024 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);
const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";

interface Head {
  readonly status: number;
  readonly isLast: boolean;
  /** RFC 9112 §6.3: a length in bytes, chunks that each say theirs, or all until the connection ends. */
  readonly framing: number | "chunked" | "until the end";
}

export class ResponseReader {
  #bytes = NOTHING;
  #head: Head | undefined;

  /** Nothing of a response has come yet. */
  get isEmpty(): boolean {
    return this.#head === undefined && this.#bytes.length === 0;
  }

  /** Gives the response when its last byte has come. @throws HttpError where it is none. */
  read(chunk: Buffer): ReadResult | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > MAX_BYTES) throw new HttpError(`sent more than ${MAX_BYTES} bytes`);
    this.#head ??= this.#readHead();
    if (!this.#head) return undefined;
    const { framing } = this.#head;
    if (framing === "until the end") return undefined;
    const body = framing === "chunked" ? readChunks(this.#bytes) : readLength(this.#bytes, framing);
    return body && this.#complete(this.#head, body);
  }

  /** The connection has ended: that completes a response which says no length. */
  end(): ReadResult | undefined {
    if (this.#head?.framing !== "until the end") return undefined;
    return this.#complete(this.#head, { text: this.#bytes.toString(), length: this.#bytes.length });
  }

  /** Takes the lines before the body off the bytes; of interim answers (1xx), too. */
  #readHead(): Head | undefined {
    for (;;) {
      const end = this.#bytes.indexOf(HEAD_END);
      if (end < 0) return undefined;
      const head = parseHead(this.#bytes.toString("latin1", 0, end));
      this.#bytes = this.#bytes.subarray(end + HEAD_END.length);
      if (head.status >= 200) return head;
    }
  }

  #complete({ status, isLast }: Head, { text, length }: Body): ReadResult {
    // Bytes that nobody asked for: what follows them cannot be told from the next answer.
    const isOverrun = length < this.#bytes.length;
    this.#bytes = NOTHING;
    this.#head = undefined;
    return { answer: { status, body: text }, isLast: isLast || isOverrun };
  }
}

interface Body {
  readonly text: string;
  /** In bytes, as it was sent. */
  readonly length: number;
}

function parseHead(text: string): Head {
  const [, version, code] = /^HTTP\/1\.(\d) (\d{3})/.exec(text) ?? [];
  if (code === undefined)
    throw new HttpError(`sent no HTTP/1.1 response but ${JSON.stringify(text.slice(0, 60))}`);
  const status = Number(code);
  const isChunked = /\r\ntransfer-encoding:[^\r]*\bchunked/i.test(text);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  const isEmpty = status === 204 || status === 304;
  return {
    status,
    isLast: version !== "1" || /\r\nconnection: *close/i.test(text),
    framing: isEmpty ? 0 : isChunked ? "chunked" : length === undefined ? "until the end" : Number(length),
  };
}

function readLength(bytes: Buffer, length: number): Body | undefined {
  if (bytes.length < length) return undefined;
  return { text: length === 0 ? "" : bytes.toString("utf8", 0, length), length };
}

/** `undefined` where the last chunk has not come. */
function readChunks(bytes: Buffer): Body | undefined {
  const chunks: Buffer[] = [];
  for (let start = 0; ; ) {
    const lineEnd = bytes.indexOf(LINE_END, start);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", start, lineEnd), 16);
    if (Number.isNaN(size)) throw new HttpError("sent a chunk without a size");
    const chunkStart = lineEnd + LINE_END.length;
    start = chunkStart + size + LINE_END.length;
    if (bytes.length < start) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString(), length: start };
    chunks.push(bytes.subarray(chunkStart, chunkStart + size));
  }
}
