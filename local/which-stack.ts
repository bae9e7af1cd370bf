import { existsSync, statSync } from "node:fs";
import { packageFile } from "../lib/package-file.js";
import { LocalError } from "./errors.js";
import { hasCdkJson, readCdkJson } from "./synth/cdk-json.js";
import type { CdkApp } from "./synth/run-cdk-app.js";
import type { SynthOptions } from "./synth/synth.js";

/** Which stack a local stack runs. */
export interface StackChoice {
  /**
   * Absolute path of a file that exports a Socket.IO server: it runs in the built-in stack,
   * one `SocketIoApi` and nothing else. For a `cdkApp`, its context `app`. @default the
   * project's own CDK app, which its cdk.json names
   */
  readonly app?: string;
  /**
   * How one client's messages are handled: the construct's `order`, and context for a CDK app.
   * @default "concurrent"
   */
  readonly order?: "concurrent" | "ordered";
  /** Name of the stage, the path that clients connect to, and context for a CDK app. @default "prod" */
  readonly stage?: string;
  /** Absolute path of a file that makes the CDK `App`. @default the built-in stack, or what cdk.json names */
  readonly cdkApp?: string;
  /**
   * Absolute path of the person's folder: where the CDK app runs, and what relative paths start at.
   * @default process.cwd()
   */
  readonly project?: string;
}

/** Says what to synthesize. Throws `LocalError` where there is neither an app nor a CDK app. */
export function whichStack(choice: StackChoice): SynthOptions {
  const { app, order, stage, project = process.cwd() } = choice;
  if (app !== undefined) checkApp(app, project);
  return {
    project,
    cdkApp: cdkAppOf(choice, project),
    context: {
      ...(app !== undefined && { app }),
      ...(order !== undefined && { order }),
      ...(stage !== undefined && { stage }),
    },
  };
}

function checkApp(app: string, project: string): void {
  if (isFile(app)) return;
  if (!existsSync(app)) {
    throw new LocalError(`There is no file ${app}: give the file that exports your Socket.IO server.`);
  }
  const instead = hasCdkJson(app)
    ? `To run the CDK app of its cdk.json, ${app === project ? "leave it out" : "start in that folder, without it"}.`
    : "Give the file in it that exports your Socket.IO server.";
  throw new LocalError(`${app} is a folder. ${instead}`);
}

function cdkAppOf({ app, cdkApp }: StackChoice, project: string): CdkApp {
  if (cdkApp !== undefined) {
    if (!isFile(cdkApp)) throw new LocalError(`There is no file ${cdkApp}, which should make the CDK App.`);
    return { file: cdkApp };
  }
  if (app !== undefined) return { file: BUILT_IN_STACK };
  if (hasCdkJson(project)) return { command: readCdkJson(project).command };
  throw new LocalError(
    `There is no cdk.json in ${project}: name the file that exports your Socket.IO server (app.ts), or start where your CDK app is.`,
  );
}

const BUILT_IN_STACK = packageFile("local/built-in-stack.ts");

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
