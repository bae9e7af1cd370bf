/** Builds an `UpdateItem` from named clauses, so that user input only ever stands in names and values, never in syntax. */
import { type AttributeValue, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type StoredValue, toAttribute, toAttributeName } from "./value.js";

type Clause = "SET" | "REMOVE" | "ADD" | "DELETE";

export class UpdateExpression {
  readonly #clauses = new Map<Clause, string[]>();
  readonly #conditions: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};

  requireExists(name: string): this {
    this.#conditions.push(`attribute_exists(${this.#path([name])})`);
    return this;
  }

  requireMissing(name: string): this {
    this.#conditions.push(`attribute_not_exists(${this.#path([name])})`);
    return this;
  }

  requireEqual(path: readonly string[], value: AttributeValue): this {
    this.#conditions.push(`${this.#path(path)} = ${this.#value(value)}`);
    return this;
  }

  /** The set, which may be missing, lacks the item. */
  requireLacks(set: string, item: string): this {
    this.#conditions.push(`NOT contains(${this.#path([set])}, ${this.#value({ S: item })})`);
    return this;
  }

  set(path: readonly string[], value: AttributeValue): this {
    return this.#add("SET", `${this.#path(path)} = ${this.#value(value)}`);
  }

  /** Writes the keys of a map one by one; `undefined` removes a key. */
  setOrRemove(map: string, values: ReadonlyMap<string, StoredValue | undefined> = new Map()): this {
    for (const [key, value] of values) {
      const path = [map, toAttributeName(key)];
      if (value === undefined) this.#add("REMOVE", this.#path(path));
      else this.set(path, toAttribute(value));
    }
    return this;
  }

  remove(...names: string[]): this {
    for (const name of names) this.#add("REMOVE", this.#path([name]));
    return this;
  }

  addToSet(name: string, items: ReadonlySet<string>): this {
    if (items.size === 0) return this;
    return this.#add("ADD", `${this.#path([name])} ${this.#value({ SS: [...items] })}`);
  }

  deleteFromSet(name: string, items: ReadonlySet<string>): this {
    if (items.size === 0) return this;
    return this.#add("DELETE", `${this.#path([name])} ${this.#value({ SS: [...items] })}`);
  }

  toCommand(table: string, key: Record<string, AttributeValue>): UpdateItemCommand {
    const hasValues = Object.keys(this.#values).length > 0;
    return new UpdateItemCommand({
      TableName: table,
      Key: key,
      UpdateExpression: [...this.#clauses]
        .map(([clause, parts]) => `${clause} ${parts.join(", ")}`)
        .join(" "),
      ConditionExpression: this.#conditions.join(" AND "),
      ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([name, alias]) => [alias, name])),
      ...(hasValues && { ExpressionAttributeValues: this.#values }),
    });
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
