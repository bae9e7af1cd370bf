/** The thread of an execution environment, which runs `bootstrap.mjs`. */
import { type MessagePort, Worker } from "node:worker_threads";
import { packageFile } from "../../lib/package-file.js";
import type { FunctionModel } from "../template/resource-type.js";
import type { EnvironmentOptions } from "./environment.js";
import { STACK_SIZE_MB } from "./limits.js";
import { LineSplitter } from "./line-splitter.js";

const BOOTSTRAP = packageFile("local/lambda/bootstrap.mjs");

export interface WorkerLinks {
  /** Becomes the thread's. */
  readonly port: MessagePort;
  readonly signals: Int32Array<SharedArrayBuffer>;
  /** Where the Extensions API is: `host:port`. */
  readonly runtimeApi: string;
}

export function startWorker(
  { codeFolder, handler, functionName, memoryMb }: FunctionModel,
  { functionArn, variables, onOutput, inspector }: EnvironmentOptions,
  { port, signals, runtimeApi }: WorkerLinks,
): Worker {
  const worker = new Worker(BOOTSTRAP, {
    workerData: {
      port,
      signals: signals.buffer,
      codeFolder,
      handler,
      functionName,
      functionArn,
      memoryMb,
      isInspectable: inspector !== undefined,
      logGroupName: `/aws/lambda/${functionName}`,
    },
    transferList: [port],
    env: { ...variables, AWS_LAMBDA_RUNTIME_API: runtimeApi },
    // Without the loaders of this process (tsx, vitest): the bundle runs as it does on AWS.
    // The inspector does not announce itself on stderr.
    execArgv: inspector ? ["--inspect-publish-uid=http"] : [],
    resourceLimits: { stackSizeMb: STACK_SIZE_MB },
    stdout: true,
    stderr: true,
    name: functionName,
  });
  new LineSplitter(worker.stdout, (line) => onOutput(line, "stdout"));
  new LineSplitter(worker.stderr, (line) => onOutput(line, "stderr"));
  return worker;
}
