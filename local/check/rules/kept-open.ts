import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import type { Callback } from "../program/callbacks.js";
import { emitsIn } from "../program/emits.js";
import { argument } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import { External, GLOBAL, isPath, type Value } from "../program/value.js";
import { callAt, callsOf, newsOf } from "../program/walk-calls.js";

const OPENS = /^(watch|stream|searchStream|sampleStream|filterStream|onSnapshot|consume|tail)$/;
const SUBSCRIBES = /^(p?[sS]ubscribe|sSubscribe|pSubscribe)$/;
const SUBSCRIBER = /\b(sub|subscriber|redis\w*|mqtt\w*|nats|broker|pubsub|\w*client)\b/i;
const REQUEST = /^(req|request|res|response|busboy|form|file|upload|process)$/;

/** Streams, subscriptions and emitters that have to stay open between events in order to push to clients. */
export function keptOpen(analysis: Analysis): RawFinding[] {
  const opened = callsOf(analysis).filter(
    ({ path, object, name }) => object && opens(path, object, name, analysis),
  );
  const made = newsOf(analysis).filter(
    (each) =>
      each.get("callee").isIdentifier() &&
      /^(EventSource|ReconnectingEventSource)$/.test(textOf(each.get("callee") as NodePath<Node>)),
  );
  const at = [
    ...opened.map(({ path }) => path as NodePath<Node>),
    ...made.map((each) => each as NodePath<Node>),
  ];
  const heard = analysis.callbacks.all.filter(
    (each) => each.kind === "subscription" && pushes(each, analysis) && !isOpenedBy(each, at, analysis),
  );
  return [...at.map(finding), ...heard.map((each) => findingOfListener(each, analysis))];
}

function opens(path: NodePath<Node>, object: NodePath<Node>, name: string, analysis: Analysis): boolean {
  const { values, kinds } = analysis;
  if (name === "run")
    return values.of(argument(path, 0)).some((value) => values.member(value, "eachMessage").length > 0);
  if (name === "query" && /^["'`]\s*listen\b/i.test(textOf(argument(path, 0)))) return true;
  if (!OPENS.test(name) && !SUBSCRIBES.test(name)) return false;
  // A limiter's points, and a stream that its event reads to the end.
  if (name === "consume" && path.node.type === "CallExpression" && path.node.arguments.length < 2)
    return false;
  if (/stream/i.test(name) && analysis.eventTime.has(path)) return false;
  const kind = kinds.of(object);
  if (kind === "io" || kind === "socket" || kind === "web") return false;
  const callee = path.get("callee") as NodePath<Node>;
  if (values.functionsOf(callee).length > 0) return false;
  const held = values.of(object);
  if (held.some((value) => isPath(value) && (value.isObjectExpression() || value.isArrayExpression())))
    return false;
  const isForeign = held.some((value) => value instanceof External && value.source !== GLOBAL);
  if (SUBSCRIBES.test(name))
    return (isForeign || SUBSCRIBER.test(textOf(object as NodePath<Node>))) && !isRx(held);
  return isForeign || held.length === 0 || held.every((value) => isPath(value));
}

function isRx(held: readonly Value[]): boolean {
  return held.some((value) => value instanceof External && value.source.startsWith("rxjs"));
}

/**
 * Whether a listener that is no client's sends to clients. In-process news at module level is fine: its
 * event sends it.
 */
function pushes({ path, at }: Callback, analysis: Analysis): boolean {
  if (!at.isCallExpression()) return false;
  const { object } = callAt(at);
  if (!object || REQUEST.test(rootName(object)) || !emitsIn(path as NodePath<Node>, analysis)) return false;
  if (analysis.eventTime.has(at)) return true;
  const held = analysis.values.of(object);
  return held.some(
    (value) =>
      value instanceof External &&
      value.source !== GLOBAL &&
      !/^(node:)?events$|eventemitter/i.test(value.source),
  );
}

function rootName(path: NodePath<Node>): string {
  let current = path;
  while (current.isMemberExpression() || current.isCallExpression()) {
    current = current.isCallExpression()
      ? (current.get("callee") as NodePath<Node>)
      : (current.get("object") as NodePath<Node>);
  }
  return current.isIdentifier() ? current.node.name : "";
}

/** `stream.on("tweet", …)` belongs to the call that opened `stream`, which has its finding. */
function isOpenedBy({ at }: Callback, opened: readonly NodePath<Node>[], { values }: Analysis): boolean {
  const object = at.isCallExpression() ? callAt(at).object : undefined;
  if (!object) return false;
  const text = textOf(object as NodePath<Node>);
  return opened.some((each) => {
    if (object.node === each.node) return true;
    const target = callAt(each as Parameters<typeof callAt>[0]).object;
    const declarator = each.parentPath?.isAwaitExpression() ? each.parentPath.parentPath : each.parentPath;
    const isNamed =
      declarator?.isVariableDeclarator() === true && textOf(declarator.get("id") as NodePath<Node>) === text;
    // `sub.subscribe("news"); sub.on("message", …)`
    return (
      isNamed ||
      (target !== undefined &&
        textOf(target as NodePath<Node>) === text &&
        values.moduleOf(each) === values.moduleOf(at))
    );
  });
}

function finding(at: NodePath<Node>): RawFinding {
  return {
    rule: "kept-open",
    at,
    what: "what is opened here stands still when no event runs, and each environment opens its own",
    instead:
      "a function of its own that the source invokes (a trigger, a queue, a rule), with socket.io-lambda/emitter",
  };
}

function findingOfListener({ at, event }: Callback, { eventTime, callbacks }: Analysis): RawFinding {
  const news = event ? JSON.stringify(event) : "news";
  if (!eventTime.has(at))
    return { ...finding(at), what: `${news} arrives in an environment that may stand still, or in none` };
  const isInListener = callbacks.all.some(({ kind, path }) => kind === "listener" && path.isAncestor(at));
  if (isInListener)
    return {
      rule: "kept-open",
      at,
      what: `${news} may come when this event is over: it ends when its listener has returned, or its promise has settled`,
      instead: "await the end in the listener, such as for await (const part of stream) socket.emit(…)",
    };
  return {
    rule: "kept-open",
    at,
    what: `this subscribes to ${news} once more before each event, and the news arrives in another environment`,
    instead:
      "subscribe where the program loads and emit to a room; news from outside: a function of its own, with socket.io-lambda/emitter",
  };
}
