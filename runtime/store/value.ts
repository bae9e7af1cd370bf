/**
 * How one value of `socket.data` stands in DynamoDB: JSON text where JSON says all of it, so that a person can read it
 * in the console, and otherwise V8's structured clone (Date, Map, Set, Buffer, BigInt, NaN, undefined inside, cycles).
 */
import { deserialize, serialize } from "node:v8";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { UnstorableValueError } from "../errors.js";

export type StoredValue = string | Uint8Array;

/** @throws UnstorableValueError for what would come back as something else: functions, class instances, symbols. */
export function encodeValue(key: string, value: unknown): StoredValue {
  if (isJson(value, new Set())) return JSON.stringify(value);
  if (!isCloneable(value, new Set())) throw new UnstorableValueError(key);
  return serialize(value);
}

export function decodeValue(stored: StoredValue): unknown {
  return typeof stored === "string" ? JSON.parse(stored) : deserialize(stored);
}

export function sameValue(a: StoredValue | undefined, b: StoredValue | undefined): boolean {
  if (typeof a === "string" || typeof b === "string" || !a || !b) return a === b;
  return Buffer.compare(a, b) === 0;
}

export function toAttribute(stored: StoredValue): AttributeValue {
  return typeof stored === "string" ? { S: stored } : { B: stored };
}

function fromAttribute(attribute: AttributeValue): StoredValue {
  return attribute.S ?? attribute.B ?? "null";
}

export function valueAttributes(values: ReadonlyMap<string, StoredValue>): Record<string, AttributeValue> {
  return Object.fromEntries([...values].map(([key, value]) => [toAttributeName(key), toAttribute(value)]));
}

export function fromValues(attributes: Record<string, AttributeValue> = {}): Map<string, StoredValue> {
  return new Map(
    Object.entries(attributes).map(([name, value]) => [fromAttributeName(name), fromAttribute(value)]),
  );
}

/** DynamoDB refuses an empty name, so that and all that could be mistaken for it get one NUL more. */
export function toAttributeName(key: string): string {
  return /^\0*$/.test(key) ? `${key}\0` : key;
}

function fromAttributeName(name: string): string {
  return /^\0+$/.test(name) ? name.slice(1) : name;
}

/** True when `JSON.parse(JSON.stringify(value))` is deeply equal to `value`. */
function isJson(value: unknown, path: Set<object>): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || path.has(value) || !(Array.isArray(value) || isPlain(value))) return false;
  path.add(value);
  const isWhole = Object.values(value).every((item) => isJson(item, path)) && !isSparse(value);
  path.delete(value);
  return isWhole;
}

/** True when a structured clone is of the same types; the clone of a class instance would have lost its methods. */
function isCloneable(value: unknown, seen: Set<object>): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null || seen.has(value)) return true;
  seen.add(value);
  const prototype = Object.getPrototypeOf(value);
  if (value instanceof Map) return prototype === Map.prototype && areCloneable([...value].flat(), seen);
  if (value instanceof Set) return prototype === Set.prototype && areCloneable([...value], seen);
  if (value instanceof Error) return CLONED_ERRORS.has(prototype) && Object.keys(value).length === 0;
  if (CLONED_AS_THEY_ARE.has(prototype)) return true;
  if (!Array.isArray(value) && !isPlain(value)) return false;
  return areCloneable(Object.values(value), seen);
}

function areCloneable(values: readonly unknown[], seen: Set<object>): boolean {
  return values.every((value) => isCloneable(value, seen));
}

const CLONED_AS_THEY_ARE = new Set<unknown>(
  [
    ...[Date, RegExp, ArrayBuffer, Buffer, DataView, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array],
    ...[Int8Array, Int16Array, Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ].map((type) => type.prototype),
);

/** Of an error the clone has name, message, stack and cause. */
const CLONED_ERRORS = new Set<unknown>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (type) => type.prototype,
  ),
);

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isSparse(value: object): boolean {
  return Array.isArray(value) && Object.keys(value).length !== value.length;
}
