import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { ArgumentsError } from "../errors.js";

export interface VariableSources {
  /** `NAME=value`, each. */
  readonly assignments: readonly string[];
  /** Absolute paths. */
  readonly files: readonly string[];
}

/** Lambda's rule: https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
const NAME = /^[a-zA-Z]\w+$/;
const NAME_RULE = 'Begin it with a letter, and use letters, digits and "_", two characters at least.';

/**
 * The variables for the functions: later files and assignments win over earlier ones, assignments over files.
 * @throws ArgumentsError
 */
export function variablesOf({ assignments, files }: VariableSources): Record<string, string> {
  const all = [...files.map(readFile), ...assignments.map(readAssignment)];
  return Object.assign({}, ...all);
}

function readAssignment(text: string): Record<string, string> {
  if (!text.includes("=")) throw new ArgumentsError(`--env takes NAME=value, not ${JSON.stringify(text)}.`);
  const [name = ""] = text.split("=", 1);
  if (NAME.test(name)) return { [name]: text.slice(name.length + 1) };
  throw new ArgumentsError(`--env: Lambda refuses the name ${JSON.stringify(name)}. ${NAME_RULE}`);
}

function readFile(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem =
      code === "ENOENT"
        ? `There is no file ${file}, which --env-file names.`
        : `The file of --env-file cannot be read: ${message}.`;
    throw new ArgumentsError(problem, { cause });
  }
  const variables = parseEnv(text);
  const odd = Object.keys(variables).find((name) => !NAME.test(name));
  if (odd === undefined) return { ...variables } as Record<string, string>;
  throw new ArgumentsError(`${file}: Lambda refuses the name ${JSON.stringify(odd)}. ${NAME_RULE}`);
}
