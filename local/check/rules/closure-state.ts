import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import type { Callback } from "../program/callbacks.js";
import type { Place } from "../program/places.js";
import type { Write } from "../program/writes.js";

/**
 * A variable of the `connection` handler, or of a function or an object that it makes for a client, that a
 * listener changes. The handler runs again before each event and sets it anew.
 */
export function closureState(analysis: Analysis): RawFinding[] {
  const listeners = analysis.callbacks.all.filter(({ kind }) => kind === "listener");
  const reached = new Map<Callback, ReadonlySet<Node>>();
  const reachedFrom = (listener: Callback) => {
    const known = reached.get(listener) ?? analysis.eventTime.reachedFrom(listener);
    reached.set(listener, known);
    return known;
  };
  const byPlace = new Map<Place, Write[]>();
  for (const write of analysis.writes) {
    const owner = ownerOf(write.place, analysis);
    if (!owner || !(owner.isClass() || analysis.eventTime.has(owner))) continue;
    const within = write.at.getFunctionParent();
    if (!within || within.node === owner.node) continue;
    const isChanged = listeners.some(
      (listener) =>
        listener.path.node !== owner.node &&
        (owner.isAncestor(listener.at) || isMethodOf(listener, owner)) &&
        reachedFrom(listener).has(within.node) &&
        !listener.path.isAncestor(write.place.at),
    );
    if (isChanged) byPlace.set(write.place, [...(byPlace.get(write.place) ?? []), write]);
  }
  return [...byPlace].map(([place, writes]) => {
    const name = place.field?.name ?? place.name;
    return {
      rule: "closure-state",
      at: place.at,
      what: `${place.name} is set anew before each event, when the connection handler runs again: what a listener puts there is lost`,
      instead: `socket.data.${name} = …`,
      also: writes.map(({ at }) => at),
    };
  });
}

/** What must contain the listener: the function of a variable, the class of a field. */
function ownerOf({ binding, field }: Place, { eventTime }: Analysis): NodePath<Node> | undefined {
  if (field) return !field.isStatic && eventTime.makes(field.of) ? (field.of as NodePath<Node>) : undefined;
  if (!binding || binding.kind === "param") return undefined;
  return binding.scope.getFunctionParent()?.path as NodePath<Node> | undefined;
}

function isMethodOf({ path }: Callback, owner: NodePath<Node>): boolean {
  return owner.isClass() && owner.isAncestor(path as NodePath<Node>);
}
