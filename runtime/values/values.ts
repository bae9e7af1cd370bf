/**
 * What user code keeps on an object, key by key: encoded, compared, and put back under whatever names it has.
 */
import { isDeepStrictEqual } from "node:util";
import { UnstorableValueError } from "../errors.js";
import { warnOnce } from "../log/log.js";
import { decodeValue, encodeValue, type StoredValue, sameValue } from "../store/value.js";

export type Values = Map<string, StoredValue>;
export type ReadonlyValues = ReadonlyMap<string, StoredValue>;
export const NO_VALUES: ReadonlyValues = new Map();
/** `undefined` removes the key. */
export type ChangedValues = Map<string, StoredValue | undefined>;

/** What the library itself has put on an object. */
export interface Made {
  /** Values that user code may change. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys that are the library's alone. */
  readonly ignored?: Pick<ReadonlySet<string>, "has">;
  /** Whether nobody is to be warned of a value that cannot be stored. */
  readonly isQuiet?: (key: string) => boolean;
}

/** Functions that a `connection` handler sets. It runs again before each event, so they are not lost. */
const remade = new WeakSet<object>();

/** A `connection` handler has run, and what functions the object has are its work. Calls no getter. */
export function noteRemade(target: object): void {
  for (const key of Object.keys(target)) {
    const value: unknown = Reflect.getOwnPropertyDescriptor(target, key)?.value;
    if (typeof value === "function") remade.add(value);
  }
}

/**
 * Encodes what can be stored, and warns once of what cannot: of all functions together, for passport adds a
 * dozen.
 */
export function encodeAll(
  target: object,
  keys: readonly string[],
  prefix: string,
  isQuiet: (key: string) => boolean = () => false,
): Values {
  const encoded: Values = new Map();
  if (keys.length === 0) return encoded;
  const functions: string[] = [];
  for (const key of keys) {
    try {
      const value = (target as Record<string, unknown>)[key];
      if (typeof value === "function") {
        if (!remade.has(value) && !isQuiet(key)) functions.push(prefix + key);
      } else if (value !== undefined) encoded.set(key, encodeValue(prefix + key, value));
    } catch (error) {
      if (isQuiet(key)) continue;
      const isOurs = error instanceof UnstorableValueError; // or the app's own, where a getter throws
      warnOnce((isOurs ? error : new UnstorableValueError(prefix + key, { cause: error })).message);
    }
  }
  if (functions.length > 0) warnOnce(new UnstorableValueError(functions.join('", "')).message);
  return encoded;
}

/** Of an object of the library: what user code has added, changed, or (as an encoded `undefined`) deleted. */
export function changesOf(
  target: object,
  { values, ignored, isQuiet }: Made,
  prefix: string,
): ReadonlyValues {
  const object = target as Made["values"];
  const own: string[] = [];
  let untouched = 0;
  for (const key of Object.keys(object)) {
    if (ignored?.has(key)) continue;
    if (Object.hasOwn(values, key) && isSame(object, key, values[key])) untouched++;
    else own.push(key);
  }
  if (own.length === 0 && untouched === Object.keys(values).length) return NO_VALUES; // nearly always
  const changes = encodeAll(target, own, prefix, isQuiet);
  for (const key of Object.keys(values)) if (!Object.hasOwn(target, key)) changes.set(key, DELETED);
  return changes;
}

function isSame(object: Made["values"], key: string, made: unknown): boolean {
  try {
    const value = object[key];
    return value === made || areSameFlat(value, made) || isDeepStrictEqual(value, made);
  } catch {
    return false; // a getter of the app throws; encoding says so
  }
}

/** For headers, of which there are many, and which are looked at several times an event. */
function areSameFlat(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.prototype) return false;
  const keys = Object.keys(b);
  if (keys.length !== Object.keys(a).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(a, key) || (a as Made["values"])[key] !== (b as Made["values"])[key]) return false;
  }
  return true;
}

/** Makes an object of the library as it was when these were its changes. */
export function restoreChanges(target: object, made: Made, saved: ReadonlyValues, prefix: string): void {
  const present = changesOf(target, made, prefix);
  for (const key of present.keys()) {
    if (saved.has(key)) continue;
    if (Object.hasOwn(made.values, key)) put(target, key, made.values[key]);
    else Reflect.deleteProperty(target, key);
  }
  putChanges(target, saved, present);
}

/** Makes the keys of an object what was saved. A value that is the same stays the same object. */
export function restoreAll(
  target: object,
  saved: ReadonlyValues,
  keys: readonly string[],
  prefix: string,
): void {
  const present = encodeAll(target, keys, prefix);
  for (const key of present.keys()) if (!saved.has(key)) Reflect.deleteProperty(target, key);
  putChanges(target, saved, present);
}

/** Those that are not `present` are put on the object, or taken away from it. */
export function putChanges(target: object, saved: ReadonlyValues, present: ReadonlyValues = new Map()): void {
  for (const [key, value] of saved) {
    if (sameValue(present.get(key), value)) continue;
    if (sameValue(value, DELETED)) Reflect.deleteProperty(target, key);
    else put(target, key, decodeValue(value));
  }
}

/**
 * Sets an own property, whatever its name is: assigning `__proto__` would change the prototype. The app's
 * own getter stays, and so does an object that it has frozen.
 */
export function put(target: object, key: string, value: unknown): void {
  const present = Reflect.getOwnPropertyDescriptor(target, key);
  if (present?.get || present?.set) present.set?.call(target, value);
  else Reflect.defineProperty(target, key, { value, configurable: true, enumerable: true, writable: true });
}

export function decodeAll(values: ReadonlyValues): Record<string, unknown> {
  return Object.fromEntries([...values].map(([key, value]) => [key, decodeValue(value)]));
}

export function difference(before: ReadonlyValues, after: ReadonlyValues): ChangedValues {
  const changed: ChangedValues = new Map();
  for (const [key, value] of after) if (!sameValue(before.get(key), value)) changed.set(key, value);
  for (const key of before.keys()) if (!after.has(key)) changed.set(key, undefined);
  return changed;
}

/**
 * These changes were not saved: what counts as saved becomes something else than what is, so that it differs
 * again.
 */
export function unsaved(saved: ReadonlyValues, changes: ReadonlyMap<string, unknown>): Values {
  const before = new Map(saved);
  for (const key of changes.keys()) before.set(key, NEVER);
  return before;
}

/** Neither JSON nor a structured clone. */
const NEVER = "";

const DELETED = encodeValue("undefined", undefined);
