import { HELP, readArguments } from "./arguments.js";
import type { LocalEvent } from "./local-event.js";
import { type Local, startLocal } from "./start.js";
import { messageOf, terminal } from "./terminal.js";

/** One Ctrl-C may come twice: from the terminal, and passed on by npm and tsx. */
const SAME_KEYSTROKE_MS = 500;

/**
 * `npm start`: runs the stack until Ctrl-C. Exit code 0 after Ctrl-C or SIGTERM, 1 with a sentence on stderr where it cannot
 * start, 130 where a second Ctrl-C ends it in the middle of ending.
 */
async function main(): Promise<void> {
  // npm runs its scripts in the package's folder and leaves here where the person was.
  const { help, ...options } = readArguments(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (help) {
    console.log(HELP);
    return;
  }
  const { ready, event } = terminal({ colors: process.stdout.isTTY === true && !process.env.NO_COLOR });
  // What is said during the start stands below the lines that a person waits for.
  let early: LocalEvent[] | undefined = [];
  const log = (happened: LocalEvent) => {
    if (early) early.push(happened);
    else process.stdout.write(event(happened));
  };
  const starting = startLocal({ ...options, watch: true, log });
  endOnSignal(starting);
  try {
    process.stdout.write(ready(await starting));
  } finally {
    const said = early;
    early = undefined;
    for (const happened of said) log(happened);
  }
}

function endOnSignal(starting: Promise<Local>): void {
  let isEnding = false;
  let endingSinceMs: number | undefined;
  const end = async () => {
    endingSinceMs ??= Date.now();
    if (Date.now() - endingSinceMs > SAME_KEYSTROKE_MS) process.exit(130);
    if (isEnding) return;
    isEnding = true;
    // A failed start has closed everything, and main says why.
    const local = await starting.catch(() => undefined);
    await local?.close();
    process.exit(local ? 0 : 1);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // The reader of a pipe has gone (`npm start | head`): nobody can see this any more.
  process.stdout.on("error", end);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
