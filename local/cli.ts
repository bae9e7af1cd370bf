#!/usr/bin/env node
import { ownPackage } from "./own-package.js";
import { readArguments } from "./terminal/arguments.js";
import { messageOf } from "./terminal/event-lines.js";
import { helpOf } from "./terminal/help.js";
import { jsonLine } from "./terminal/json-lines.js";

/**
 * The program `socket.io-lambda`. Exit code 1 (`check`: 2) with a sentence on stderr, or an object on
 * stdout with `--json`, for what it cannot do. A command's code is loaded when it runs: `init` works where
 * the packages of the local stack are not installed.
 */
async function main(args: readonly string[]): Promise<void> {
  const command = readArguments(args, { folder: process.cwd(), calledFrom: process.env.INIT_CWD });
  switch (command.name) {
    case "help":
      return console.log(helpOf(command.about));
    case "version":
      return console.log(ownPackage().version);
    case "check": {
      const { checkCommand } = await import("./check/command.js");
      process.exitCode = checkCommand(command.options, (line) => console.log(line));
      return;
    }
    case "init": {
      const { init } = await import("./init/init.js");
      return console.log(init(command.folder));
    }
    case "dev": {
      const { dev } = await import("./dev.js");
      return dev(command.options);
    }
  }
}

const args = process.argv.slice(2);
main(args).catch((error: unknown) => {
  if (args.includes("--json")) process.stdout.write(jsonLine({ type: "failed", error }));
  else console.error(messageOf(error));
  // As linters have it: 1 is for findings.
  process.exitCode = args[0] === "check" ? 2 : 1;
});
