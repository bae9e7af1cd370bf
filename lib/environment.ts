import { Token } from "aws-cdk-lib";
import { ENV } from "../runtime/contract.js";
import { InvalidPropError } from "./errors.js";

/**
 * Lambda sets these itself, and refuses them: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const RESERVED = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_DEFAULT_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_RUNTIME_API",
  "AWS_REGION",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

/** The one of the construct's prefix that users set (`docs/options.md`). */
const SETTABLE: readonly string[] = [ENV.maxWaitingEvents];
const OWN_PREFIX = "SOCKET_IO_";

/** Of all variables together; the construct needs some of it. Same source. */
const MAX_BYTES = 4_096;

/**
 * The variables that the app may have. `NODE_OPTIONS` is among them: `node-options.ts`
 * joins it with the construct's.
 *
 * @throws InvalidPropError
 */
export function validEnvironment(variables: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(variables)) {
    checkName(name);
    // The types do not reach what comes from process.env or from JavaScript.
    if (typeof value !== "string") {
      throw new InvalidPropError(
        "environment",
        `${name} is ${JSON.stringify(value) ?? String(value)}, and a variable is a text.`,
        `Give it a text, or leave ${name} out.`,
      );
    }
  }
  const bytes = Object.entries(variables)
    .filter(([, value]) => !Token.isUnresolved(value))
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (bytes > MAX_BYTES) {
    throw new InvalidPropError(
      "environment",
      `its variables have ${bytes} bytes, and Lambda takes ${MAX_BYTES} of all variables.`,
      "Keep large values in SSM Parameter Store or a file that the app imports.",
    );
  }
  return { ...variables };
}

function checkName(name: string): void {
  if (RESERVED.has(name)) {
    throw new InvalidPropError("environment", `Lambda sets ${name} itself.`, "Use another name.");
  }
  if (name.startsWith(OWN_PREFIX) && !SETTABLE.includes(name)) {
    throw new InvalidPropError(
      "environment",
      `the construct keeps names that begin with ${OWN_PREFIX}, such as ${name}, for itself.`,
      `Use another name; what the construct can be told has a prop. Only ${SETTABLE.join(", ")} may be set.`,
    );
  }
  if (!/^[a-zA-Z][a-zA-Z0-9_]+$/.test(name)) {
    throw new InvalidPropError(
      "environment",
      `Lambda refuses the name ${JSON.stringify(name)}.`,
      "Begin it with a letter, and use letters, digits and underscores, two at least.",
    );
  }
}
