/**
 * What an item measures, as DynamoDB counts it: UTF-8 bytes of names and values. dynalite counts UTF-16
 * characters, and so takes three times 400 KB of Korean text. Rules:
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html; those of numbers
 * are measured (paritysuite/dynamodb-conformance, `tests/tier3/limits/numberByteSize.test.ts`).
 */

export function itemBytes(item) {
  return sum(Object.entries(item), ([name, value]) => utf8Bytes(name) + valueBytes(value));
}

export function utf8Bytes(text) {
  return Buffer.byteLength(text, "utf8");
}

export function valueBytes(value) {
  const [type] = Object.keys(value);
  const inside = value[type];
  switch (type) {
    case "S":
      return utf8Bytes(inside);
    case "B":
      return Buffer.byteLength(inside, "base64");
    case "N":
      return numberBytes(inside);
    case "SS":
      return sum(inside, utf8Bytes);
    case "BS":
      return sum(inside, (member) => Buffer.byteLength(member, "base64"));
    case "NS":
      return sum(inside, numberBytes);
    case "L":
      return 3 + inside.length + sum(inside, valueBytes);
    case "M":
      return 3 + Object.keys(inside).length + itemBytes(inside);
    default:
      return 1; // NULL and BOOL
  }
}

/** A byte, one for each two significant digits before and after the point, and one for a minus. */
function numberBytes(text) {
  const [, minus, whole = "", fraction = ""] = /^([+-]?)(\d*)\.?(\d*)/.exec(text);
  const before = whole.replace(/^0+/, "");
  const after = fraction.replace(/0+$/, "");
  // Zeros at an end of the number count nothing.
  const significantBefore = after === "" ? before.replace(/0+$/, "") : before;
  const significantAfter = before === "" ? after.replace(/^0+/, "") : after;
  const halves = Math.ceil(significantBefore.length / 2) + Math.ceil(significantAfter.length / 2);
  return 1 + halves + (minus === "-" ? 1 : 0);
}

function sum(items, size) {
  return items.reduce((bytes, item) => bytes + size(item), 0);
}
