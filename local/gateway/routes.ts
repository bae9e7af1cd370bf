import type { Route, WebSocketApi } from "./api.js";
import { RouteSelectionExpressionError } from "./errors.js";

/** The routes of one API, ready to choose among (aws-facts §1.4). */
export interface RouteTable {
  readonly connect: Route | undefined;
  readonly disconnect: Route | undefined;
  /**
   * The route of a client's message: the one whose key equals the value of the selection expression, else `$default`.
   * `undefined` if there is no `$default` either. A client cannot select `$connect` or `$disconnect`.
   */
  select(text: string): Route | undefined;
}

/** @throws RouteSelectionExpressionError if the API's expression has an unknown form */
export function routeTable(api: WebSocketApi): RouteTable {
  const selectKey = compileSelection(api.routeSelectionExpression);
  return {
    connect: api.routes.get("$connect"),
    disconnect: api.routes.get("$disconnect"),
    select(text) {
      const key = selectKey(text);
      const route = key.startsWith("$") ? undefined : api.routes.get(key);
      return route ?? api.routes.get("$default");
    },
  };
}

type Select = (text: string) => string;
type Path = readonly string[];

const VARIABLE = /\$\{request\.body([.[][^}]+)\}/g;
const WHOLE_VARIABLE = /^\$request\.body([.[].+)$/;

function compileSelection(expression: string): Select {
  const whole = WHOLE_VARIABLE.exec(expression)?.[1];
  if (whole !== undefined) {
    const path = parsePath(whole, expression);
    return (text) => stringify(valueAt(parseObject(text), path));
  }

  // Literals and variables take turns: split() with a capturing group returns the captured paths at odd places.
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

/** `.a.b`, `.a[0].b` and `['a b'].c`. */
function parsePath(path: string, expression: string): Path {
  const step = /\.?([^.[\]'"]+)|\[(\d+)\]|\[(['"])(.+?)\3\]/y;
  const keys: string[] = [];
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    const key = match?.[1] ?? match?.[2] ?? match?.[4];
    if (key === undefined) throw new RouteSelectionExpressionError(expression);
    keys.push(key);
  }
  return keys;
}

/** The body as an object; what is no JSON object (Engine.IO packets, scalars, arrays) has no keys. */
function parseObject(text: string): unknown {
  // Engine.IO packets start with a digit: looking at one character spares them the cost of a thrown SyntaxError.
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valueAt(body: unknown, path: Path): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Missing and null give `""`, arrays print as `[a, b]`. Objects as JSON is a guess: nobody has documented them. */
function stringify(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return `[${value.map(stringify).join(", ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
