import { describe, expect, it } from "vitest";
import { circles, importGraph, importsOf } from "../support/import-graph.js";

/**
 * From the bottom to the top, as `runtime/README.md` tells it: nothing imports what is above it. A name is a
 * folder, or a file of `runtime/` itself; a file with its folder stands apart from it.
 */
const LAYERS = [
  ["errors", "contract", "aws-limits", "client-limits", "log", "async", "socket-io/internals"],
  ["protocol", "http"],
  ["store"],
  ["delivery"],
  ["backend"],
  ["polling", "emitter"],
  ["runtime", "connection", "rooms", "recovery", "values", "app-servers", "user-code", "socket-io", "tasks"],
  ["events"],
  ["bind-server", "long-polling"],
  ["handlers"],
  ["index"],
];

/**
 * Interfaces and `Scope`: a server has connections, a connection has sessions, and code runs in the scope of
 * one.
 */
const FOUR_NOUNS = [
  "runtime/connection/connection.ts",
  "runtime/connection/scope.ts",
  "runtime/connection/session.ts",
  "runtime/runtime.ts",
];

describe("the imports of the runtime", () => {
  it("have no circle of values", () => {
    expect(circles(importGraph("runtime", { types: false }))).toEqual([]);
  });

  it("have one circle of types, of the four nouns that name each other", () => {
    expect(circles(importGraph("runtime", { types: true }))).toEqual([FOUR_NOUNS]);
  });

  it("go down, or to the same layer", () => {
    const up: string[] = [];
    for (const [file, imports] of importGraph("runtime", { types: true })) {
      for (const imported of imports) {
        if (layerOf(imported) > layerOf(file)) up.push(`${file} imports ${imported}`);
      }
    }
    expect(up).toEqual([]);
  });

  it("stay within it", () => {
    const outside = [...importGraph("runtime", { types: true })].flatMap(([file, imports]) =>
      [...imports].filter((to) => !to.startsWith("runtime/")).map((to) => `${file} imports ${to}`),
    );
    expect(outside).toEqual([]);
  });
});

describe("circles", () => {
  const graph = (edges: Record<string, string[]>) =>
    new Map(Object.entries(edges).map(([file, to]) => [file, new Set(to)]));

  it("are found behind each other, and joined where they share a file", () => {
    expect(circles(graph({ a: ["b"], b: ["a", "c"], c: ["d"], d: ["c", "e"], e: [] }))).toEqual([
      ["c", "d"],
      ["a", "b"],
    ]);
    expect(circles(graph({ a: ["b", "c"], b: ["a"], c: ["a"] }))).toEqual([["a", "b", "c"]]);
  });

  it("need a way back", () => {
    expect(circles(graph({ a: ["b", "c"], b: ["c"], c: [] }))).toEqual([]);
  });
});

describe("an import", () => {
  const source =
    'import { type A, b } from "./b.js";\nimport type { C } from "../c.js";\nimport { type D } from "./d.js";\n';

  it("of types alone is left out where values are asked for", () => {
    expect([...importsOf("runtime/x/a.ts", source, false)]).toEqual(["runtime/x/b.ts"]);
    expect([...importsOf("runtime/x/a.ts", source, true)]).toEqual([
      "runtime/x/b.ts",
      "runtime/c.ts",
      "runtime/x/d.ts",
    ]);
  });
});

function layerOf(file: string): number {
  const [, first = "", second] = file.replace(/\.ts$/, "").split("/");
  const own = LAYERS.findIndex((names) => names.includes(`${first}/${second}`));
  const layer = own === -1 ? LAYERS.findIndex((names) => names.includes(first)) : own;
  if (layer === -1)
    throw new Error(`${file} is in no layer. Give it one in this test, and in runtime/README.md.`);
  return layer;
}
