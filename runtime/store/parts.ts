/** The parts of an encoded packet as a DynamoDB list: text, then binary. */
import { fromBase64, toBase64 } from "../protocol/base64.js";
import type { EncodedPart } from "../protocol/encoded-part.js";
import type { AttributeValue } from "./dynamo-calls.js";

export function encodeParts(parts: readonly EncodedPart[]): AttributeValue {
  return { L: parts.map((part) => (typeof part === "string" ? { S: part } : { B: toBase64(part) })) };
}

/** Binary comes back as `Buffer`, which is what socket.io's decoder gives to listeners. */
export function decodeParts(attribute: AttributeValue | undefined): EncodedPart[] {
  return (attribute?.L ?? []).map((part) => part.S ?? fromBase64(part.B));
}
