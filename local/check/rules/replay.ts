import type { NodePath } from "@babel/traverse";
import type { Node } from "@babel/types";
import type { RawFinding } from "../finding.js";
import type { Analysis } from "../program/analysis.js";
import { handlerCalls } from "../program/handler-calls.js";
import { argument, nameOf, propertyName } from "../program/nodes.js";
import { textOf } from "../program/parse-module.js";
import { External, GLOBAL, Instance, isPath, Whole } from "../program/value.js";
import { callAt } from "../program/walk-calls.js";

/** Of databases, whatever they are called on. */
const WRITES =
  /^(insert(One|Many)?|update(One|Many)|upsert|replaceOne|deleteOne|deleteMany|findOneAnd(Update|Delete|Remove|Replace)|findById(AndUpdate|AndDelete|AndRemove)|bulkWrite|bulkCreate|findOrCreate|increment|decrement|h[sS]et|hmset|hincrby|hIncrBy|incr|decr|incrBy|s[aA]dd|s[rR]em|l[pP]ush|r[pP]ush|z[aA]dd|setex|setEx|hdel|hDel|publish|putItem|appendFile|writeFile|appendFileSync|writeFileSync)$/;
/** Of databases, and of much else: what they are called on decides. */
const MAY_WRITE =
  /^(create|save|update|remove|destroy|delete|del|set|add|put|post|patch|send|sendMail|push|write|expire)$/;
const SQL_WRITE = /^\s*["'`]?\s*(insert|update|delete|replace|merge)\b/i;
const RUNS_SQL = /^(query|execute|run|exec|prepare|\$executeRaw|\$queryRaw)$/;

/** What the `connection` handler changes outside: it does so again before each event. */
export function replay(analysis: Analysis): RawFinding[] {
  const handlers = analysis.callbacks.all.filter(({ kind }) => kind === "connection");
  return handlers.flatMap(({ path }) => {
    const writes = handlerCalls(path as NodePath<Node>, analysis).filter((call) =>
      isWrite(call.path, analysis),
    );
    return writes.map(
      ({ path: write, from }): RawFinding => ({
        rule: "replay",
        at: from,
        what: `${shortly(write)} is written again before each event of the client, when the connection handler runs again`,
        instead: "put it into io.use(…), which runs once for each connection",
        also: [write],
      }),
    );
  });
}

export function isWrite(call: NodePath<Node>, analysis: Analysis): boolean {
  const { name, object, callee } = callAt(call as Parameters<typeof callAt>[0]);
  if (!object) return isFetchWrite(call, name) || isForeignWrite(callee, name, analysis);
  if (analysis.values.functionsOf(callee).length > 0) return false;
  if (RUNS_SQL.test(name)) return SQL_WRITE.test(sqlOf(call, analysis));
  if (WRITES.test(name)) return !isOrdinary(object, analysis);
  if (name === "send" && isReadCommand(call)) return false;
  return MAY_WRITE.test(name) && isForeign(object, analysis);
}

/** `client.send(new GetItemCommand(…))` */
function isReadCommand(call: NodePath<Node>): boolean {
  const given = argument(call, 0);
  return (
    given?.isNewExpression() === true &&
    /^new (Get|Query|Scan|BatchGet|List|Head|Describe)/.test(textOf(given))
  );
}

function isFetchWrite(call: NodePath<Node>, name: string): boolean {
  return name === "fetch" && /method:\s*["'`](POST|PUT|PATCH|DELETE)/i.test(textOf(call as NodePath<Node>));
}

/** `appendFile(…)` of fs. */
function isForeignWrite(callee: NodePath<Node>, name: string, { values }: Analysis): boolean {
  return (
    WRITES.test(name) &&
    values.of(callee).some((value) => value instanceof External && value.source !== GLOBAL)
  );
}

function sqlOf(call: NodePath<Node>, { values }: Analysis): string {
  const given = argument(call, 0);
  const texts = values
    .of(given)
    .filter(isPath)
    .map((each) => textOf(each as NodePath<Node>));
  return texts[0] ?? textOf(given);
}

/** A socket, a server, a collection of JavaScript. */
function isOrdinary(object: NodePath<Node>, { kinds, values }: Analysis): boolean {
  const kind = kinds.of(object);
  if (kind === "io" || kind === "socket" || kind === "web") return true;
  return values
    .of(object)
    .some(
      (value) =>
        (value instanceof External && value.source === GLOBAL) ||
        (isPath(value) && (value.isObjectExpression() || value.isArrayExpression())),
    );
}

/** Something of a package: a model, a client of a database. */
function isForeign(object: NodePath<Node>, analysis: Analysis): boolean {
  if (isOrdinary(object, analysis) || isOfSocket(object, analysis)) return false;
  const values = analysis.values.of(object);
  if (
    values.some(
      (value) =>
        value instanceof External && !/^(node:)?(util|path|events|crypto|url|lodash)/.test(value.source),
    )
  )
    return true;
  if (values.some((value) => value instanceof Instance || value instanceof Whole)) return false;
  // `await user.save()` of what a query returned; `prisma.user.update`, `this.users.update` of Nest.
  const root = rootOf(object);
  return (
    /^(prisma|db|database|redis\w*|\w*[cC]lient|\w*Repo(sitory)?|\w*Model|axios)$/.test(
      nameOf(root.node) ?? propertyName(root.node) ?? "",
    ) || isAwaited(root, analysis)
  );
}

function isAwaited(root: NodePath<Node>, { values }: Analysis): boolean {
  const binding = root.isIdentifier() ? root.scope.getBinding(root.node.name) : undefined;
  const init = binding?.path.isVariableDeclarator() ? binding.path.get("init") : undefined;
  if (!init || Array.isArray(init) || !init.isAwaitExpression()) return false;
  return !values.of(init as NodePath<Node>).some((value) => value instanceof Instance);
}

function isOfSocket(object: NodePath<Node>, { kinds }: Analysis): boolean {
  let current = object;
  while (current.isMemberExpression()) {
    if (kinds.of(current) === "socket") return true;
    current = current.get("object");
  }
  return kinds.of(current) === "socket";
}

function rootOf(object: NodePath<Node>): NodePath<Node> {
  let current = object;
  while (current.isMemberExpression() && !current.get("object").isThisExpression())
    current = current.get("object");
  return current;
}

function shortly(call: NodePath<Node>): string {
  const { callee } = callAt(call as Parameters<typeof callAt>[0]);
  const text = textOf(callee);
  return text.length > 40 ? `…${text.slice(-38)}()` : `${text}()`;
}
