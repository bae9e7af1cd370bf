import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { callAt } from "../program/walk-calls.js";
import { isWrite } from "./replay.js";

/** What the `connection` handler waits for before it registers listeners: each event waits for it again. */
export function awaitFirst(analysis: Analysis): RawFinding[] {
  const { callbacks } = analysis;
  const handlers = callbacks.all.filter(({ kind, at }) => kind === "connection" && !at.isClassMethod());
  return handlers.flatMap(({ path }) => {
    const registrations = registrationsIn(path as NodePath<Node>, analysis);
    const last = Math.max(-1, ...registrations.map(({ node }) => node.start ?? -1));
    const waits: NodePath<Node>[] = [];
    path.traverse({
      Function: (inner) => inner.skip(),
      AwaitExpression: (wait) => {
        if ((wait.node.start ?? 0) < last && !isFree(wait.get("argument"), analysis)) waits.push(wait);
      },
    });
    // `load().then((user) => { socket.on(…); })`
    for (const registration of registrations) {
      const owner = registration.getFunctionParent();
      const call = owner?.parentPath;
      if (owner?.node === path.node || !call?.isCallExpression() || owner?.listKey !== "arguments") continue;
      if (callAt(call).name === "then" && call.getFunctionParent()?.node === path.node) waits.push(call);
    }
    return waits.map((at) => ({
      rule: "await-first" as const,
      at,
      what: "listeners are registered after this wait, and the connection handler runs again before each event: each event of the client waits for it, and pays for it",
      instead: "load it in io.use(…), once, into socket.data; or register the listeners first",
    }));
  });
}

/** Where listeners of the socket are registered: here, or by a function that is called here. */
function registrationsIn(handler: NodePath<Node>, { callbacks, values }: Analysis): NodePath<Node>[] {
  const listeners = callbacks.all.filter(({ kind, at }) => kind === "listener" && at.isCallExpression());
  const own = listeners
    .map(({ at }) => at)
    .filter((at) => handler.isAncestor(at) && !listeners.some(({ path }) => path.isAncestor(at)));
  const called: NodePath<Node>[] = [];
  handler.traverse({
    Function: (inner) => inner.skip(),
    CallExpression: (call) => {
      const functions = values.functionsOf(call.get("callee") as NodePath<Node>);
      if (functions.some((each) => listeners.some(({ at }) => at.getFunctionParent()?.node === each.node)))
        called.push(call);
    },
  });
  return [...own, ...called];
}

/** A join does nothing in a replay; a write has a finding of its own. */
function isFree(argument: NodePath<Node>, analysis: Analysis): boolean {
  if (!argument.isCallExpression()) return false;
  const { object, name } = callAt(argument);
  const isMuted = object && analysis.kinds.of(object) === "socket" && /^(join|leave)$/.test(name);
  return isMuted || isWrite(argument, analysis);
}
