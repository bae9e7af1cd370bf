/** Binary as text: API Gateway carries no binary frames (`aws-facts.md` §4). */
export type Binary = Buffer | Uint8Array | ArrayBuffer;

export function isBinary(value: unknown): value is Binary {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

export function fromBase64(text = ""): Buffer {
  return Buffer.from(text, "base64");
}

/** Copies nothing: a view keeps its part of a larger buffer. */
export function toBase64(binary: Binary): string {
  const bytes =
    binary instanceof ArrayBuffer
      ? Buffer.from(binary)
      : Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength);
  return bytes.toString("base64");
}
