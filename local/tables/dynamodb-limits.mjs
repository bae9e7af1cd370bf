/**
 * Refuses what DynamoDB refuses and dynalite takes, with DynamoDB's own words: a test then
 * fails here, and not on AWS.
 *
 * dynalite asks its own modules whether a call is right. Those are asked first, and what they let pass is
 * looked at here: `validations/{operation}.custom` knows the call, `db` knows the table besides.
 *
 * Limits: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html. Words and exact bounds
 * that AWS does not document are those that paritysuite/dynamodb-conformance has measured.
 */
import { createRequire } from "node:module";
import { itemBytes, utf8Bytes, valueBytes } from "./item-size.mjs";

const MAX_EXPRESSION_BYTES = 4_096;
const MAX_PLACEHOLDER_BYTES = 255;
const MAX_SUBSTITUTION_BYTES = 2 * 1024 * 1024;
const MAX_OPERATORS = 300;
const MAX_IN_OPERANDS = 100;
const MAX_NAME_BYTES = 65_535;
/** The attribute itself is the first level. */
const MAX_LEVELS = 32;
const MAX_BATCH_WRITES = 25;
const MAX_PARTITION_KEY_BYTES = 2_048;
const MAX_SORT_KEY_BYTES = 1_024;

const EXPRESSIONS = {
  UpdateExpression: "_updates",
  ConditionExpression: "_condition",
  KeyConditionExpression: "_keyCondition",
  FilterExpression: "_filter",
  ProjectionExpression: "_projection",
};

/** What is wrong with a call, by operation; undefined where nothing is. */
const CHECKS = {
  getItem: checkExpressions,
  query: checkExpressions,
  scan: checkExpressions,
  deleteItem: checkExpressions,
  putItem: (call) => checkItem(call.Item) ?? checkExpressions(call),
  updateItem: (call) => checkExpressions(call) ?? checkUpdates(call._updates?.sections),
  batchGetItem: ({ RequestItems }) => firstOf(Object.values(RequestItems), checkExpressions),
  batchWriteItem: checkBatchWrite,
};

/** @param require of the thread that runs dynalite */
export function enforceLimits(require = createRequire(import.meta.url)) {
  for (const [operation, check] of Object.entries(CHECKS)) {
    wrap(require(`dynalite/validations/${operation}`), "custom", (own) => (call, store) => {
      return own(call, store) ?? check(call);
    });
  }
  const db = require("dynalite/db");
  // dynalite measures what it compresses by another rule, for pages of a query.
  wrap(db, "itemSize", (own) => (item, ...compressed) => {
    return compressed.length > 0 ? own(item, ...compressed) : itemBytes(item);
  });
  const checkKey = (item, table) =>
    db.traverseKey(table, (name, type, isPartition) =>
      refusal(db, checkKeySize(item[name]?.[type], isPartition)),
    );
  wrap(
    db,
    "validateKey",
    (own) =>
      (key, table, ...more) =>
        own(key, table, ...more) ?? checkKey(key, table),
  );
  wrap(db, "validateItem", (own) => (item, table) => own(item, table) ?? checkKey(item, table));
  wrap(db, "queryTable", (own) => (store, table, call, ...more) => {
    const wrong = checkKeyConditions(db, table, call.KeyConditions);
    if (wrong) more.at(-1)(wrong);
    else own(store, table, call, ...more);
  });
}

function wrap(module, name, around) {
  const own = module[name];
  if (typeof own !== "function")
    throw new Error(`This version of dynalite has no ${name}: look how it checks calls.`);
  module[name] = around(own);
}

function refusal(db, message) {
  return message === undefined ? undefined : db.validationError(message);
}

function checkExpressions(call) {
  for (const [name, parsed] of Object.entries(EXPRESSIONS)) {
    const wrong = call[name] === undefined ? undefined : checkExpression(call[name], call[parsed]);
    if (wrong) return `Invalid ${name}: ${wrong}`;
  }
  return checkPlaceholders(call);
}

function checkExpression(text, parsed) {
  const bytes = utf8Bytes(text);
  if (bytes > MAX_EXPRESSION_BYTES) {
    return `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`;
  }
  const operators = parsed?.sections?.map(({ val }) => val) ?? [parsed?.expression];
  const { count, operands } = operators.map(look).reduce(both, NOTHING);
  if (operands > MAX_IN_OPERANDS) {
    return `The IN operator is provided with too many operands; number of operands: ${operands}`;
  }
  if (count > MAX_OPERATORS) return `The expression contains too many operators; operator count: ${count}`;
  return undefined;
}

const NOTHING = { count: 0, operands: 0 };

/** How many operators and functions a parsed expression has, and how many operands its largest IN. */
function look(node) {
  if (typeof node?.type !== "string") return NOTHING;
  const own = { count: 1, operands: node.type === "in" ? node.args.length - 1 : 0 };
  return node.args.map(look).reduce(both, own);
}

function both(one, other) {
  return { count: one.count + other.count, operands: Math.max(one.operands, other.operands) };
}

function checkPlaceholders({ ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }) {
  for (const [map, placeholders] of Object.entries({ Names: names, Values: values })) {
    const long = Object.keys(placeholders)
      .map(utf8Bytes)
      .find((bytes) => bytes > MAX_PLACEHOLDER_BYTES);
    if (long !== undefined) {
      return (
        `ExpressionAttribute${map} contains invalid key: ` +
        `The expression attribute map contains a key that is too long; size of key: ${long}`
      );
    }
  }
  const nameBytes = Object.values(names).reduce((bytes, name) => bytes + utf8Bytes(name), 0);
  const substituted = Object.values(values).reduce((bytes, value) => bytes + valueBytes(value), nameBytes);
  if (substituted > MAX_SUBSTITUTION_BYTES) return "ExpressionAttributeValues exceeds max size";
  return firstOf(Object.values(names), checkName) ?? firstOf(Object.values(values), checkValue);
}

function checkItem(item) {
  return firstOf(Object.entries(item), ([name, value]) => checkName(name) ?? checkValue(value));
}

function checkBatchWrite({ RequestItems }) {
  const writes = Object.values(RequestItems).flat();
  if (writes.length > MAX_BATCH_WRITES) return "Too many items requested for the BatchWriteItem call";
  return firstOf(writes, ({ PutRequest }) => PutRequest && checkItem(PutRequest.Item));
}

/** A value that is set at the end of a path lies so much deeper. */
function checkUpdates(sections = []) {
  return firstOf(sections, ({ type, path, val }) =>
    type === "set" && typeof val?.type !== "string" && !Array.isArray(val)
      ? checkValue(val, path.length)
      : undefined,
  );
}

/** The names and the depth of a value that may have others inside. */
function checkValue(value, level = 1) {
  if (level > MAX_LEVELS) {
    return "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";
  }
  if (value.L) return firstOf(value.L, (inside) => checkValue(inside, level + 1));
  if (!value.M) return undefined;
  return firstOf(
    Object.entries(value.M),
    ([name, inside]) => checkName(name) ?? checkValue(inside, level + 1),
  );
}

function checkName(name) {
  if (name === "") return "Empty attribute name";
  if (utf8Bytes(name) <= MAX_NAME_BYTES) return undefined;
  return "1 validation error detected: Attribute name is too large, must be less than 65536 bytes";
}

/** dynalite counts characters. */
function checkKeySize(key, isPartition) {
  if (typeof key !== "string") return undefined;
  if (isPartition && utf8Bytes(key) > MAX_PARTITION_KEY_BYTES) {
    return "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
  }
  if (!isPartition && utf8Bytes(key) > MAX_SORT_KEY_BYTES) {
    return "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
  }
  return undefined;
}

/** dynalite does not look at the keys that a query asks for. */
function checkKeyConditions(db, table, conditions = {}) {
  return db.traverseKey(table, (name, type, isPartition) => {
    const keys = conditions[name]?.AttributeValueList?.map((value) => value[type]) ?? [];
    if (keys.includes("")) {
      return db.validationError(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    }
    return refusal(
      db,
      firstOf(keys, (key) => checkKeySize(key, isPartition)),
    );
  });
}

function firstOf(items, check) {
  for (const item of items) {
    const wrong = check(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
