import { FunctionError, LocalError } from "./errors.js";
import { EXITED, TIMED_OUT } from "./lambda/endings.js";
import { neverLoaded } from "./lambda/still-loading.js";

/**
 * What a person reads where a function's module does not load: a sentence that names their file where the
 * code of the error is not theirs, or has no place in it. Any other error is what the user's code threw,
 * with its stack.
 */
export async function loadError(error: unknown, project: string): Promise<unknown> {
  if (!(error instanceof FunctionError)) return error;
  const sentence = await sentenceOf(error, project);
  return sentence === undefined ? error : new LocalError(sentence, { cause: error });
}

async function sentenceOf(error: FunctionError, project: string): Promise<string | undefined> {
  const { functionName: file, errorType, message } = error;
  const missing = besideTheBundle(message);
  if (missing !== undefined) {
    return `${file} reads ${missing}${lineOf(error, project)}, which is not beside its bundle. Files that the sources name go along, where they exist; bundling: { files: […] } of the construct adds others (docs/http.md#files-beside-the-program).`;
  }
  switch (errorType) {
    case "AppError":
      return message.startsWith("The app ") ? message.replace("The app", file) : `${file}: ${message}`;
    case "NotOnLambdaError":
      return `${file}: ${message}${lineOf(error, project)}`;
    case TIMED_OUT:
      return neverLoaded(file, /[\d.]+ seconds/.exec(message)?.[0] ?? "its timeout");
    case EXITED:
      return ended(file, /\d+$/.exec(message)?.[0]);
    default:
      return NOT_ERRORS.has(errorType)
        ? `${file} threw ${errorType === "string" ? JSON.stringify(message) : message} while it was loaded. Throw an Error instead: that knows the line.`
        : undefined;
  }
}

/** The file that a module misses in the folder of its bundle. */
function besideTheBundle(message: string): string | undefined {
  const read = /^ENOENT: .*[\\/](?:asset\.[0-9a-f]+|task-\d+)[\\/](.+)'$/.exec(message);
  const required =
    /^Cannot find module '(\.[^']*)'\n(?:.*\n)*?- .*[\\/](?:asset\.[0-9a-f]+|task-\d+)[\\/]/.exec(message);
  return (read ?? required)?.[1];
}

/** What `typeof` says of something that was thrown and is no error. */
const NOT_ERRORS = new Set([
  "string",
  "number",
  "bigint",
  "boolean",
  "symbol",
  "undefined",
  "object",
  "function",
]);

/** Of Node's own exit codes: https://nodejs.org/api/process.html#exit-codes */
const UNSETTLED_AWAIT = "13";

function ended(file: string, code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (code === UNSETTLED_AWAIT) {
    return `${file} waits for ever while it is loaded: an await at the top of a module has a promise that nothing will settle. Find that await, or leave it out.`;
  }
  return `${file} ended while it was loaded, with exit code ${code}. Remove the call process.exit(${code}): a function stays loaded for its events.`;
}

/** The user's line, the first in the stack that lies in their project and in no package. */
function lineOf({ stack = "" }: FunctionError, project: string): string {
  const frames = stack.matchAll(/^\s+at (?:.*\()?(?:file:\/\/)?(\/.*?|[A-Z]:.*?):(\d+):(\d+)\)?$/gm);
  for (const [, file = "", line, column] of frames) {
    if (!file.startsWith(project) || /[\\/](node_modules|lib[\\/]stubs)[\\/]/.test(file)) continue;
    return ` (${file.slice(project.length + 1)}:${line}:${column})`;
  }
  return "";
}
