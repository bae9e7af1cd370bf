import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { Module } from "./parse-module.js";

interface Exports {
  /** Expressions and declarations of this module. */
  readonly own: readonly NodePath<Node>[];
  /** Module and name there; without a name, the whole module. */
  readonly forwarded: readonly (readonly [string, string | undefined])[];
}

interface AllExports {
  readonly own: Map<string, NodePath<Node>[]>;
  readonly forwarded: Map<string, (readonly [string, string | undefined])[]>;
  readonly stars: string[];
  readonly whole: NodePath<Node>[];
}

const read = new WeakMap<Module, AllExports>();

/** What a module exports under a name, in ES modules and in CommonJS. */
export function exportedBy(module: Module, name: string): Exports {
  const { own, forwarded, stars } = exportsOf(module);
  const found = own.get(name) ?? [];
  const fromOthers = forwarded.get(name) ?? [];
  if (found.length + fromOthers.length > 0) return { own: found, forwarded: fromOthers };
  return { own: [], forwarded: stars.map((source) => [source, name] as const) };
}

/** What is assigned to `module.exports`. */
export function wholeExport(module: Module): readonly NodePath<Node>[] {
  return exportsOf(module).whole;
}

function exportsOf(module: Module): AllExports {
  const known = read.get(module);
  if (known) return known;
  const all: AllExports = { own: new Map(), forwarded: new Map(), stars: [], whole: [] };
  read.set(module, all);
  const add = (name: string, path: NodePath<Node>) => all.own.set(name, [...(all.own.get(name) ?? []), path]);
  module.path.traverse({
    ExportNamedDeclaration(path) {
      const { source } = path.node;
      for (const specifier of path.get("specifiers")) {
        const exported = nameOf((specifier.node as { exported: Node }).exported);
        if (source) {
          const imported = specifier.isExportSpecifier() ? nameOf(specifier.node.local) : undefined;
          const list = all.forwarded.get(exported) ?? [];
          all.forwarded.set(exported, [...list, [source.value, imported]]);
        } else if (specifier.isExportSpecifier()) add(exported, specifier.get("local"));
      }
      const declaration = path.get("declaration");
      if (declaration.isVariableDeclaration()) {
        for (const declarator of declaration.get("declarations")) {
          for (const [name, id] of Object.entries(declarator.getBindingIdentifierPaths())) add(name, id);
        }
      } else if (declaration.node && "id" in declaration.node && declaration.node.id) {
        add(nameOf(declaration.node.id as Node), declaration as NodePath<Node>);
      }
    },
    ExportDefaultDeclaration: (path) => {
      add("default", path.get("declaration") as NodePath<Node>);
    },
    TSExportAssignment: (path) => {
      all.whole.push(path.get("expression"));
    },
    ExportAllDeclaration: (path) => {
      all.stars.push(path.node.source.value);
    },
    AssignmentExpression(path) {
      const left = path.get("left");
      if (!left.isMemberExpression() || left.node.computed) return;
      if (isModuleExports(left)) {
        all.whole.push(path.get("right"));
        return;
      }
      const object = left.get("object");
      const isOwn =
        isModuleExports(object) ||
        (object.isIdentifier({ name: "exports" }) && !path.scope.hasBinding("exports"));
      if (isOwn) add(nameOf(left.node.property), path.get("right"));
    },
  });
  return all;
}

function isModuleExports(path: NodePath<Node>): boolean {
  return path.matchesPattern("module.exports") && !path.scope.hasBinding("module");
}

function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : "";
}
