import type { Binding, NodePath } from "@babel/traverse";
import type { Class, Function as FunctionNode, Node, Program } from "@babel/types";
import { argumentsByParameter } from "./call-arguments.js";
import { requiredBy, type Sources } from "./load-program.js";
import { MethodsByName } from "./methods-by-name.js";
import { exportedBy, wholeExport } from "./module-exports.js";
import {
  argument,
  assignedToThis,
  globalName,
  isInStatic,
  keysTo,
  nameOf,
  parameterProperties,
  propertyName,
  returned,
} from "./nodes.js";
import type { Module } from "./parse-module.js";
import { Types } from "./types.js";
import { External, GLOBAL, Instance, isPath, type Value, Whole } from "./value.js";

/** Follows names through variables, imports, properties, parameters, and what functions return. */
export class Values {
  readonly #sources: Sources;
  readonly #modules = new Map<Program, Module>();
  readonly #known = new Map<Node, readonly Value[]>();
  readonly #open = new Set<Node>();
  readonly #types = new Types(this);
  readonly #reading = new WeakMap<object, Set<string>>();
  #globals: ReadonlyMap<string, readonly NodePath<Node>[]> | undefined;
  /** Arguments of all calls that are known, by the parameter that takes them. */
  #argumentsOf: ReadonlyMap<Node, readonly NodePath<Node>[]> = new Map();

  /** For calls on objects of which nothing is known. */
  readonly methods: MethodsByName;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.methods = new MethodsByName(sources.modules);
    for (const module of sources.modules) this.#modules.set(module.path.node, module);
    this.#argumentsOf = argumentsByParameter(sources, this, this.methods);
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
      const typed = id.type === "Identifier" ? this.#types.of(id.typeAnnotation, path) : [];
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
      if (module) return this.exported(module, name);
      return source.startsWith(".") ? [] : [new External(source, name)];
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
    return this.#once(module, `value ${name}`, () => this.#readExported(module, name));
  }

  #readExported(module: Module, name: string): readonly Value[] {
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
    return this.#once(module, `path ${name}`, () => this.#readExportedPaths(module, name));
  }

  #readExportedPaths(module: Module, name: string): readonly NodePath<Node>[] {
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
    const owner =
      value instanceof Whole
        ? value.module
        : value instanceof Instance
          ? value.of.node
          : isPath(value)
            ? value.node
            : value;
    return this.#once(owner, `member ${name}`, () => this.#readMember(value, name));
  }

  /** Objects that are spread into each other, and modules that export each other, end here. */
  #once<Item>(owner: object, what: string, read: () => readonly Item[]): readonly Item[] {
    const open = this.#reading.get(owner) ?? new Set();
    if (open.has(what)) return [];
    this.#reading.set(owner, open.add(what));
    const items = read();
    open.delete(what);
    return items;
  }

  #readMember(value: Value, name: string): readonly Value[] {
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
  classMembers(of: NodePath<Class>, name: string, isStatic: boolean): readonly NodePath<Node>[] {
    return this.#once(of.node, `members ${isStatic} ${name}`, () =>
      this.#readClassMembers(of, name, isStatic),
    );
  }

  #readClassMembers(of: NodePath<Class>, name: string, isStatic: boolean): NodePath<Node>[] {
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
      const type = "typeAnnotation" in path.node ? this.#types.of(path.node, path) : [];
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
        const elements = this.#types.elementsOf(callee.get("object"));
        if (elements.length > 0) return elements;
      }
      if (name === "freeze" || name === "seal") return this.of(argument(path, 0));
    }
    return this.of(callee).flatMap((value): readonly Value[] => {
      if (value instanceof External) return [value.extended("()")];
      if (!isPath(value) || !value.isFunction()) return [path];
      const typed = this.#types.of((value.node as { returnType?: Node | null }).returnType, value);
      return [...returned(value).flatMap((each) => this.of(each)), ...typed];
    });
  }

  #ofModule(from: Module, specifier: string): readonly Value[] {
    const module = this.#sources.linked(from, specifier);
    // JSON, or a file that is not there.
    if (!module) return specifier.startsWith(".") ? [] : [new External(specifier, "default")];
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
        ...this.#types.of((member.node as { typeAnnotation?: Node | null }).typeAnnotation, member),
      ];
    }
    if (member.isTSParameterProperty()) {
      const parameter = member.get("parameter");
      const { typeAnnotation } = parameter.node as { typeAnnotation?: Node | null };
      const given = this.argumentsFor(member.node).flatMap((each) => this.of(each));
      return [...this.#types.of(typeAnnotation, member), ...given];
    }
    return [];
  }

  #ofParameter({ path, identifier }: Binding): readonly Value[] {
    const parameter = path.isAssignmentPattern() ? path.get("left") : path;
    const fallback = path.isAssignmentPattern() ? this.of(path.get("right")) : [];
    const inner = parameter.isTSParameterProperty() ? parameter.get("parameter") : parameter;
    const given = this.argumentsFor(path.node).flatMap((each) => this.of(each));
    if (inner.isIdentifier()) {
      return [...this.#types.of(inner.node.typeAnnotation, path), ...given, ...fallback];
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
}
