import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import { type Module, type Problem, parseModule } from "./parse-module.js";
import { FileResolver } from "./resolve-file.js";

/** All files that the entry reaches by imports, outside of node_modules. */
export interface Sources {
  readonly entry: string;
  readonly modules: readonly Module[];
  readonly problems: readonly Problem[];
  /** The module that an import in this module names; undefined for packages. */
  linked(from: Module, specifier: string): Module | undefined;
}

/**
 * Reads a program from its entry: `import`, `export … from`, `require()`, `import()`, and TypeScript's
 * `import x = require()`.
 *
 * @param entry Absolute path of a file that exists
 */
export function loadSources(entry: string): Sources {
  const resolver = new FileResolver();
  const modules = new Map<string, Module>();
  const links = new Map<Module, Map<string, string>>();
  const problems: Problem[] = [];
  const waiting = [entry];
  const seen = new Set(waiting);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const parsed = parseModule(file);
    if ("message" in parsed) {
      problems.push(parsed);
      continue;
    }
    modules.set(file, parsed);
    const found = new Map<string, string>();
    links.set(parsed, found);
    for (const specifier of specifiersOf(parsed)) {
      const target = resolver.resolve(specifier, file);
      if (target === undefined) continue;
      found.set(specifier, target);
      if (seen.has(target)) continue;
      seen.add(target);
      waiting.push(target);
    }
  }
  return {
    entry,
    modules: [...modules.values()],
    problems,
    linked: (from, specifier) => modules.get(links.get(from)?.get(specifier) ?? ""),
  };
}

function specifiersOf({ path }: Module): Set<string> {
  const specifiers = new Set<string>();
  const add = (node: Node | null | undefined) => {
    if (node?.type === "StringLiteral") specifiers.add(node.value);
    if (node?.type === "TemplateLiteral" && node.quasis.length === 1) {
      specifiers.add(node.quasis[0]?.value.cooked ?? "");
    }
  };
  path.traverse({
    ImportDeclaration: ({ node }) => add(node.source),
    ExportNamedDeclaration: ({ node }) => add(node.source),
    ExportAllDeclaration: ({ node }) => add(node.source),
    TSExternalModuleReference: ({ node }) => add(node.expression),
    CallExpression: (call) => add(requiredBy(call)),
  });
  return specifiers;
}

/** What `require(…)` or `import(…)` names. */
export function requiredBy({ node }: NodePath<Node>): Node | undefined {
  if (node.type !== "CallExpression") return undefined;
  const isRequire = node.callee.type === "Identifier" && node.callee.name === "require";
  return isRequire || node.callee.type === "Import" ? node.arguments[0] : undefined;
}
