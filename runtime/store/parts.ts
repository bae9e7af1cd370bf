/** The parts of an encoded packet as a DynamoDB list: text, then binary. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { EncodedPart } from "../protocol/encoded-part.js";

export function encodeParts(parts: readonly EncodedPart[]): AttributeValue {
  return { L: parts.map((part) => (typeof part === "string" ? { S: part } : { B: toBytes(part) })) };
}

/** Binary comes back as `Buffer`, which is what socket.io's decoder gives to listeners. */
export function decodeParts(attribute: AttributeValue | undefined): EncodedPart[] {
  return (attribute?.L ?? []).map((part) => part.S ?? Buffer.from(part.B ?? []));
}

function toBytes(part: Exclude<EncodedPart, string>): Uint8Array {
  return part instanceof ArrayBuffer ? new Uint8Array(part) : part;
}
