/** The steps of a path into a JSON value: keys, and indexes as text. */
export type JsonPath = readonly string[];

/** `.a.b`, `.a[0].b` and `['a b'].c`; undefined for any other form. The empty path is the value itself. */
export function parseJsonPath(path: string): JsonPath | undefined {
  const step = /\.?([^.[\]'"]+)|\[(\d+)\]|\[(['"])(.+?)\3\]/y;
  const keys: string[] = [];
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    const key = match?.[1] ?? match?.[2] ?? match?.[4];
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return keys;
}

/** What stands at the path; undefined where there is nothing. Inherited properties are nothing. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
