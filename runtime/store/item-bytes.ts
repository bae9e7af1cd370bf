/**
 * How large DynamoDB takes an item to be: names and texts in UTF-8, a number two digits a byte, a map or list
 * 3 bytes and 1 for each of its own
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html). 409,600 bytes are
 * the most that an item may have.
 */
import type { AttributeValue } from "./dynamo-calls.js";

export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

function valueBytes({ S, B, N, SS, M, L }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (B !== undefined) return Buffer.byteLength(B, "base64");
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (SS !== undefined) return sum(SS.map((text) => Buffer.byteLength(text)));
  if (M !== undefined) return 3 + Object.keys(M).length + itemBytes(M);
  if (L !== undefined) return 3 + L.length + sum(L.map(valueBytes));
  return 1; // BOOL and NULL; we write no other kinds
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
