/**
 * Several packets in the body of one HTTP request, as Engine.IO 4 joins them: with the record separator
 * between them, binary ones as `b` and base64. (github.com/socketio/engine.io-protocol)
 */
const SEPARATOR = "\x1e";

export function encodePayload(frames: readonly string[]): string {
  return frames.join(SEPARATOR);
}

export function decodePayload(body: string): readonly string[] {
  return body.split(SEPARATOR);
}
