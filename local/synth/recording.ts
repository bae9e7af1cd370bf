import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import type { Input } from "./inputs.js";

/** What the CDK app in this process has used so far. */
export const recorded = {
  inputs: new Map<string, Input>(),
  /** False once the app has run another program: what that one reads is not known. */
  complete: true,
};

export function record(input: Input): void {
  recorded.inputs.set(`${input.kind} ${input.name}`, input);
}

/**
 * From now on notes which files and environment variables this process looks at. `isInput` limits the files: the
 * CDK also reads the system and writes its output.
 */
export function startRecording(isInput: (file: string) => boolean): void {
  for (const [kind, names] of Object.entries(OBSERVED)) {
    for (const name of names) {
      observe(fs, name, (file) => {
        const path = file instanceof URL ? file.pathname : file;
        if (typeof path !== "string" || !isInput(resolve(path))) return;
        record({ kind: kind as Input["kind"], name: resolve(path) });
      });
    }
  }
  observe(childProcess, "spawnSync", () => {
    recorded.complete = false;
  });
  syncBuiltinESMExports();
  process.env = new Proxy(process.env, {
    get(target, name, receiver) {
      if (typeof name === "string") record({ kind: "environment", name });
      return Reflect.get(target, name, receiver);
    },
  });
}

const OBSERVED = {
  content: ["readFileSync", "openSync", "copyFileSync", "createReadStream"],
  existence: ["existsSync", "statSync", "lstatSync"],
  names: ["readdirSync"],
} as const;

/** Replaces a function by one that calls `before` with the first argument, then does the same. */
function observe<Module extends object>(
  module: Module,
  name: keyof Module,
  before: (argument: unknown) => void,
): void {
  const original = module[name] as (...args: unknown[]) => unknown;
  const observed = (...args: unknown[]) => {
    before(args[0]);
    return original.apply(module, args);
  };
  // `realpathSync.native` and the like hang on the functions.
  module[name] = Object.assign(observed, original) as Module[keyof Module];
}
