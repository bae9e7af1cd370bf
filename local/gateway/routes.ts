import type { ProxyRoute, Route, WebSocketApi } from "./api.js";
import { RouteSelectionExpressionError } from "./errors.js";
import { type JsonPath, parseJsonPath, valueAt } from "./json-path.js";

/** The routes of one API, ready to choose among (aws-facts §1.4). */
export interface RouteTable {
  /**
   * Only a function can accept a handshake: a service would need an integration response,
   * which is not imitated.
   */
  readonly connect: ProxyRoute | undefined;
  readonly disconnect: Route | undefined;
  /**
   * The route of a client's message: the one whose key equals the value of the selection
   * expression, else `$default`. `undefined` if there is no `$default` either. A client
   * cannot select `$connect` or `$disconnect`.
   */
  select(text: string): Route | undefined;
}

/** @throws RouteSelectionExpressionError if the API's expression has an unknown form */
export function routeTable(api: WebSocketApi): RouteTable {
  const selectKey = compileSelection(api.routeSelectionExpression);
  const connect = api.routes.get("$connect");
  return {
    connect: connect && "functionName" in connect ? connect : undefined,
    disconnect: api.routes.get("$disconnect"),
    select(text) {
      const key = selectKey(text);
      const route = key.startsWith("$") ? undefined : api.routes.get(key);
      return route ?? api.routes.get("$default");
    },
  };
}

/** Gives the value of an expression for a message. */
export type Select = (text: string) => string;

const VARIABLE = /\$\{request\.body([.[][^}]+)\}/g;
const WHOLE_VARIABLE = /^\$request\.body([.[].+)$/;

/**
 * Reads a selection expression, of routes or of mapping templates: `$request.body.key`,
 * several of them in a text, or a constant.
 *
 * @throws RouteSelectionExpressionError for any other form
 */
export function compileSelection(expression: string): Select {
  const whole = WHOLE_VARIABLE.exec(expression)?.[1];
  if (whole !== undefined) {
    const path = parsePath(whole, expression);
    return (text) => stringify(valueAt(parseObject(text), path));
  }

  // Literals and variables take turns: split() with a capturing group returns the captured
  // paths at odd places.
  const parts = expression.split(VARIABLE).map((part, index) => {
    if (index % 2 === 1) return parsePath(part, expression);
    const literal = part.replaceAll("\\$", "\u0000");
    if (literal.includes("$")) throw new RouteSelectionExpressionError(expression);
    return literal.replaceAll("\u0000", "$");
  });
  const isConstant = parts.length === 1;
  return (text) => {
    const body = isConstant ? undefined : parseObject(text);
    return parts.map((part) => (typeof part === "string" ? part : stringify(valueAt(body, part)))).join("");
  };
}

function parsePath(path: string, expression: string): JsonPath {
  const keys = parseJsonPath(path);
  if (!keys) throw new RouteSelectionExpressionError(expression);
  return keys;
}

/** The body as an object; what is no JSON object (Engine.IO packets, scalars, arrays) has no keys. */
function parseObject(text: string): unknown {
  // Engine.IO packets start with a digit: looking at one character spares them the cost of
  // a thrown SyntaxError.
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Missing and null give `""`, arrays print as `[a, b]`. Objects as JSON is a guess: nobody
 * has documented them.
 */
function stringify(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return `[${value.map(stringify).join(", ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
