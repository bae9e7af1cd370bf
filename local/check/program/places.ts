import type { Binding, NodePath } from "@babel/traverse";
import type { Class, Node } from "@babel/types";
import { argument, nameOf, propertyName, returned } from "./nodes.js";
import { constructorFor } from "./old-constructors.js";
import type { Module } from "./parse-module.js";
import { External, Instance, isPath, Whole } from "./value.js";
import type { Values } from "./values.js";

/**
 * Where something is kept: a variable, a field of a class, a property of an exported object, or a global. Two
 * places are the same if their `key` is.
 */
export interface Place {
  readonly key: unknown;
  /** As the program calls it: `users`, `this.users`, `server.count`. */
  readonly name: string;
  /** Where it is declared, or first assigned. */
  readonly at: NodePath<Node>;
  readonly kind: "variable" | "field" | "property" | "global";
  readonly binding?: Binding;
  readonly field?: { readonly of: NodePath<Class>; readonly name: string; readonly isStatic: boolean };
  /** What it is made as. */
  readonly made: readonly NodePath<Node>[];
}

/** Calls that give away what is kept, not a copy. */
const ELEMENT_OF = /^(get|find|findLast|at|pop|shift|values|entries)$/;
const VISITORS = /^(forEach|map|find|findIndex|filter|some|every|flatMap)$/;

/**
 * Finds what an expression is part of: `room.players` is part of `rooms` after `const room =
 * rooms.get(id)`.
 */
export class Places {
  readonly #values: Values;
  readonly #known = new Map<Node, readonly Place[]>();
  readonly #open = new Set<Node>();
  readonly #byKey = new Map<unknown, Place>();

  constructor(values: Values) {
    this.#values = values;
  }

  of(path: NodePath<Node>): readonly Place[] {
    const known = this.#known.get(path.node);
    if (known) return known;
    if (this.#open.has(path.node)) return [];
    this.#open.add(path.node);
    const places = [...new Set(this.#read(path))];
    this.#open.delete(path.node);
    if (this.#open.size === 0) this.#known.set(path.node, places);
    return places;
  }

  /** The variable itself, not what it was taken from. */
  variable(binding: Binding): Place {
    return this.#place({
      key: binding,
      name: binding.identifier.name,
      at: binding.path.isFunction() ? binding.path : (binding.path as NodePath<Node>),
      kind: "variable",
      binding,
      made: madeFor(binding),
    });
  }

  field(of: NodePath<Class>, name: string, isStatic: boolean): Place | undefined {
    const members = this.#values.classMembers(of, name, isStatic);
    const declared = members.find((each) => !each.isAssignmentExpression()) ?? members[0];
    if (!declared || declared.isMethod({ kind: "method" })) return undefined;
    const owner = (declared.findParent((each) => each.isClass()) ?? of) as NodePath<Class>;
    return this.#place({
      key: fieldKey(owner.node, name, isStatic),
      name: `${isStatic ? (owner.node.id?.name ?? "class") : "this"}.${name}`,
      at: declared,
      kind: "field",
      field: { of: owner, name, isStatic },
      made: members.flatMap((each) =>
        each.isAssignmentExpression()
          ? [each.get("right")]
          : each.isClassProperty() && each.node.value
            ? [each.get("value") as NodePath<Node>]
            : [],
      ),
    });
  }

  #place(place: Place): Place {
    const known = this.#byKey.get(place.key);
    if (known) return known;
    this.#byKey.set(place.key, place);
    return place;
  }

  #read(path: NodePath<Node>): readonly Place[] {
    if (path.isIdentifier()) return this.#ofIdentifier(path);
    if (path.isMemberExpression() || path.isOptionalMemberExpression()) return this.#ofMember(path);
    if (path.isThisExpression()) return this.#ofLiteral(this.#values.literalOf(path));
    if (path.isCallExpression() || path.isOptionalCallExpression()) return this.#ofCall(path);
    if (path.isAwaitExpression()) return this.of(path.get("argument"));
    if (path.isLogicalExpression()) return [...this.of(path.get("left")), ...this.of(path.get("right"))];
    if (path.isConditionalExpression())
      return [...this.of(path.get("consequent")), ...this.of(path.get("alternate"))];
    if (path.isAssignmentExpression())
      return [...this.of(path.get("left") as NodePath<Node>), ...this.of(path.get("right"))];
    if (
      path.isTSAsExpression() ||
      path.isTSNonNullExpression() ||
      path.isTSTypeAssertion() ||
      path.isParenthesizedExpression()
    ) {
      return this.of(path.get("expression") as NodePath<Node>);
    }
    return [];
  }

  #ofIdentifier(path: NodePath<Node>): readonly Place[] {
    const name = nameOf(path.node) ?? "";
    const binding = path.scope.getBinding(name);
    if (!binding) return name === "globalThis" || name === "global" ? [] : this.#global(path, name);
    return this.#ofBinding(binding);
  }

  /** A name that is declared nowhere in the program, and no global of Node. */
  #global(path: NodePath<Node>, name: string): readonly Place[] {
    if (name in globalThis || /^(require|module|exports|__dirname|__filename|undefined)$/.test(name))
      return [];
    return this.#globalPlace(path, name);
  }

  /** Where it is first assigned, as `global.users = …` or without a declaration. */
  #globalPlace(path: NodePath<Node>, name: string): readonly Place[] {
    const made = this.#values.globals(name);
    return [
      this.#place({ key: `global ${name}`, name, at: made[0]?.parentPath ?? path, kind: "global", made }),
    ];
  }

  #ofBinding(binding: Binding): readonly Place[] {
    const { path } = binding;
    if (path.parentPath?.isImportDeclaration()) return this.#imported(path);
    if (binding.kind === "param") return this.#ofParameter(binding);
    if (path.isVariableDeclarator()) {
      const init = path.get("init") as NodePath<Node>;
      const loop = path.parentPath?.parentPath;
      if (!init.node && loop?.isForOfStatement()) return this.of(loop.get("right"));
      if (!init.node && loop?.isForInStatement()) return [];
      const required = init.node ? this.#ofWhole(path, binding) : [];
      if (required.length > 0) return required;
      if (init.node && path.node.id.type !== "Identifier")
        return this.#destructured(path as NodePath<Node>, init, binding);
      const aliased = init.node ? this.of(init) : [];
      const assigned = binding.constantViolations.flatMap((each) =>
        each.isAssignmentExpression({ operator: "=" })
          ? this.of(each.get("right")).filter(({ key }) => key !== binding)
          : [],
      );
      const all = [...aliased, ...assigned];
      // What another object holds and nobody here declares: `const { session } = socket.request`.
      if (all.length > 0 || isPartOfOther(init)) return all;
    }
    if (path.isClass() || path.isFunctionDeclaration()) return [this.variable(binding)];
    return [this.variable(binding)];
  }

  /** `const { users } = require("./state")`, `const users = require("./users")`. */
  #ofWhole(path: NodePath<Node>, binding: Binding): readonly Place[] {
    const init = path.get("init") as NodePath<Node>;
    const values = this.#values.of(init);
    if (!init.isCallExpression() || !values.some((value) => value instanceof Whole)) return [];
    const { id } = path.node as { readonly id: Node };
    if (id.type === "ObjectPattern") {
      const property = id.properties.find(
        (each) => each.type === "ObjectProperty" && each.value === binding.identifier,
      );
      const key = property?.type === "ObjectProperty" ? nameOf(property.key) : undefined;
      return key === undefined
        ? []
        : values.flatMap((value) => (value instanceof Whole ? this.#exported(value.module, key) : []));
    }
    return values.flatMap((value) => (value instanceof Whole ? this.#exported(value.module, "default") : []));
  }

  #destructured(path: NodePath<Node>, init: NodePath<Node>, binding: Binding): readonly Place[] {
    const places = this.of(init);
    if (places.length > 0) return places;
    const { id } = path.node as { readonly id: Node };
    if (id.type !== "ObjectPattern") return [this.variable(binding)];
    const property = id.properties.find(
      (each) => each.type === "ObjectProperty" && each.value === binding.identifier,
    );
    const key = property?.type === "ObjectProperty" ? nameOf(property.key) : undefined;
    const values = key === undefined ? [] : this.#values.of(init);
    const members = values.flatMap((value) => this.#memberOf(value, key ?? ""));
    return members.length > 0 || isPartOfOther(init) || init.isIdentifier()
      ? members
      : [this.variable(binding)];
  }

  #imported(path: NodePath<Node>): readonly Place[] {
    const declaration = path.parentPath;
    if (!declaration?.isImportDeclaration()) return [];
    const name = path.isImportSpecifier()
      ? nameOf(path.node.imported)
      : path.isImportDefaultSpecifier()
        ? "default"
        : undefined;
    const module = this.#values.linkedFrom(path, declaration.node.source.value);
    if (!module || name === undefined) return [];
    return this.#exported(module, name);
  }

  #exported(module: Module, name: string): readonly Place[] {
    return this.#values.exportedPaths(module, name).flatMap((path) => this.#ofExport(path, name));
  }

  /** An exported name, or an object that is exported without one. */
  #ofExport(path: NodePath<Node>, name: string): readonly Place[] {
    if (path.isIdentifier()) return this.#ofIdentifier(path);
    if (path.isFunction() || path.isClass()) return [];
    if (path.isNewExpression()) return [];
    const property = path.parentPath;
    const shown = property?.isObjectProperty() ? nameOf(property.node.key) : name;
    return [
      this.#place({
        key: path.node,
        name: shown ?? name,
        at: (property?.isObjectProperty() ? property : path) as NodePath<Node>,
        kind: "property",
        made: [path],
      }),
    ];
  }

  #ofParameter(binding: Binding): readonly Place[] {
    const { path } = binding;
    const given = this.#values.argumentsFor(path.node).flatMap((each) => this.of(each));
    if (given.length > 0) return given;
    const owner = path.isFunction() ? path : path.getFunctionParent();
    const call = owner?.parentPath;
    // `users.forEach((user) => …)`
    if (owner && call?.isCallExpression() && owner.key === 0 && owner.listKey === "arguments") {
      const callee = call.get("callee");
      if (callee.isMemberExpression()) {
        const name = propertyName(callee.node) ?? "";
        const index = (owner.node as { params: Node[] }).params.indexOf(path.node);
        if (VISITORS.test(name) && index === 0) return this.#containerOf(callee.get("object"));
      }
    }
    return [];
  }

  /** `Object.values(users)` has what `users` has. */
  #containerOf(path: NodePath<Node>): readonly Place[] {
    if (path.isCallExpression()) {
      const callee = path.get("callee");
      const name = propertyName(callee.node) ?? "";
      if (/^(values|entries|from)$/.test(name)) {
        const given = argument(path, 0);
        if (given) return this.of(given);
      }
      if (callee.isMemberExpression() && /^(filter|slice|sort|values)$/.test(name))
        return this.#containerOf(callee.get("object"));
    }
    return this.of(path);
  }

  /** `const state = { users: [], add(user) { this.users.push(user); } }` */
  #ofLiteral(literal: NodePath<Node> | undefined): readonly Place[] {
    const declarator = literal?.parentPath;
    if (!literal || !declarator) return [];
    if (declarator.isVariableDeclarator() && declarator.node.id.type === "Identifier") {
      const binding = declarator.scope.getBinding(declarator.node.id.name);
      return binding ? [this.variable(binding)] : [];
    }
    return [
      this.#place({ key: literal.node, name: "this object", at: literal, kind: "property", made: [literal] }),
    ];
  }

  #ofMember(path: NodePath<Node>): readonly Place[] {
    const object = path.get("object") as NodePath<Node>;
    const name = propertyName(path.node);
    if (name === undefined) return this.of(object);
    const { node } = object;
    if (
      node.type === "Identifier" &&
      /^(global|globalThis)$/.test(node.name) &&
      !object.scope.hasBinding(node.name)
    ) {
      return name in globalThis ? [] : this.#globalPlace(path, name);
    }
    const members = this.#values.of(object).flatMap((value) => this.#memberOf(value, name));
    if (members.length > 0) return members;
    const owner = constructorFor(object);
    return owner ? this.#ofConstructed(owner, name, path) : this.of(object);
  }

  /** `this.players` of `function Game() { this.players = {}; }` and of its prototype. */
  #ofConstructed(owner: NodePath<Node>, name: string, path: NodePath<Node>): readonly Place[] {
    let first: NodePath<Node> | undefined;
    owner.traverse({
      AssignmentExpression(each) {
        const { left } = each.node;
        if (first || propertyName(left) !== name || left.type !== "MemberExpression") return;
        if (constructorFor(each.get("left").get("object") as NodePath<Node>)?.node === owner.node)
          first = each;
      },
    });
    const made = first?.isAssignmentExpression() ? [first.get("right") as NodePath<Node>] : [];
    return [
      this.#place({
        key: fieldKey(owner.node, name, false),
        name: `this.${name}`,
        at: first ?? path,
        kind: "property",
        made,
      }),
    ];
  }

  #memberOf(value: unknown, name: string): readonly Place[] {
    if (value instanceof Whole) return this.#exported(value.module, name);
    if (value instanceof Instance) {
      const field = this.field(value.of, name, false);
      return field ? [field] : [];
    }
    if (value instanceof External) return [];
    const path = value as NodePath<Node>;
    if (isPath(path) && path.isClass()) {
      const field = this.field(path, name, true);
      return field ? [field] : [];
    }
    return [];
  }

  #ofCall(path: NodePath<Node>): readonly Place[] {
    const callee = path.get("callee") as NodePath<Node>;
    if (callee.isMemberExpression() || callee.isOptionalMemberExpression()) {
      const name = propertyName(callee.node) ?? "";
      const object = callee.get("object") as NodePath<Node>;
      if (
        /^(values|entries|from)$/.test(name) &&
        object.isIdentifier() &&
        /^(Object|Array)$/.test(object.node.name)
      ) {
        const given = argument(path, 0);
        return given ? this.of(given) : [];
      }
      if (ELEMENT_OF.test(name)) {
        const source = this.#containerOf(object);
        if (source.length > 0) return source;
      }
    }
    return this.#values
      .functionsOf(callee)
      .flatMap((each) => returned(each).flatMap((value) => this.#kept(value)));
  }

  /** What a function gives away: an element that outlives it, not an object that it makes. */
  #kept(path: NodePath<Node>): readonly Place[] {
    if (
      path.isIdentifier() ||
      path.isMemberExpression() ||
      path.isCallExpression() ||
      path.isLogicalExpression()
    )
      return this.of(path);
    return [];
  }
}

function isPartOfOther(init: NodePath<Node>): boolean {
  return init.isMemberExpression() || init.isOptionalMemberExpression() || init.isThisExpression();
}

/** One key for a field of a class, wherever it is used. */
const keys = new WeakMap<Node, Map<string, object>>();
function fieldKey(of: Node, name: string, isStatic: boolean): object {
  const fields = keys.get(of) ?? new Map<string, object>();
  keys.set(of, fields);
  const id = `${isStatic} ${name}`;
  const key = fields.get(id) ?? {};
  fields.set(id, key);
  return key;
}

function madeFor({ path, constantViolations }: Binding): NodePath<Node>[] {
  const init = path.isVariableDeclarator() && path.node.init ? [path.get("init") as NodePath<Node>] : [];
  const assigned = constantViolations.flatMap((each) =>
    each.isAssignmentExpression({ operator: "=" }) ? [each.get("right") as NodePath<Node>] : [],
  );
  return [...init, ...assigned];
}
