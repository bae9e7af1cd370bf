import { localPackage } from "../packages.js";
import { MappingTemplateError } from "./errors.js";
import type { RequestContext } from "./events.js";
import { parseJsonPath, valueAt } from "./json-path.js";

/** What a mapping template sees of a message. */
export interface TemplateInput {
  /** The message's text; `""` for `$disconnect` (unconfirmed). */
  body: string;
  /** Of the Lambda event that the message would have made. */
  context: RequestContext;
  stageVariables: Readonly<Record<string, string>>;
}

/**
 * Renders a mapping template, in the Velocity Template Language
 * (APIGW/apigateway-websocket-api-mapping-template-reference): `$context`, `$input.body|json()|path()`,
 * `$stageVariables` and `$util`. A reference to nothing gives `""`. Strings have the methods of a Java string
 * that are listed below and no others, so a template does not come to rely on those of JavaScript.
 *
 * Not imitated: `$context.error`, `$context.authorizer`, `$input.params()`, and the truth of
 * empty strings and of 0, which count as true on AWS and as false here: compare them
 * (`#if($x == "")`) rather than test them (`#if($x)`).
 *
 * @throws MappingTemplateError if the template's syntax is wrong, or if it calls a method that does not exist
 */
export function renderTemplate(template: string, { body, context, stageVariables }: TemplateInput): string {
  const util = { ...UTIL };
  const input = {
    body,
    json: (path: string) => JSON.stringify(valueAtPath(body, path)) ?? "",
    path: (path: string) => valueAtPath(body, path),
  };
  const config = {
    customMethodHandlers: [
      {
        uid: "java.lang.String",
        match: ({ context: target }: MethodCall) => typeof target === "string",
        resolve: ({ property, context: target, params }: MethodCall) => {
          const method = STRING_METHODS[property];
          if (!method) throw new MappingTemplateError(`a string has no method ${property}() here`);
          return method(target as string, ...params);
        },
      },
      {
        uid: "unknown method",
        match: ({ property, context: target }: MethodCall) =>
          (target === util || target === input) && !Object.hasOwn(target, property),
        resolve: ({ property }: MethodCall) => {
          throw new MappingTemplateError(`there is no method ${property}()`);
        },
      },
    ],
  };
  try {
    // These two are no part of $context (§1.3 and the reference).
    const { disconnectStatusCode: _code, disconnectReason: _reason, ...rest } = context;
    const variables = { context: rest, input, util, stageVariables: { ...stageVariables } };
    const { Compile } = localPackage("velocityjs");
    return new Compile(parsed(template), config).render(variables, {}, true);
  } catch (error) {
    if (error instanceof MappingTemplateError) throw error;
    throw new MappingTemplateError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

interface MethodCall {
  property: string;
  context: unknown;
  params: unknown[];
}

type Syntax = ReturnType<typeof import("velocityjs").parse>;

/** Parsing takes longer than rendering, and an API has a handful of templates. */
const syntaxOf = new Map<string, Syntax>();

function parsed(template: string): Syntax {
  const known = syntaxOf.get(template);
  if (known) return known;
  const syntax = localPackage("velocityjs").parse(template);
  syntaxOf.set(template, syntax);
  return syntax;
}

const UTIL = {
  urlEncode: (value: unknown) => urlEncode(text(value)),
  urlDecode: (value: unknown) => decodeURIComponent(text(value).replaceAll("+", " ")),
  base64Encode: (value: unknown) => Buffer.from(text(value)).toString("base64"),
  base64Decode: (value: unknown) => Buffer.from(text(value), "base64").toString(),
  escapeJavaScript: (value: unknown) => escapeJavaScript(text(value)),
  parseJson: (value: unknown) => JSON.parse(text(value)) as unknown,
};

const STRING_METHODS: Readonly<Record<string, (target: string, ...params: unknown[]) => unknown>> = {
  contains: (target, part) => target.includes(text(part)),
  endsWith: (target, end) => target.endsWith(text(end)),
  equals: (target, other) => target === other,
  equalsIgnoreCase: (target, other) => target.toLowerCase() === text(other).toLowerCase(),
  indexOf: (target, part) => target.indexOf(text(part)),
  isEmpty: (target) => target === "",
  lastIndexOf: (target, part) => target.lastIndexOf(text(part)),
  length: (target) => target.length,
  matches: (target, pattern) => new RegExp(`^(?:${text(pattern)})$`).test(target),
  replace: (target, from, to) => target.replaceAll(text(from), () => text(to)),
  replaceAll: (target, pattern, to) => target.replace(new RegExp(text(pattern), "g"), text(to)),
  split: (target, pattern) => target.split(new RegExp(text(pattern))),
  startsWith: (target, start) => target.startsWith(text(start)),
  substring: (target, start, end) => target.substring(Number(start), end as number | undefined),
  toLowerCase: (target) => target.toLowerCase(),
  toString: (target: string) => target,
  toUpperCase: (target) => target.toUpperCase(),
  trim: (target) => target.trim(),
};

function text(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}

/** Java's URLEncoder: a space becomes a plus, and only letters, digits and `-_.*` stay as they are. */
function urlEncode(value: string): string {
  // UTF-8 replaces lone surrogates, which encodeURIComponent refuses.
  return encodeURIComponent(Buffer.from(value).toString())
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** As JSON escapes, and `'` too: valid in JavaScript, not in JSON (aws-facts §5). */
function escapeJavaScript(value: string): string {
  return JSON.stringify(value).slice(1, -1).replaceAll("'", "\\'").replaceAll("/", "\\/");
}

/** `$`, `$.a.b`, `$.a[0]` and `$['a b']`. */
function valueAtPath(body: string, path: unknown): unknown {
  const given = text(path);
  const keys = given.startsWith("$") ? parseJsonPath(given.slice(1)) : undefined;
  if (!keys) throw new MappingTemplateError(`the JSONPath ${JSON.stringify(given)} is not supported`);
  return valueAt(JSON.parse(body), keys);
}
