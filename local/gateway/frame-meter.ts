/** How one message came over the wire. */
export interface MessageFrames {
  frames: number;
  /** Payload of its largest frame in bytes, as sent (compressed, where permessage-deflate is in use). */
  largestFrameBytes: number;
}

/**
 * Reads the frame headers of a client's byte stream beside `ws`, which reports messages but not their frames,
 * although AWS limits frames to 32 KB and messages to 128 KB (aws-facts §4).
 *
 * `ws` remains the judge of validity: on a broken stream the meter's numbers mean nothing,
 * but `ws` has closed it then.
 */
export class FrameMeter {
  readonly #header = Buffer.alloc(10);
  #headerBytes = 0;
  #payloadBytesLeft = 0;
  #current: MessageFrames = { frames: 0, largestFrameBytes: 0 };
  readonly #messages: MessageFrames[] = [];

  /** Takes the next bytes of the stream. Call it before `ws` sees them. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#payloadBytesLeft > 0) {
        const skipped = Math.min(this.#payloadBytesLeft, chunk.length - offset);
        this.#payloadBytesLeft -= skipped;
        offset += skipped;
        continue;
      }
      this.#header[this.#headerBytes++] = chunk[offset++] ?? 0;
      this.#readHeader();
    }
  }

  /** The frames of the oldest message not yet taken; messages come in the order of the wire. */
  shift(): MessageFrames | undefined {
    return this.#messages.shift();
  }

  /** RFC 6455 §5.2: two bytes, a length of 0, 2 or 8 more, then (from clients always) a mask of 4. */
  #readHeader(): void {
    if (this.#headerBytes < 2) return;
    const header = this.#header;
    const shortLength = header.readUInt8(1) & 0x7f;
    const headerBytes = shortLength === 127 ? 10 : shortLength === 126 ? 4 : 2;
    if (this.#headerBytes < headerBytes) return;

    let payloadBytes = shortLength;
    if (shortLength === 126) payloadBytes = header.readUInt16BE(2);
    if (shortLength === 127) payloadBytes = Number(header.readBigUInt64BE(2));
    this.#headerBytes = 0;
    this.#payloadBytesLeft = 4 + payloadBytes;

    const firstByte = header.readUInt8(0);
    const isControlFrame = (firstByte & 0x08) !== 0;
    if (isControlFrame) return;
    this.#current.frames += 1;
    this.#current.largestFrameBytes = Math.max(this.#current.largestFrameBytes, payloadBytes);
    const isLastFrame = (firstByte & 0x80) !== 0;
    if (!isLastFrame) return;
    this.#messages.push(this.#current);
    this.#current = { frames: 0, largestFrameBytes: 0 };
  }
}
