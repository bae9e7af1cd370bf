/**
 * How one value of `socket.data` stands in DynamoDB: JSON text where JSON says all of it, so that a person
 * can read it in the console, and otherwise V8's structured clone (Date, Map, Set, Buffer, BigInt, NaN,
 * undefined inside, cycles).
 */

import { deserialize, serialize } from "node:v8";
import { UnstorableValueError } from "../errors.js";
import { fromBase64, toBase64 } from "../protocol/base64.js";
import type { AttributeValue } from "./dynamo-calls.js";

export type StoredValue = string | Uint8Array;

/** Deeper ones are refused: whether they can be read back would depend on how much stack is left. */
const MAX_DEPTH = 1_000;

/**
 * @throws UnstorableValueError for what would come back as something else (functions, class instances,
 *   symbols), and for what cannot be read: a getter that throws, a nesting without end.
 */
export function encodeValue(key: string, value: unknown): StoredValue {
  try {
    const seen = { path: new Set<object>(), hasBare: false };
    if (isJson(value, seen)) {
      return seen.hasBare ? BARE + JSON.stringify([bareIn(value, []), value]) : JSON.stringify(value);
    }
    if (isCloneable(value, new Set(), 0)) return serialize(value);
  } catch (cause) {
    throw new UnstorableValueError(key, { cause });
  }
  throw new UnstorableValueError(key);
}

export function isStorable(value: unknown): boolean {
  if (typeof value !== "object")
    return value === undefined || (typeof value !== "function" && typeof value !== "symbol");
  try {
    encodeValue("", value);
    return true;
  } catch {
    return false;
  }
}

export function decodeValue(stored: StoredValue): unknown {
  if (typeof stored !== "string") return deserialize(stored);
  return stored.startsWith(BARE) ? withoutPrototypes(stored.slice(BARE.length)) : JSON.parse(stored);
}

/**
 * Before JSON with dictionaries in it that have no prototype (`Object.create(null)`), and where they are: no
 * JSON begins so.
 */
const BARE = "\0";

type Path = readonly string[];

function bareIn(value: unknown, path: Path): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.getPrototypeOf(value) === null ? [path] : [];
  return [...own, ...Object.entries(value).flatMap(([key, item]) => bareIn(item, [...path, key]))];
}

function withoutPrototypes(text: string): unknown {
  const [paths, value] = JSON.parse(text) as [Path[], object];
  for (const path of paths) {
    const bare = path.reduce<object>(
      (object, key) => (object as Record<string, object>)[key] as object,
      value,
    );
    Object.setPrototypeOf(bare, null);
  }
  return value;
}

export function sameValue(a: StoredValue | undefined, b: StoredValue | undefined): boolean {
  if (typeof a === "string" || typeof b === "string" || !a || !b) return a === b;
  return Buffer.compare(a, b) === 0;
}

export function toAttribute(stored: StoredValue): AttributeValue {
  return typeof stored === "string" ? { S: stored } : { B: toBase64(stored) };
}

export function fromAttribute(attribute: AttributeValue): StoredValue {
  if (attribute.B !== undefined) return fromBase64(attribute.B);
  return attribute.S ?? "null";
}

export function valueAttributes(values: ReadonlyMap<string, StoredValue>): Record<string, AttributeValue> {
  return Object.fromEntries([...values].map(([key, value]) => [toAttributeName(key), toAttribute(value)]));
}

export function fromValues(attributes: Record<string, AttributeValue> = {}): Map<string, StoredValue> {
  return new Map(
    Object.entries(attributes).map(([name, value]) => [fromAttributeName(name), fromAttribute(value)]),
  );
}

/**
 * DynamoDB refuses an empty name, and a name that is assigned makes a prototype of `__proto__`. So these two,
 * and all that could be mistaken for them, get one NUL more.
 */
export function toAttributeName(key: string): string {
  return /^(?:__proto__)?\0*$/.test(key) ? `${key}\0` : key;
}

function fromAttributeName(name: string): string {
  return /^(?:__proto__)?\0+$/.test(name) ? name.slice(0, -1) : name;
}

/**
 * As DynamoDB counts it: UTF-8 bytes
 * (docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function bytesOf(stored: StoredValue): number {
  return typeof stored === "string" ? Buffer.byteLength(stored) : stored.byteLength;
}

/** True when `JSON.parse(JSON.stringify(value))` is deeply equal to `value`. */
function isJson(value: unknown, seen: { readonly path: Set<object>; hasBare: boolean }): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  const { path } = seen;
  if (typeof value !== "object" || path.has(value) || !(Array.isArray(value) || isPlain(value))) return false;
  if (path.size >= MAX_DEPTH) throw new RangeError(`It is nested more than ${MAX_DEPTH} levels deep.`);
  if (Object.getPrototypeOf(value) === null) seen.hasBare = true;
  path.add(value);
  const isWhole = Object.values(value).every((item) => isJson(item, seen)) && !isSparse(value);
  path.delete(value);
  return isWhole;
}

/**
 * True when a structured clone is of the same types; the clone of a class instance would have lost its
 * methods.
 */
function isCloneable(value: unknown, seen: Set<object>, depth: number): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null || seen.has(value)) return true;
  if (depth >= MAX_DEPTH) throw new RangeError(`It is nested more than ${MAX_DEPTH} levels deep.`);
  seen.add(value);
  const areCloneable = (items: readonly unknown[]) =>
    items.every((item) => isCloneable(item, seen, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (value instanceof Map) return prototype === Map.prototype && areCloneable([...value].flat());
  if (value instanceof Set) return prototype === Set.prototype && areCloneable([...value]);
  if (value instanceof Error) return CLONED_ERRORS.has(prototype) && Object.keys(value).length === 0;
  if (CLONED_AS_THEY_ARE.has(prototype)) return true;
  if (!Array.isArray(value) && !isPlain(value)) return false;
  return areCloneable(Object.values(value));
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

/** An object of no class. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isSparse(value: object): boolean {
  return Array.isArray(value) && Object.keys(value).length !== value.length;
}
