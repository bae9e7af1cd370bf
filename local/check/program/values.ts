import type { Binding, NodePath } from "@babel/traverse";
import type { Class, Function as FunctionNode, Node, Program } from "@babel/types";
import { requiredBy, type Sources } from "./load-program.js";
import { MethodsByName } from "./methods-by-name.js";
import { exportedBy, wholeExport } from "./module-exports.js";
import type { Module } from "./parse-module.js";

/** What comes from a package, or is global: `{ source: "socket.io", name: "new Server.of()" }`. */
export class External {
  readonly source: string;
  readonly name: string;

  constructor(source: string, name: string) {
    this.source = source;
    this.name = name;
  }

  extended(next: string): External {
    return new External(this.source, this.name + next);
  }
}

/** A module as a whole: its namespace, or its `module.exports`. */
export class Whole {
  readonly module: Module;

  constructor(module: Module) {
    this.module = module;
  }
}

/** An object of a class of the program. */
export class Instance {
  readonly of: NodePath<Class>;

  constructor(of: NodePath<Class>) {
    this.of = of;
  }
}

/**
 * What an expression may hold, as far as it can be read: a function, a class, a literal, an enumeration or a
 * call as they stand in the source, or one of the above.
 */
export type Value = NodePath<Node> | External | Whole | Instance;

export const GLOBAL = "global";

/** Follows names through variables, imports, properties, parameters, and what functions return. */
export class Values {
  readonly #sources: Sources;
  readonly #modules = new Map<Program, Module>();
  readonly #known = new Map<Node, readonly Value[]>();
  readonly #open = new Set<Node>();
  #globals: ReadonlyMap<string, readonly NodePath<Node>[]> | undefined;
  /** Arguments of all calls that are known, by the parameter that takes them. */
  #argumentsOf: ReadonlyMap<Node, readonly NodePath<Node>[]> = new Map();

  /** For calls on objects of which nothing is known. */
  readonly methods: MethodsByName;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.methods = new MethodsByName(sources.modules);
    for (const module of sources.modules) this.#modules.set(module.path.node, module);
    this.#argumentsOf = this.#readCalls();
    this.#known.clear();
  }

  moduleOf(path: NodePath<Node>): Module {
    const module = this.#modules.get(path.scope.getProgramParent().path.node as Program);
    if (!module) throw new Error("A node of no module");
    return module;
  }

  of(path: NodePath<Node> | null | undefined): readonly Value[] {
    if (!path?.node) return [];
    const known = this.#known.get(path.node);
    if (known) return known;
    // A name that is defined by itself has no value that could be read.
    if (this.#open.has(path.node)) return [];
    this.#open.add(path.node);
    const values = [...new Set(this.#read(path))];
    this.#open.delete(path.node);
    if (this.#open.size === 0 || values.length > 0) this.#known.set(path.node, values);
    return values;
  }

  functionsOf(path: NodePath<Node> | null | undefined): NodePath<FunctionNode>[] {
    return this.of(path).filter(
      (value): value is NodePath<FunctionNode> => isPath(value) && value.isFunction(),
    );
  }

  ofBinding(binding: Binding): readonly Value[] {
    const { path } = binding;
    if (binding.kind === "param") return this.#ofParameter(binding);
    if (path.isVariableDeclarator()) {
      const assigned = binding.constantViolations.flatMap((each) =>
        each.isAssignmentExpression({ operator: "=" }) && each.get("left").isIdentifier()
          ? this.of(each.get("right"))
          : [],
      );
      const { id } = path.node;
      const typed = id.type === "Identifier" ? this.#ofType(id.typeAnnotation, path) : [];
      return [
        ...this.#ofPattern(path.get("id"), binding, this.of(path.get("init") as NodePath<Node>)),
        ...assigned,
        ...typed,
      ];
    }
    const parent = path.parentPath;
    if (parent?.isImportDeclaration()) {
      const { value: source } = parent.node.source;
      const module = this.#sources.linked(this.moduleOf(path), source);
      if (path.isImportNamespaceSpecifier())
        return module ? [new Whole(module)] : [new External(source, "default")];
      const name = path.isImportSpecifier() ? (nameOf(path.node.imported) ?? "default") : "default";
      return module ? this.exported(module, name) : [new External(source, name)];
    }
    if (path.isTSImportEqualsDeclaration()) {
      const reference = path.node.moduleReference;
      if (reference.type !== "TSExternalModuleReference") return [];
      return this.#ofModule(this.moduleOf(path), reference.expression.value);
    }
    return [path];
  }

  /** The values that a module exports under a name. */
  exported(module: Module, name: string): readonly Value[] {
    const { own, forwarded } = exportedBy(module, name);
    const values = own.flatMap((each) => this.of(each));
    const others = forwarded.flatMap(([source, imported]) => {
      const target = this.#sources.linked(module, source);
      if (!target) return imported ? [new External(source, imported)] : [];
      return imported === undefined
        ? [new Whole(target)]
        : target === module
          ? []
          : this.exported(target, imported);
    });
    if (values.length + others.length > 0) return [...values, ...others];
    const whole = wholeExport(module);
    if (whole.length === 0) return [];
    const all = whole.flatMap((each) => this.of(each));
    return name === "default" ? all : all.flatMap((value) => this.member(value, name));
  }

  /** The module that an import at a path names. */
  linkedFrom(path: NodePath<Node>, specifier: string): Module | undefined {
    return this.#sources.linked(this.moduleOf(path), specifier);
  }

  /** The expressions and names that a module exports under a name, not what they hold. */
  exportedPaths(module: Module, name: string): readonly NodePath<Node>[] {
    const { own, forwarded } = exportedBy(module, name);
    const others = forwarded.flatMap(([source, imported]) => {
      const target = this.#sources.linked(module, source);
      return target && target !== module && imported !== undefined
        ? this.exportedPaths(target, imported)
        : [];
    });
    if (own.length + others.length > 0) return [...own, ...others];
    return wholeExport(module).flatMap((whole): NodePath<Node>[] => {
      if (name === "default" || !whole.isObjectExpression()) return [whole];
      return whole
        .get("properties")
        .flatMap((property): NodePath<Node>[] =>
          property.isObjectProperty() && nameOf(property.node.key) === name
            ? [property.get("value") as NodePath<Node>]
            : [],
        );
    });
  }

  /** The values of a property. */
  member(value: Value, name: string): readonly Value[] {
    if (value instanceof External) {
      return [
        name === "default"
          ? value
          : value.name === "default"
            ? new External(value.source, name)
            : value.extended(`.${name}`),
      ];
    }
    if (value instanceof Whole) return this.exported(value.module, name);
    if (value instanceof Instance)
      return this.classMembers(value.of, name, false).flatMap((each) => this.#ofMember(each));
    if (value.isClass()) return this.classMembers(value, name, true).flatMap((each) => this.#ofMember(each));
    if (value.isObjectExpression()) {
      return value.get("properties").flatMap((property): readonly Value[] => {
        if (property.isObjectMethod()) return nameOf(property.node.key) === name ? [property] : [];
        if (property.isSpreadElement())
          return this.of(property.get("argument")).flatMap((each) => this.member(each, name));
        return property.isObjectProperty() && nameOf(property.node.key) === name
          ? this.of(property.get("value"))
          : [];
      });
    }
    if (value.isTSEnumDeclaration()) {
      return value.get("members").flatMap((member) => {
        const initializer = member.get("initializer");
        return nameOf(member.node.id) === name && initializer.node ? [initializer as NodePath<Node>] : [];
      });
    }
    return [];
  }

  /**
   * Methods, fields, parameter properties, and assignments to `this` of that name, in a class and in those
   * that it extends.
   */
  classMembers(of: NodePath<Class>, name: string, isStatic: boolean): NodePath<Node>[] {
    const members = of
      .get("body")
      .get("body")
      .flatMap((member): NodePath<Node>[] => {
        if (!("key" in member.node) || nameOf(member.node.key as Node) !== name) return [];
        return Boolean((member.node as { static?: boolean | null }).static) === isStatic
          ? [member as NodePath<Node>]
          : [];
      });
    if (!isStatic) members.push(...assignedToThis(of, name), ...parameterProperties(of, name));
    const parents = this.of(of.get("superClass") as NodePath<Node>)
      .filter(isPath)
      .filter((each) => each.isClass());
    return [...members, ...parents.flatMap((each) => this.classMembers(each, name, isStatic))];
  }

  /** The class that `this` means here. */
  classOf(path: NodePath<Node>): NodePath<Class> | undefined {
    const owner = path.findParent(
      (each) =>
        each.isClass() ||
        (each.isFunction() && !each.isArrowFunctionExpression() && !each.isMethod()) ||
        each.isObjectMethod(),
    );
    return owner?.isClass() ? owner : undefined;
  }

  /** The object literal that `this` means here: one whose functions use it. */
  literalOf(path: NodePath<Node>): NodePath<Node> | undefined {
    const owner = path.findParent((each) => each.isFunction() && !each.isArrowFunctionExpression());
    if (owner?.isObjectMethod()) return owner.parentPath;
    const property = owner?.parentPath;
    return property?.isObjectProperty() ? (property.parentPath as NodePath<Node>) : undefined;
  }

  /** What is assigned to a global: `global.users = new Map()`, or a name that is declared nowhere. */
  globals(name: string): readonly NodePath<Node>[] {
    if (!this.#globals) {
      const all = new Map<string, NodePath<Node>[]>();
      for (const { path } of this.#sources.modules) {
        path.traverse({
          AssignmentExpression(each) {
            const left = each.get("left");
            const key = globalName(left as NodePath<Node>);
            if (key !== undefined) all.set(key, [...(all.get(key) ?? []), each.get("right")]);
          },
        });
      }
      this.#globals = all;
    }
    return this.#globals.get(name) ?? [];
  }

  argumentsFor(parameter: Node): readonly NodePath<Node>[] {
    return this.#argumentsOf.get(parameter) ?? [];
  }

  #read(path: NodePath<Node>): readonly Value[] {
    if (path.isIdentifier()) {
      const binding = path.scope.getBinding(path.node.name);
      return binding ? this.ofBinding(binding) : [new External(GLOBAL, path.node.name)];
    }
    if (path.isThisExpression()) {
      const owner = this.classOf(path);
      if (owner) return [isInStatic(path) ? owner : new Instance(owner)];
      const literal = this.literalOf(path);
      return literal ? [literal] : [];
    }
    if (path.isMemberExpression() || path.isOptionalMemberExpression()) {
      const name = propertyName(path.node);
      return name === undefined ? [] : this.#ofProperty(path, name);
    }
    if (path.isNewExpression()) {
      return this.of(path.get("callee")).flatMap((value): Value[] => {
        if (value instanceof External) return [new External(value.source, `new ${value.name}`)];
        return isPath(value) && value.isClass() ? [new Instance(value)] : [path];
      });
    }
    if (path.isCallExpression() || path.isOptionalCallExpression())
      return this.#ofCall(path as NodePath<Node>);
    if (path.isAwaitExpression()) return this.of(path.get("argument"));
    if (path.isAssignmentExpression()) return this.of(path.get("right"));
    if (path.isConditionalExpression())
      return [...this.of(path.get("consequent")), ...this.of(path.get("alternate"))];
    if (path.isLogicalExpression()) return [...this.of(path.get("left")), ...this.of(path.get("right"))];
    if (path.isSequenceExpression()) return this.of(path.get("expressions").at(-1));
    if (
      path.isTSAsExpression() ||
      path.isTSNonNullExpression() ||
      path.isTSSatisfiesExpression() ||
      path.isTSTypeAssertion() ||
      path.isParenthesizedExpression()
    ) {
      const type = "typeAnnotation" in path.node ? this.#ofType(path.node, path) : [];
      return [...this.of(path.get("expression") as NodePath<Node>), ...type];
    }
    return [path];
  }

  #ofProperty(path: NodePath<Node>, name: string): readonly Value[] {
    const object = path.get("object") as NodePath<Node>;
    const node = object.node;
    if (
      node.type === "Identifier" &&
      node.name === "module" &&
      name === "exports" &&
      !object.scope.hasBinding("module")
    ) {
      return [new Whole(this.moduleOf(path))];
    }
    return this.of(object).flatMap((value) => this.member(value, name));
  }

  #ofCall(path: NodePath<Node>): readonly Value[] {
    const required = requiredBy(path);
    if (required) {
      return required.type === "StringLiteral" ? this.#ofModule(this.moduleOf(path), required.value) : [];
    }
    const callee = path.get("callee") as NodePath<Node>;
    if (callee.isMemberExpression()) {
      const name = propertyName(callee.node);
      if (name === "bind") return this.of(callee.get("object"));
      if (/^(get|find|findLast|at|pop|shift)$/.test(name ?? "")) {
        const elements = this.#elementsOf(callee.get("object"));
        if (elements.length > 0) return elements;
      }
      if (name === "freeze" || name === "seal") return this.of(argument(path, 0));
    }
    return this.of(callee).flatMap((value): readonly Value[] => {
      if (value instanceof External) return [value.extended("()")];
      if (!isPath(value) || !value.isFunction()) return [path];
      const typed = this.#ofType((value.node as { returnType?: Node | null }).returnType, value);
      return [...returned(value).flatMap((each) => this.of(each)), ...typed];
    });
  }

  #ofModule(from: Module, specifier: string): readonly Value[] {
    const module = this.#sources.linked(from, specifier);
    if (!module) return [new External(specifier, "default")];
    const whole = wholeExport(module);
    const values = whole.flatMap((each) => this.of(each));
    return [...values, new Whole(module)];
  }

  #ofMember(member: NodePath<Node>): readonly Value[] {
    if (member.isAssignmentExpression()) return this.of(member.get("right"));
    if (member.isFunction())
      return member.isMethod({ kind: "get" }) ? returned(member).flatMap((each) => this.of(each)) : [member];
    if (member.isClassProperty() || member.isClassPrivateProperty() || member.isClassAccessorProperty()) {
      const value = member.get("value") as NodePath<Node>;
      return [
        ...this.of(value),
        ...this.#ofType((member.node as { typeAnnotation?: Node | null }).typeAnnotation, member),
      ];
    }
    if (member.isTSParameterProperty()) {
      const parameter = member.get("parameter");
      const { typeAnnotation } = parameter.node as { typeAnnotation?: Node | null };
      const given = this.argumentsFor(member.node).flatMap((each) => this.of(each));
      return [...this.#ofType(typeAnnotation, member), ...given];
    }
    return [];
  }

  #ofParameter({ path, identifier }: Binding): readonly Value[] {
    const parameter = path.isAssignmentPattern() ? path.get("left") : path;
    const fallback = path.isAssignmentPattern() ? this.of(path.get("right")) : [];
    const inner = parameter.isTSParameterProperty() ? parameter.get("parameter") : parameter;
    const given = this.argumentsFor(path.node).flatMap((each) => this.of(each));
    if (inner.isIdentifier()) {
      return [...this.#ofType(inner.node.typeAnnotation, path), ...given, ...fallback];
    }
    return this.#fromPattern(inner as NodePath<Node>, identifier, given);
  }

  #ofPattern(id: NodePath<Node>, { identifier }: Binding, values: readonly Value[]): readonly Value[] {
    return id.isIdentifier() ? values : this.#fromPattern(id, identifier, values);
  }

  #fromPattern(pattern: NodePath<Node>, wanted: Node, values: readonly Value[]): readonly Value[] {
    const keys = keysTo(pattern.node, wanted);
    return keys
      ? keys.reduce((all, key) => all.flatMap((value) => this.member(value, key)), [...values])
      : [];
  }

  /** Objects of the classes that a type names. Types of packages count as what they make. */
  #ofType(annotation: Node | null | undefined, at: NodePath<Node>): readonly Value[] {
    const type =
      annotation && "typeAnnotation" in annotation ? (annotation.typeAnnotation as Node) : annotation;
    if (type?.type === "TSUnionType") return type.types.flatMap((each) => this.#ofType(each, at));
    if (type?.type !== "TSTypeReference") return [];
    if (type.typeName.type === "Identifier" && type.typeName.name === "Promise")
      return this.#ofType(typeArguments(type)[0], at);
    const { typeName } = type;
    const name =
      typeName.type === "Identifier"
        ? typeName.name
        : typeName.type === "TSQualifiedName"
          ? nameOf(typeName.right)
          : "";
    const root =
      typeName.type === "TSQualifiedName" && typeName.left.type === "Identifier" ? typeName.left.name : name;
    const binding = at.scope.getBinding(root ?? "");
    const named = binding ? this.ofBinding(binding) : [new External(GLOBAL, root ?? "")];
    const values = root === name ? named : named.flatMap((value) => this.member(value, name ?? ""));
    return values.flatMap((value): Value[] => {
      if (value instanceof External) return [new External(value.source, `new ${value.name}`)];
      return isPath(value) && value.isClass() ? [new Instance(value)] : [];
    });
  }

  /** Objects of the class that a collection is declared to hold: `Game[]`, `Map<string, Game>`. */
  #elementsOf(collection: NodePath<Node>): readonly Value[] {
    return this.#declared(collection).flatMap(([annotation, at]) => {
      const type = annotation.type === "TSTypeAnnotation" ? annotation.typeAnnotation : annotation;
      if (type.type === "TSArrayType") return this.#ofType(type.elementType, at);
      const given = typeArguments(type);
      return given.length > 0 ? this.#ofType(given.at(-1), at) : [];
    });
  }

  /** The types that a variable or a field is declared with, or made with: `new Map<string, Game>()`. */
  #declared(path: NodePath<Node>): (readonly [Node, NodePath<Node>])[] {
    const typesOf = (node: Node | null | undefined, value: NodePath<Node>, at: NodePath<Node>) => {
      const annotation = (node as { typeAnnotation?: Node | null } | null)?.typeAnnotation;
      const made =
        value.isNewExpression() && typeArguments(value.node).length > 0
          ? [[value.node as Node, at] as const]
          : [];
      return [...(annotation ? [[annotation, at] as const] : []), ...made];
    };
    if (path.isIdentifier()) {
      const declarator = path.scope.getBinding(path.node.name)?.path;
      if (!declarator?.isVariableDeclarator()) return [];
      return typesOf(
        declarator.node.id as Node,
        declarator.get("init") as NodePath<Node>,
        declarator as NodePath<Node>,
      );
    }
    const name = propertyName(path.node);
    if (name === undefined) return [];
    return this.of(path.get("object") as NodePath<Node>).flatMap((value) => {
      const owner =
        value instanceof Instance ? value.of : isPath(value) && value.isClass() ? value : undefined;
      const members = owner ? this.classMembers(owner, name, !(value instanceof Instance)) : [];
      return members.flatMap((member) =>
        member.isClassProperty() || member.isClassPrivateProperty()
          ? typesOf(member.node, member.get("value") as NodePath<Node>, member)
          : [],
      );
    });
  }

  #readCalls(): Map<Node, NodePath<Node>[]> {
    const all = new Map<Node, NodePath<Node>[]>();
    const add = (callee: NodePath<Node>, given: readonly NodePath<Node>[]) => {
      const known = this.of(callee);
      const name = propertyName(callee.node);
      const isUnknown =
        known.length === 0 &&
        name !== undefined &&
        this.of(callee.get("object") as NodePath<Node>).length === 0;
      for (const value of isUnknown ? this.methods.of(name) : known) {
        const target = isPath(value) && value.isClass() ? constructorOf(value) : value;
        if (!(target && isPath(target) && target.isFunction())) continue;
        const parameters = target.get("params") as NodePath<Node>[];
        parameters.forEach((parameter, index) => {
          const argument = given[index];
          if (argument) all.set(parameter.node, [...(all.get(parameter.node) ?? []), argument]);
        });
      }
    };
    for (const { path } of this.#sources.modules) {
      path.traverse({
        CallExpression: (call) =>
          add(call.get("callee") as NodePath<Node>, call.get("arguments") as NodePath<Node>[]),
        OptionalCallExpression: (call) =>
          add(call.get("callee") as NodePath<Node>, call.get("arguments") as NodePath<Node>[]),
        NewExpression: (call) =>
          add(call.get("callee") as NodePath<Node>, call.get("arguments") as NodePath<Node>[]),
      });
    }
    return all;
  }
}

export function isPath(value: Value): value is NodePath<Node> {
  return !(value instanceof External || value instanceof Whole || value instanceof Instance);
}

/** `key`, `"key"`, `#key`; undefined for what is computed. */
export function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "StringLiteral") return node.value;
  if (node.type === "PrivateName") return `#${node.id.name}`;
  return undefined;
}

function globalName(path: NodePath<Node>): string | undefined {
  if (path.isIdentifier()) return path.scope.hasBinding(path.node.name, true) ? undefined : path.node.name;
  if (!path.isMemberExpression()) return undefined;
  const object = path.get("object");
  const isGlobal = object.isIdentifier() && /^(global|globalThis)$/.test(object.node.name);
  return isGlobal && !path.scope.hasBinding(object.node.name, true) ? propertyName(path.node) : undefined;
}

/** The property that a member expression names; undefined for one that is computed. */
export function propertyName(node: Node): string | undefined {
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const { property, computed } = node;
  return computed && property.type !== "StringLiteral" ? undefined : nameOf(property);
}

export function argument(call: NodePath<Node>, index: number): NodePath<Node> | undefined {
  return (call.get("arguments") as NodePath<Node>[])[index];
}

function typeArguments(node: Node): readonly Node[] {
  const given = (node as { typeParameters?: { params?: readonly Node[] } | null }).typeParameters;
  return given?.params ?? [];
}

/** What a function returns, its own `return`s alone. */
export function returned(path: NodePath<FunctionNode>): NodePath<Node>[] {
  const body = path.get("body") as NodePath<Node>;
  if (!body.isBlockStatement()) return [body];
  const all: NodePath<Node>[] = [];
  body.traverse({
    Function: (inner) => inner.skip(),
    ReturnStatement: (statement) => {
      if (statement.node.argument) all.push(statement.get("argument") as NodePath<Node>);
    },
  });
  return all;
}

export function constructorOf(path: NodePath<Class>): NodePath<FunctionNode> | undefined {
  const members = path.get("body").get("body") as NodePath<Node>[];
  return members.find((member): member is NodePath<FunctionNode> =>
    member.isClassMethod({ kind: "constructor" }),
  ) as NodePath<FunctionNode> | undefined;
}

function isInStatic(path: NodePath<Node>): boolean {
  const member = path.findParent(
    (each) => each.isClassMethod() || each.isClassProperty() || each.isStaticBlock(),
  );
  return member !== null && (member.isStaticBlock() || Boolean((member.node as { static?: boolean }).static));
}

function assignedToThis(of: NodePath<Class>, name: string): NodePath<Node>[] {
  const all: NodePath<Node>[] = [];
  of.traverse({
    AssignmentExpression(path) {
      const { left, operator } = path.node;
      const isOwn = left.type === "MemberExpression" && left.object.type === "ThisExpression";
      if (operator === "=" && isOwn && propertyName(left) === name) all.push(path);
    },
  });
  return all;
}

function parameterProperties(of: NodePath<Class>, name: string): NodePath<Node>[] {
  const parameters = (constructorOf(of)?.get("params") ?? []) as NodePath<Node>[];
  return parameters.filter((each) => {
    if (!each.isTSParameterProperty()) return false;
    const { parameter } = each.node;
    const id = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    return nameOf(id) === name;
  });
}

/** The keys that lead through a destructuring pattern to a name. */
function keysTo(pattern: Node, wanted: Node): string[] | undefined {
  if (pattern === wanted) return [];
  if (pattern.type === "AssignmentPattern") return keysTo(pattern.left, wanted);
  if (pattern.type !== "ObjectPattern") return undefined;
  for (const property of pattern.properties) {
    if (property.type !== "ObjectProperty") continue;
    const key = nameOf(property.key);
    const rest = key === undefined ? undefined : keysTo(property.value, wanted);
    if (key !== undefined && rest) return [key, ...rest];
  }
  return undefined;
}
