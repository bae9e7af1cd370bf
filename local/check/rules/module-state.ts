import type { NodePath } from "@babel/traverse";
import type { Class, Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { propertyName } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import type { Place } from "../program/places.js";
import { External, GLOBAL, Instance } from "../program/value.js";
import type { Write } from "../program/writes.js";
import { livesOn, partsOf } from "./kept-classes.js";
import { isMadeOnce } from "./made-once.js";
import { repairOf } from "./state-repair.js";

/**
 * A variable of a module, a field of a class that lives as long as the program, a property of an object of
 * the program, or an implicit global, that events change. Each environment has its own.
 */
export function moduleState(analysis: Analysis): RawFinding[] {
  const byPlace = new Map<Place, Write[]>();
  for (const write of analysis.writes) {
    if (!analysis.eventTime.has(write.at) || isInOwnConstructor(write)) continue;
    byPlace.set(write.place, [...(byPlace.get(write.place) ?? []), write]);
  }
  const kept = [...byPlace].filter(([place]) => isKept(place, analysis));
  const state = kept.filter(([place, writes]) => !isMadeOnce(place, writes, analysis));
  const found = state.flatMap(([place, writes]) => findingsOf(place, writes, analysis));
  return [...found, ...keptObjects(byPlace, kept, analysis)];
}

function findingsOf(place: Place, writes: readonly Write[], analysis: Analysis): RawFinding[] {
  if (place.kind === "variable" && isOfPackage(place, analysis)) return propertiesOf(place, writes, analysis);
  return [
    {
      rule: "module-state",
      at: place.at,
      what: `${describe(place)}, and events change it: each environment has its own, and the next event runs in another`,
      instead: repairOf(place, writes, analysis),
      also: writes.map(({ at }) => at),
    },
  ];
}

function describe({ name, kind, field }: Place): string {
  if (kind === "global") return `${name} is a global variable`;
  if (kind === "property") return `${name} is kept in an object of this module`;
  if (kind === "variable") return `${name} is a variable that lives as long as the program`;
  const owner = field?.of.node.id?.name ?? "a class";
  return `${name} is a field of ${owner}, which lives as long as the program`;
}

/** Whether it outlives an event: declared where the program loads. */
function isKept({ kind, at, binding, field }: Place, analysis: Analysis): boolean {
  if (kind === "global") return true;
  if (kind === "property") return !analysis.eventTime.has(at);
  if (field) return field.isStatic || livesOn(field.of, analysis);
  const owner = binding?.scope.getFunctionParent()?.path;
  return (
    binding !== undefined &&
    binding.kind !== "param" &&
    (!owner || !analysis.eventTime.has(owner as NodePath<Node>))
  );
}

function isInOwnConstructor({ place, at }: Write): boolean {
  const method = at.findParent((each) => each.isClassMethod({ kind: "constructor" }));
  return (
    place.kind === "field" &&
    method !== null &&
    method.findParent((each) => each === place.field?.of) !== null
  );
}

function isOfPackage(place: Place, { values }: Analysis): boolean {
  return place.made
    .flatMap((made) => values.of(made))
    .some((value) => value instanceof External && value.source !== GLOBAL);
}

/**
 * `server.count++`: one finding for each property, where it is first changed. Settings of packages are
 * none.
 */
function propertiesOf(place: Place, writes: readonly Write[], { kinds }: Analysis): RawFinding[] {
  const made = place.made[0];
  const kind = made && kinds.of(made);
  if (kind !== "web" && kind !== "io") return [];
  const byName = new Map<string, Write[]>();
  for (const write of writes) {
    const name = targetName(write.at);
    if (name === undefined) continue;
    byName.set(name, [...(byName.get(name) ?? []), write]);
  }
  return [...byName].map(([name, each]) => ({
    rule: "module-state",
    at: each[0]?.at ?? place.at,
    what: `${name} is kept in an object of this program, and events change it: each environment has its own, and the next event runs in another`,
    instead: "keep it in a database; what belongs to one client goes into socket.data",
    also: each.map(({ at }) => at),
  }));
}

function targetName(at: NodePath<Node>): string | undefined {
  const target = at.isAssignmentExpression()
    ? at.get("left")
    : at.isUpdateExpression() || at.isUnaryExpression()
      ? at.get("argument")
      : undefined;
  if (!target || Array.isArray(target) || !target.isMemberExpression()) return undefined;
  const property = propertyName(target.node);
  return property === undefined ? undefined : textOf(target as NodePath<Node>);
}

/**
 * Objects that are kept in such a place: their fields are state as well. One finding for each class, where
 * the first of its fields is declared.
 */
function keptObjects(
  byPlace: ReadonlyMap<Place, readonly Write[]>,
  kept: readonly (readonly [Place, readonly Write[]])[],
  analysis: Analysis,
): RawFinding[] {
  const held = new Map<Node, Place>();
  const hold = (of: NodePath<Class>, holder: Place) => {
    if (held.has(of.node)) return;
    held.set(of.node, holder);
    for (const part of partsOf(of, analysis)) hold(part, holder);
  };
  for (const [place, writes] of kept) {
    for (const value of writes.flatMap((write) => analysis.values.of(write.value))) {
      if (value instanceof Instance) hold(value.of, place);
    }
  }
  return [...held].flatMap(([node, holder]): RawFinding[] => {
    const fields = [...byPlace].filter(([{ field }]) => field?.of.node === node && !field.isStatic);
    const first = fields[0]?.[0];
    if (!first?.field || livesOn(first.field.of, analysis)) return [];
    const names = fields.map(([{ field }]) => field?.name).join(", ");
    return [
      {
        rule: "module-state",
        at: first.at,
        what: `events change ${names} of objects that ${holder.name} holds: the next event does not have them`,
        instead: "keep these objects in a database, as plain data under their id",
        also: fields.flatMap(([, writes]) => writes.map(({ at }) => at)),
      },
    ];
  });
}
