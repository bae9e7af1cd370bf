import { UnresolvedError } from "../errors.js";

/** What intrinsic functions of a template may ask about. */
export interface Scope {
  /** Pseudo parameters (`AWS::Region`, …) and parameters by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  /** What `Ref` gives for a resource; undefined where the template has no such resource. */
  ref(logicalId: string): unknown;
  /** What `Fn::GetAtt` gives; undefined where the local stack knows no such attribute. */
  attribute(logicalId: string, name: string): unknown;
  /** What another stack exports under a name; undefined where none does. */
  importValue(name: string): unknown;
}

/**
 * Gives the value that CloudFormation would give for a part of a template, with every intrinsic function
 * evaluated. Objects lose the properties that are `AWS::NoValue`. Throws `UnresolvedError` for a function or
 * reference it does not know, so that nothing runs on a guessed value. Source:
 * docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope)).filter(isGiven);
  if (!isObject(value)) return value;
  const [key, ...others] = Object.keys(value);
  if (key !== undefined && others.length === 0) {
    const intrinsic = INTRINSICS[key];
    if (intrinsic) return intrinsic(value[key], scope);
    if (key.startsWith("Fn::")) throw new UnresolvedError(`The local stack does not know ${key}.`);
  }
  const entries = Object.entries(value).map(([name, item]) => [name, evaluate(item, scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => isGiven(item)));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object below a key; an empty one where there is none. */
export function objectAt(value: Record<string, unknown>, key: string): Record<string, unknown> {
  const found = value[key];
  return isObject(found) ? found : {};
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const NO_VALUE = Symbol("AWS::NoValue");

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => reference(String(name), scope),
  Condition: (name, scope) => condition(String(name), scope),
  "Fn::GetAtt": (path, scope) => {
    const [logicalId = "", ...attribute] = Array.isArray(path) ? path.map(String) : String(path).split(".");
    return attributeOf(logicalId, attribute.join("."), scope);
  },
  "Fn::Join": (argument, scope) => {
    const [separator, parts] = list(evaluate(argument, scope));
    return list(parts).map(String).join(String(separator));
  },
  "Fn::Split": (argument, scope) => {
    const [separator, text] = list(evaluate(argument, scope));
    return String(text).split(String(separator));
  },
  "Fn::Select": (argument, scope) => {
    const [index, items] = list(evaluate(argument, scope));
    return list(items)[Number(index)];
  },
  "Fn::Sub": (argument, scope) => {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return substitute(String(text), evaluate(variables, scope) as Record<string, unknown>, scope);
  },
  "Fn::FindInMap": (argument, scope) => {
    const keys = list(evaluate(argument, scope)).map(String);
    return keys.reduce<unknown>(
      (found, key) => (isObject(found) ? found[key] : undefined),
      scope.mappings as Record<string, unknown>,
    );
  },
  "Fn::ImportValue": (argument, scope) => {
    const name = String(evaluate(argument, scope));
    const value = scope.importValue(name);
    if (value === undefined) throw new UnresolvedError(`No stack of the CDK app exports ${name}.`);
    return value;
  },
  "Fn::Base64": (argument, scope) => Buffer.from(String(evaluate(argument, scope))).toString("base64"),
  "Fn::ToJsonString": (argument, scope) => JSON.stringify(evaluate(argument, scope)),
  "Fn::If": (argument, scope) => {
    const [name, whenTrue, whenFalse] = list(argument);
    return evaluate(condition(String(name), scope) ? whenTrue : whenFalse, scope);
  },
  "Fn::Equals": (argument, scope) => {
    const [left, right] = list(evaluate(argument, scope));
    return String(left) === String(right);
  },
  "Fn::Not": (argument, scope) => !list(evaluate(argument, scope))[0],
  "Fn::And": (argument, scope) => list(evaluate(argument, scope)).every(Boolean),
  "Fn::Or": (argument, scope) => list(evaluate(argument, scope)).some(Boolean),
};

function reference(name: string, scope: Scope): unknown {
  if (name === "AWS::NoValue") return NO_VALUE;
  if (name in scope.parameters) return scope.parameters[name];
  const value = scope.ref(name);
  if (value === undefined)
    throw new UnresolvedError(`The template refers to ${name}, which it does not contain.`);
  return value;
}

function attributeOf(logicalId: string, name: string, scope: Scope): unknown {
  const value = scope.attribute(logicalId, name);
  if (value === undefined) {
    throw new UnresolvedError(`The local stack does not know the attribute ${name} of ${logicalId}.`);
  }
  return value;
}

function condition(name: string, scope: Scope): boolean {
  if (!(name in scope.conditions)) throw new UnresolvedError(`The template has no condition ${name}.`);
  return Boolean(evaluate(scope.conditions[name], scope));
}

/** `${Name}` is a Ref, `${Name.Attribute}` a GetAtt, `${!Name}` the text `${Name}`. */
function substitute(text: string, variables: Record<string, unknown>, scope: Scope): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, inner: string) => {
    const name = inner.trim();
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (name in variables) return String(variables[name]);
    const dot = name.indexOf(".");
    return String(
      dot < 0 ? reference(name, scope) : attributeOf(name.slice(0, dot), name.slice(dot + 1), scope),
    );
  });
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value))
    throw new UnresolvedError(`Expected a list in the template, found ${JSON.stringify(value)}.`);
  return value;
}

function isGiven(value: unknown): boolean {
  return value !== NO_VALUE;
}
