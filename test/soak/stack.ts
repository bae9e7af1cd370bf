/** The stack under test, as the run sees it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FaultOptions } from "../../local/faults/fault-options.js";
import type { AnyEntry } from "./entry.js";
import type { FromStack, StackArgument, ToStack } from "./stack-process.js";

export class StackError extends Error {
  override readonly name = "StackError";
}

export interface StackOptions extends StackArgument {
  readonly onEntry: (entry: AnyEntry) => void;
  readonly onMemory: (rssBytes: number) => void;
  /** A line that a function printed. */
  readonly onOutput: (line: string) => void;
}

export interface Stack {
  /** `ws://localhost:PORT/STAGE` */
  readonly url: URL;
  readonly dynamodbEndpoint: string;
  /** Loses a connection as the network would. */
  drop(connectionId: string): void;
  /** From now on these faults, and no others. */
  setFaults(faults: Partial<FaultOptions>): void;
  close(): Promise<void>;
}

const PROCESS = fileURLToPath(new URL("stack-process.ts", import.meta.url));

/** @throws StackError when it does not start. */
export async function startStack({ onEntry, onMemory, onOutput, ...argument }: StackOptions): Promise<Stack> {
  const child = fork(PROCESS, [JSON.stringify(argument)], { execArgv: ["--import", "tsx"] });
  const exited = once(child, "exit");
  const { url, dynamodbEndpoint } = await new Promise<Extract<FromStack, { type: "ready" }>>(
    (resolve, reject) => {
      child.on("message", (message: FromStack) => {
        if (message.type === "ready") resolve(message);
        else if (message.type === "entry") onEntry(message.entry);
        else if (message.type === "memory") onMemory(message.rssBytes);
        else onOutput(message.line);
      });
      child.once("exit", (code) => reject(new StackError(`The local stack ended with code ${code}.`)));
    },
  );
  const tell = (message: ToStack) => {
    if (child.connected) child.send(message);
  };
  return {
    url: new URL(url),
    dynamodbEndpoint,
    drop: (connectionId) => tell({ type: "drop", connectionId }),
    setFaults: (faults) => tell({ type: "faults", faults }),
    async close() {
      tell({ type: "close" });
      await exited;
    },
  };
}
