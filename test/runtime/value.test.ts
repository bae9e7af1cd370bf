import { describe, expect, it } from "vitest";
import { UnstorableValueError } from "../../runtime/errors.js";
import {
  decodeValue,
  encodeValue,
  fromValues,
  sameValue,
  valueAttributes,
} from "../../runtime/store/value.js";

const cycle: { self?: unknown; name: string } = { name: "cycle" };
cycle.self = cycle;
const sparse: unknown[] = [];
sparse[3] = "x";

const JSON_VALUES: Readonly<Record<string, unknown>> = {
  string: "방 이름 🍵",
  "empty string": "",
  "lone surrogate": "\ud800",
  number: -1.5e300,
  zero: 0,
  true: true,
  null: null,
  object: { a: [1, { b: null }], "": "empty key", "a.b": "dotted" },
  "own __proto__": JSON.parse('{"__proto__":{"polluted":true}}'),
  "empty array": [],
  "the same object twice": (() => {
    const shared = { a: 1 };
    return [shared, shared];
  })(),
};

const CLONED_VALUES: Readonly<Record<string, unknown>> = {
  Date: new Date(1234567890123),
  "invalid Date": new Date(Number.NaN),
  Map: new Map<unknown, unknown>([["a", new Map([[1, new Set(["x"])]])]]),
  Set: new Set([1, "1"]),
  Buffer: Buffer.from([0, 255, 128]),
  Uint8Array: new Uint8Array([1, 2, 3]),
  Float64Array: new Float64Array([Number.NaN, -0]),
  ArrayBuffer: new Uint8Array([9, 8]).buffer,
  BigInt: 2n ** 80n,
  NaN: Number.NaN,
  Infinity: Number.NEGATIVE_INFINITY,
  "-0": -0,
  RegExp: /a[b/]c/giu,
  Error: new RangeError("too much"),
  "undefined inside": { a: undefined, b: [undefined] },
  "Date inside": { at: [new Date(0)] },
  cycle,
  "sparse array": sparse,
};

describe("a dictionary without a prototype", () => {
  const dictionary = (own: object) => Object.assign(Object.create(null), own);

  it("comes back without one, at any depth", () => {
    const value = dictionary({ a: [dictionary({ b: 1 })], plain: {} });
    const back = decodeValue(encodeValue("key", value)) as { a: object[]; plain: object };
    expect(back).toEqual(value);
    const prototypes = [back, back.a[0], back.plain].map((one) => Object.getPrototypeOf(one));
    expect(prototypes).toEqual([null, null, Object.prototype]);
    expect("constructor" in back).toBe(false);
  });

  it("keeps own keys named __proto__", () => {
    const value = dictionary({});
    Object.defineProperty(value, "__proto__", { value: dictionary({ a: 1 }), enumerable: true });
    const back = decodeValue(encodeValue("key", value)) as Record<string, object>;
    expect(Object.keys(back)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(back)).toBe(null);
  });
});

describe("encodeValue and decodeValue", () => {
  it.each(Object.keys(JSON_VALUES))("%s stands there as readable JSON and comes back equal", (name) => {
    const stored = encodeValue("key", JSON_VALUES[name]);
    expect(stored).toBe(JSON.stringify(JSON_VALUES[name]));
    expect(decodeValue(stored)).toStrictEqual(JSON_VALUES[name]);
  });

  it.each(Object.keys(CLONED_VALUES))("%s comes back with its type", (name) => {
    const value = CLONED_VALUES[name];
    const stored = encodeValue("key", value);
    expect(stored).toBeInstanceOf(Uint8Array);
    const back = decodeValue(stored);
    expect(back).toStrictEqual(value);
    expect(Object.prototype.toString.call(back)).toBe(Object.prototype.toString.call(value));
    expect(Buffer.isBuffer(back)).toBe(Buffer.isBuffer(value));
  });

  it("nothing of the prototype is changed by a key called __proto__", () => {
    decodeValue(encodeValue("key", JSON_VALUES["own __proto__"]));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a function inside", { deep: [new Map([["f", () => 1]])] }],
    ["a symbol", Symbol("x")],
    ["a class instance", new (class User {})()],
    ["a class instance in a Set", new Set([new (class User {})()])],
    ["an instance of a subclass of Map", new (class Register extends Map {})()],
    ["an instance of a subclass of Date", new (class Day extends Date {})()],
    ["an error of the app's own class", new (class NotFound extends Error {})()],
    ["an error with something added", Object.assign(new Error("x"), { code: 7 })],
    ["a promise", Promise.resolve()],
    ["a WeakMap", new WeakMap()],
    ["an object with a method", { toJSON: () => "x" }],
    ["a cycle through a function", Object.assign([() => 1], { self: cycle })],
  ])("%s cannot be stored, and the error names the key and what to do", (_what, value) => {
    expect(() => encodeValue("socket.data.user", value)).toThrow(UnstorableValueError);
    expect(() => encodeValue("socket.data.user", value)).toThrow(
      /"socket\.data\.user" cannot be stored.*Store plain data/,
    );
  });
});

describe("sameValue", () => {
  it.each<[unknown, unknown, boolean]>([
    [1, 1, true],
    [1, "1", false],
    [{ a: 1 }, { a: 1 }, true],
    [new Date(1), new Date(1), true],
    [new Date(1), new Date(2), false],
    [new Set([1]), [1], false],
  ])("%j and %j: %j", (a, b, isSame) => {
    expect(sameValue(encodeValue("a", a), encodeValue("b", b))).toBe(isSame);
  });

  it("nothing is the same as nothing, and as nothing else", () => {
    expect(sameValue(undefined, undefined)).toBe(true);
    expect(sameValue(undefined, encodeValue("a", null))).toBe(false);
    expect(sameValue(encodeValue("a", new Date(1)), undefined)).toBe(false);
  });
});

describe("attributes", () => {
  it("hold JSON as strings and the rest as binary, and give both back", () => {
    const values = new Map([
      ["json", encodeValue("json", { a: 1 })],
      ["__proto__", encodeValue("__proto__", [1])],
      ["date", encodeValue("date", new Date(5))],
    ]);
    const attributes = valueAttributes(values);
    expect(attributes.json).toEqual({ S: '{"a":1}' });
    expect(attributes.date).toEqual({ B: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) });
    const back = fromValues(attributes);
    expect([...back.keys()].sort()).toEqual(["__proto__", "date", "json"]);
    expect(decodeValue(back.get("date") ?? "")).toEqual(new Date(5));
  });

  it("none are no values", () => {
    expect(fromValues(undefined).size).toBe(0);
  });
});
