/**
 * Builds an `UpdateItem` from named clauses, so that user input only ever stands in names and values, never
 * in syntax.
 */

import { conditionMet } from "./condition.js";
import type { AttributeValue, DynamoClient, UpdateItemInput } from "./dynamo-calls.js";
import { type StoredValue, toAttribute, toAttributeName } from "./value.js";

type Clause = "SET" | "REMOVE" | "ADD" | "DELETE";

export class UpdateExpression {
  readonly #clauses = new Map<Clause, string[]>();
  readonly #conditions: string[] = [];
  #doneBefore: string | undefined;
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};

  requireExists(name: string): this {
    return this.#require(`attribute_exists(${this.#path([name])})`);
  }

  requireMissing(name: string): this {
    return this.#require(`attribute_not_exists(${this.#path([name])})`);
  }

  requireEqual(path: readonly string[], value: AttributeValue): this {
    return this.#require(this.#equal(path, value));
  }

  requireOneOf(name: string, values: readonly AttributeValue[]): this {
    return this.#require(
      `${this.#path([name])} IN (${values.map((value) => this.#value(value)).join(", ")})`,
    );
  }

  /**
   * Missing, or set by this very call: the client repeats a call whose answer was lost, and a repetition
   * finds its own write.
   */
  requireMissingOrOwn(
    name: string,
    own: AttributeValue,
    or?: { readonly name: string; readonly isBelow: AttributeValue },
  ): this {
    const missing = `attribute_not_exists(${this.#path([name])})`;
    const alternatives = [missing, this.#equal([name], own)];
    if (or) alternatives.push(`${this.#path([or.name])} < ${this.#value(or.isBelow)}`);
    return this.#require(`(${alternatives.join(" OR ")})`);
  }

  /** Missing, or something else is below a number. */
  requireMissingOrBelow(name: string, other: string, limit: AttributeValue): this {
    const missing = `attribute_not_exists(${this.#path([name])})`;
    return this.#require(`(${missing} OR ${this.#path([other])} < ${this.#value(limit)})`);
  }

  /** Missing, or greater. */
  requireMissingOrAbove(name: string, limit: AttributeValue): this {
    const path = this.#path([name]);
    return this.#require(`(attribute_not_exists(${path}) OR ${path} > ${this.#value(limit)})`);
  }

  /** The item is missing (`key` is part of its primary key), or one of its attributes has the value. */
  requireMissingOrEqual(key: string, names: readonly string[], value: AttributeValue): this {
    const missing = `attribute_not_exists(${this.#path([key])})`;
    return this.#require(`(${[missing, ...names.map((name) => this.#equal([name], value))].join(" OR ")})`);
  }

  /**
   * Whatever else is required: it was done by this very call before, which bore this mark. The SDK repeats a
   * call whose answer was lost, and others may have gone on from what it had done.
   */
  orDoneBefore(path: readonly string[], own: AttributeValue): this {
    this.#doneBefore = this.#equal(path, own);
    return this;
  }

  /** The set, which may be missing, lacks the item. */
  requireLacks(set: string, item: string): this {
    return this.#require(`NOT contains(${this.#path([set])}, ${this.#value({ S: item })})`);
  }

  /** The set has at most `max` elements, or is missing. */
  requireAtMost(set: string, max: number): this {
    const path = this.#path([set]);
    return this.#require(
      `(attribute_not_exists(${path}) OR size(${path}) <= ${this.#value({ N: String(max) })})`,
    );
  }

  set(path: readonly string[], value: AttributeValue): this {
    return this.#add("SET", `${this.#path(path)} = ${this.#value(value)}`);
  }

  /** Keeps the value that is there. */
  setOnce(name: string, value: AttributeValue): this {
    const path = this.#path([name]);
    return this.#add("SET", `${path} = if_not_exists(${path}, ${this.#value(value)})`);
  }

  setAll(attributes: Readonly<Record<string, AttributeValue>>): this {
    for (const name in attributes) this.set([name], attributes[name] as AttributeValue);
    return this;
  }

  /** Writes the keys of a map one by one; `undefined` removes a key. */
  setOrRemove(map: string, values: ReadonlyMap<string, StoredValue | undefined> = new Map()): this {
    for (const [key, value] of values) this.setOrRemoveAt([map, toAttributeName(key)], value);
    return this;
  }

  setOrRemoveAt(path: readonly string[], value: StoredValue | undefined): this {
    return value === undefined ? this.#add("REMOVE", this.#path(path)) : this.set(path, toAttribute(value));
  }

  remove(...names: string[]): this {
    for (const name of names) this.#add("REMOVE", this.#path([name]));
    return this;
  }

  /** A missing number is 0. */
  addNumber(name: string, by: number): this {
    return this.#add("ADD", `${this.#path([name])} ${this.#value({ N: String(by) })}`);
  }

  addToSet(name: string, items: ReadonlySet<string>): this {
    if (items.size === 0) return this;
    return this.#add("ADD", `${this.#path([name])} ${this.#value({ SS: [...items] })}`);
  }

  deleteFromSet(name: string, items: ReadonlySet<string>): this {
    if (items.size === 0) return this;
    return this.#add("DELETE", `${this.#path([name])} ${this.#value({ SS: [...items] })}`);
  }

  /** True when the item was written, false when a condition did not hold. */
  write(client: DynamoClient, table: string, key: Record<string, AttributeValue>): Promise<boolean> {
    return conditionMet(client.call("UpdateItem", this.toInput(table, key)));
  }

  toInput(
    table: string,
    key: Record<string, AttributeValue>,
    returnValues?: "ALL_OLD" | "ALL_NEW" | "UPDATED_NEW",
  ): UpdateItemInput {
    const required = this.#conditions.join(" AND ");
    const hasValues = Object.keys(this.#values).length > 0;
    return {
      TableName: table,
      Key: key,
      UpdateExpression: [...this.#clauses]
        .map(([clause, parts]) => `${clause} ${parts.join(", ")}`)
        .join(" "),
      ConditionExpression: this.#doneBefore ? `(${required}) OR ${this.#doneBefore}` : required,
      ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([name, alias]) => [alias, name])),
      ...(returnValues && { ReturnValues: returnValues }),
      ...(hasValues && { ExpressionAttributeValues: this.#values }),
    };
  }

  #require(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  #equal(path: readonly string[], value: AttributeValue): string {
    return `${this.#path(path)} = ${this.#value(value)}`;
  }

  #add(clause: Clause, part: string): this {
    const parts = this.#clauses.get(clause) ?? [];
    this.#clauses.set(clause, [...parts, part]);
    return this;
  }

  #path(names: readonly string[]): string {
    return names.map((name) => this.#name(name)).join(".");
  }

  #name(name: string): string {
    const alias = this.#names.get(name) ?? `#n${this.#names.size}`;
    this.#names.set(name, alias);
    return alias;
  }

  #value(value: AttributeValue): string {
    const alias = `:v${Object.keys(this.#values).length}`;
    this.#values[alias] = value;
    return alias;
  }
}
