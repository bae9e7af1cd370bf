import { once } from "node:events";
import { resolve, sep } from "node:path";
import type { Input } from "./inputs.js";
import { isInstalled } from "./inputs.js";
import { recorded, startRecording } from "./recording.js";

/** What the child process tells the one that started it. */
export type SynthReport =
  | { readonly type: "done"; readonly inputs: readonly Input[]; readonly complete: boolean }
  | { readonly type: "failed"; readonly failure: SynthFailure };

export interface SynthFailure {
  readonly message: string;
  /** Absent where the message is written for a person and says all. */
  readonly stack?: string;
  /** Files that do not compile. */
  readonly files: readonly string[];
}

/**
 * Runs a CDK app in this process and reports what it depended on. The app synthesizes by itself when the event loop is
 * empty, as it does under the CDK's own command: https://docs.aws.amazon.com/cdk/v2/guide/apps.html#lifecycle
 */
export async function run(loadCdkApp: () => Promise<unknown>): Promise<void> {
  const outdir = process.env.CDK_OUTDIR ?? "";
  const ours = [process.cwd(), ...(process.env.SOCKET_IO_LAMBDA_APP_FOLDER?.split("\n") ?? [])];
  const ignored = [outdir, resolve(process.cwd(), ".local")];
  startRecording(
    (file) =>
      ours.some((folder) => isIn(file, folder)) &&
      !ignored.some((folder) => isIn(file, folder)) &&
      !isInstalled(file),
  );
  process.on("uncaughtException", (error) => {
    report({ type: "failed", failure: failureOf(error) });
    process.exitCode = 1;
  });
  await loadCdkApp();
  // The app's own listener was added while it loaded, so it has synthesized when this one runs.
  await once(process, "beforeExit");
  if (process.exitCode) return;
  report({ type: "done", inputs: [...recorded.inputs.values()], complete: recorded.complete });
}

function report(message: SynthReport): void {
  process.send?.(message);
}

/** Errors that say what to do (those of `lib/`) need no stack; any other one needs it to be understood. */
function failureOf(error: Error): SynthFailure {
  const isForPeople = "nextStep" in error || "problems" in error;
  return {
    message: error.message,
    ...(!isForPeople && error.stack !== undefined && { stack: error.stack }),
    files: filesIn(error.cause),
  };
}

/** The files that esbuild's failure names. */
function filesIn(cause: unknown): string[] {
  if (!(cause instanceof Error) || !("errors" in cause) || !Array.isArray(cause.errors)) return [];
  return cause.errors.flatMap((error: { location?: { file?: string } | null }) =>
    error.location?.file ? [resolve(error.location.file)] : [],
  );
}

function isIn(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder + sep);
}
