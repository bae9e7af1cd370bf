import type { NodePath } from "@babel/traverse";
import type { Class, Node } from "@babel/types";
import type { Analysis } from "../program/analysis.js";
import { decoratorsOf } from "../program/kinds.js";
import { constructorOf } from "../program/nodes.js";
import { Instance, isPath } from "../program/value.js";

/** Classes that a framework makes one object of. */
const SINGLETONS =
  /^(Injectable|WebSocketGateway|Controller|Service|Resolver|SocketController|JsonController|Module|singleton)$/;

/** Whether an object of this class is made while the program loads. */
export function livesOn(of: NodePath<Class>, analysis: Analysis): boolean {
  if (decoratorsOf(of as NodePath<Node>).some((name) => SINGLETONS.test(name))) return true;
  if (providedIn(analysis).has(of.node)) return true;
  return madeAt(of, analysis).some((at) => !analysis.eventTime.has(at) || isInStaticOf(at, of));
}

/** `static get() { this.instance ??= new Store(); … }` */
function isInStaticOf(at: NodePath<Node>, of: NodePath<Class>): boolean {
  const method = at.findParent((each) => each.isClassMethod());
  return (
    method?.isClassMethod() === true &&
    Boolean(method.node.static) &&
    method.findParent((each) => each === of) !== null
  );
}

const makers = new WeakMap<Analysis, Map<Node, NodePath<Node>[]>>();

/** Where objects of a class, or of one that extends it, are made. */
function madeAt(of: NodePath<Class>, analysis: Analysis): readonly NodePath<Node>[] {
  let all = makers.get(analysis);
  if (!all) {
    const found = new Map<Node, NodePath<Node>[]>();
    for (const { path } of analysis.sources.modules) {
      path.traverse({
        NewExpression(made) {
          for (const value of analysis.values.of(made)) {
            if (!(value instanceof Instance)) continue;
            for (const each of withParents(value.of, analysis))
              found.set(each.node, [...(found.get(each.node) ?? []), made]);
          }
        },
      });
    }
    all = found;
    makers.set(analysis, all);
  }
  return all.get(of.node) ?? [];
}

function withParents(of: NodePath<Class>, analysis: Analysis): NodePath<Class>[] {
  const parents = analysis.values
    .of(of.get("superClass") as NodePath<Node>)
    .filter(isPath)
    .filter((each): each is NodePath<Class> => each.isClass());
  return [of, ...parents.flatMap((each) => withParents(each, analysis))];
}

const provided = new WeakMap<Analysis, ReadonlySet<Node>>();

/** Classes that a module of Nest lists: `@Module({ providers: [Lobbies] })`. */
function providedIn(analysis: Analysis): ReadonlySet<Node> {
  const known = provided.get(analysis);
  if (known) return known;
  const found = new Set<Node>();
  for (const { path } of analysis.sources.modules) {
    path.traverse({
      Decorator(decorator) {
        const call = decorator.get("expression");
        if (!call.isCallExpression() || !call.get("callee").isIdentifier({ name: "Module" })) return;
        call.traverse({
          Identifier(name) {
            for (const value of analysis.values.of(name))
              if (isPath(value) && value.isClass()) found.add(value.node);
          },
        });
      },
    });
  }
  provided.set(analysis, found);
  return found;
}

/** The classes whose objects an object of this class makes for itself, in its fields and its constructor. */
export function partsOf(of: NodePath<Class>, analysis: Analysis): NodePath<Class>[] {
  const members = of.get("body").get("body") as NodePath<Node>[];
  const makers = [
    ...members.filter((each) => each.isClassProperty()),
    constructorOf(of) as NodePath<Node> | undefined,
  ];
  const parts: NodePath<Class>[] = [];
  for (const maker of makers) {
    maker?.traverse({
      NewExpression(made) {
        for (const value of analysis.values.of(made)) if (value instanceof Instance) parts.push(value.of);
      },
    });
  }
  return parts;
}
