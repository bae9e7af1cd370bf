import { Buffer } from "node:buffer";
import crypto from "node:crypto";
import querystring from "node:querystring";
import { format } from "node:util";
import { createContext, runInContext, Script } from "node:vm";
import { TemplateError } from "../errors.js";
import { inTime } from "../in-time.js";
import type { EdgeFunction } from "./distribution.js";
import type { EdgeEvent } from "./edge-event.js";
import { EdgeFunctionError } from "./errors.js";

/** What came of a run. */
export interface EdgeRun {
  /** What the handler returned, as JSON keeps it. */
  readonly returned: unknown;
  /** The origin that it chose by `cf.selectRequestOriginById`. */
  readonly originId: string | undefined;
}

/**
 * CloudFront publishes no time limit (a function has about a millisecond); this one only ends what would
 * never end.
 */
const TIMEOUT_MS = 1_000;

/**
 * A CloudFront function (JavaScript runtime 2.0) in a context of its own: the language without Node's
 * globals, timers, `eval`, or a network; `console`; and the modules `cloudfront`, `crypto`, `querystring` and
 * `buffer`, the last three being Node's, which have more in them than CloudFront's. Each run begins with a
 * module that has run for nobody else. Of the module `cloudfront` only `selectRequestOriginById` is imitated.
 *
 * It is a sandbox for a person's own code, not against it.
 */
export class EdgeSandbox {
  readonly #fn: EdgeFunction;
  readonly #module: Script;
  readonly #context = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  /**
   * The context's own: what it makes are objects of the context, so that the function's `instanceof` holds.
   */
  readonly #parse = runInContext("JSON.parse", this.#context) as typeof JSON.parse;

  /** `print` gets what the function prints. Throws `TemplateError` for code that does not compile. */
  constructor(fn: EdgeFunction, print: (line: string) => void) {
    this.#fn = fn;
    this.#module = compile(fn);
    const write = (...values: unknown[]) => print(format(...values));
    this.#context.console = { log: write, error: write, warn: write, info: write, debug: write };
    runInContext("delete globalThis.WebAssembly; delete globalThis.SharedArrayBuffer", this.#context);
  }

  /** @throws EdgeFunctionError where the function throws or does not end */
  async run(event: EdgeEvent, rawQuery: string): Promise<EdgeRun> {
    let originId: string | undefined;
    const cloudfront = {
      selectRequestOriginById(id: unknown, overrides?: unknown) {
        if (overrides !== undefined) throw notImitated("the overrides of selectRequestOriginById");
        originId = String(id);
      },
      updateRequestOrigin: () => {
        throw notImitated("updateRequestOrigin");
      },
      createRequestOriginGroup: () => {
        throw notImitated("createRequestOriginGroup");
      },
      kvs: () => {
        throw notImitated("kvs");
      },
    };
    const modules: Readonly<Record<string, unknown>> = {
      cloudfront,
      crypto,
      querystring,
      buffer: { Buffer },
    };
    const load = (name: string) => {
      if (name in modules) return modules[name];
      throw new Error(`CloudFront functions have no module ${name}`);
    };
    try {
      const given = this.#parse(JSON.stringify(event)) as EdgeEvent & {
        request: { rawQueryString?: unknown };
      };
      given.request.rawQueryString = () => rawQuery;
      const handler = this.#module.runInContext(this.#context)(load) as (event: unknown) => unknown;
      this.#context[CALL] = () => handler(given);
      const running: unknown = CALLING.runInContext(this.#context, { timeout: TIMEOUT_MS });
      // For a promise that nobody settles.
      const returned = await inTime(running, TIMEOUT_MS, () => {
        throw new Error(`The handler did not end within ${TIMEOUT_MS} ms`);
      });
      return { returned: JSON.parse(JSON.stringify(returned ?? null)), originId };
    } catch (error) {
      throw new EdgeFunctionError(this.#fn.name, error);
    } finally {
      delete this.#context[CALL];
    }
  }
}

/** A name that no function uses. */
const CALL = "socket.io-lambda:call";
const CALLING = new Script(`globalThis[${JSON.stringify(CALL)}]()`);

const HEAD = "(function (require) {";
const IMPORT = /^([ \t]*)import\s+([\w$]+)\s+from\s+(["'])([^"']+)\3[ \t]*;?/gm;

/** The function's module as the body of another function. Lines and columns of its errors stay its own. */
function compile({ name, code }: EdgeFunction): Script {
  const body = code.replaceAll(
    IMPORT,
    (_, indent, local, _quote, module) => `${indent}const ${local} = require(${JSON.stringify(module)});`,
  );
  try {
    return new Script(`${HEAD}${body}\nreturn handler;\n})`, { filename: name, columnOffset: -HEAD.length });
  } catch (error) {
    const [place] = String(error instanceof Error ? error.stack : "").split("\n");
    throw new TemplateError(`The CloudFront function ${place} does not compile: ${String(error)}`, {
      cause: error,
    });
  }
}

/** For the reader of the template: CloudFront compiles a function when it is deployed. */
export function checkCompiles(fn: EdgeFunction): void {
  compile(fn);
}

function notImitated(what: string): Error {
  return new Error(`The local stack does not imitate ${what} of the module cloudfront`);
}
