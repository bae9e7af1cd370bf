import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { timerName } from "../program/callbacks.js";
import { emitsIn } from "../program/emits.js";
import { argument, propertyName } from "../program/nodes.js";
import { numberOf } from "../program/number-of.js";
import { textOf } from "../program/parse-module.js";
import { External } from "../program/value.js";
import { callsOf, newsOf } from "../program/walk-calls.js";

const MINUTE_MS = 60_000;
/** Every event waits for timers of this length (docs/moving-an-app.md). */
const AWAITED_MS = 50;
/** The longest timer that an event waits for. */
const AWAITABLE_MS = 5_000;
/** As long as an event has (docs/limits.md). */
const EVENT_MS = 25_000;
/** A shorter wait costs little. */
const WORTH_SAYING_MS = 1_000;

/** Timers that outlive their event, and those that begin when the program loads. */
export function timer(analysis: Analysis): RawFinding[] {
  const { values } = analysis;
  const calls = callsOf(analysis).flatMap(({ path, callee }): RawFinding[] => {
    const name = timerName(callee, values);
    if (name === "setInterval") return [repeated(path, numberOf(argument(path, 1), values))];
    if (name === "schedule") return [scheduled(path)];
    return name === "setTimeout" ? once(path, analysis) : [];
  });
  const jobs = newsOf(analysis).filter((made) =>
    values.of(made).some((value) => value instanceof External && /CronJob$|^new Cron$/.test(value.name)),
  );
  const decorated = analysis.callbacks.all.filter(({ kind, at }) => kind === "timer" && at.isClassMethod());
  const loops = loopsIn(analysis);
  return [
    ...calls,
    ...jobs.map((each) => scheduled(each as NodePath<Node>)),
    ...decorated.map(({ at }) => scheduled(decoratorOf(at))),
    ...loops,
  ];
}

function decoratorOf(method: NodePath<Node>): NodePath<Node> {
  const decorators = method.get("decorators") as NodePath<Node>[];
  return decorators.find((each) => /Cron|Interval|Timeout/.test(textOf(each as NodePath<Node>))) ?? method;
}

function repeated(at: NodePath<Node>, ms: number | undefined): RawFinding {
  const isSlow = ms !== undefined && ms >= MINUTE_MS;
  return {
    rule: "timer",
    at,
    what: `an interval${durationOf(ms)} stands still when no event runs, and each environment has its own`,
    instead: isSlow
      ? "every(…) of socket.io-lambda, a schedule of EventBridge"
      : "a schedule of EventBridge runs once a minute at most, which serves few: send when something changes, in the event that changes it, and let clients count on by themselves",
  };
}

function scheduled(at: NodePath<Node>): RawFinding {
  return {
    rule: "timer",
    at,
    what: "a schedule in the process does not run when no event does, and runs in each environment",
    instead: "every(…) of socket.io-lambda, a schedule of EventBridge, a minute at least",
  };
}

function once(at: NodePath<Node>, analysis: Analysis): RawFinding[] {
  const { eventTime, values, callbacks } = analysis;
  const ms = numberOf(argument(at, 1), values);
  const isEvent = eventTime.has(at);
  if (isPromise(at)) return isEvent && ms !== undefined && ms >= EVENT_MS ? [stopped(at, ms)] : [];
  if (isEvent ? ms !== undefined && ms <= AWAITED_MS : !repeatsItself(at, analysis) && !emits(at, analysis))
    return [];
  if (!isEvent && callbacks.candidates(argument(at, 0)).length === 0) return [];
  const isAwaited = isEvent && ms !== undefined && ms <= AWAITABLE_MS && !isUnref(at);
  return [isAwaited ? awaited(at, ms) : outliving(at, ms)];
}

/** Events wait for it, which costs what the function costs. */
function awaited(at: NodePath<Node>, ms: number): RawFinding {
  return {
    rule: "timer",
    isHint: ms < WORTH_SAYING_MS,
    at,
    what: `the event waits for this timeout${durationOf(ms)}, up to timers.awaitUpTo, and the function is billed meanwhile`,
    instead: "send at once and let the client wait; or leave it, where the event is rare",
  };
}

/** The event is ended in the middle of such a wait. */
function stopped(at: NodePath<Node>, ms: number): RawFinding {
  return {
    ...outliving(at, ms),
    what: `the event is stopped before this timeout${durationOf(ms)} ends: it has 25 s`,
  };
}

function outliving(at: NodePath<Node>, ms: number | undefined): RawFinding {
  return {
    rule: "timer",
    at,
    what: `a timeout${durationOf(ms)} ends after its event: it fires late, in another event, or never`,
    instead:
      "after(…) of socket.io-lambda, a minute at least; or a time in socket.data that the next event compares",
  };
}

function durationOf(ms: number | undefined): string {
  if (ms === undefined) return "";
  return ms >= 1000 ? ` of ${Number((ms / 1000).toFixed(1))} s` : ` of ${ms} ms`;
}

/** `await new Promise((resolve) => setTimeout(resolve, ms))`: the event waits for it. */
function isPromise(at: NodePath<Node>): boolean {
  const owner = at.getFunctionParent();
  const made = owner?.parentPath;
  return made?.isNewExpression() === true && made.get("callee").isIdentifier({ name: "Promise" });
}

/** `setTimeout(…).unref()` asks nobody to wait. */
function isUnref(at: NodePath<Node>): boolean {
  return at.parentPath?.isMemberExpression() === true && propertyName(at.parentPath.node) === "unref";
}

function repeatsItself(at: NodePath<Node>, { callbacks, eventTime }: Analysis): boolean {
  const owner = at.getFunctionParent();
  if (!owner) return false;
  return callbacks
    .candidates(argument(at, 0))
    .some((path) => eventTime.reachedFrom({ path }).has(owner.node));
}

function emits(at: NodePath<Node>, analysis: Analysis): boolean {
  return analysis.callbacks.candidates(argument(at, 0)).some((path) => emitsIn(path, analysis));
}

/** `while (true) { await …; io.emit(…) }` */
function loopsIn(analysis: Analysis): RawFinding[] {
  const found: RawFinding[] = [];
  const add = (loop: NodePath<Node>, isEndless: boolean) => {
    if (isEndless && /\bawait\b/.test(textOf(loop as NodePath<Node>)) && emitsIn(loop, analysis))
      found.push({
        ...repeated(loop, undefined),
        what: "an endless loop stands still when no event runs, and each environment has its own",
      });
  };
  for (const { path } of analysis.sources.modules) {
    path.traverse({
      WhileStatement: (loop) =>
        add(
          loop,
          loop.get("test").isBooleanLiteral({ value: true }) ||
            loop.get("test").isNumericLiteral({ value: 1 }),
        ),
      ForStatement: (loop) => add(loop, !loop.node.test),
    });
  }
  return found;
}
