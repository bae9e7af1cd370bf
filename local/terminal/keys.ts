import { execFileSync } from "node:child_process";
import { emitKeypressEvents, type Key } from "node:readline";

export interface KeyActions {
  reload(): void;
  /** Absent where there is no page. */
  open?: (() => void) | undefined;
  /** Prints how a script emits. */
  emit(): void;
  quit(): void;
  /** Prints what it is given. */
  print(text: string): void;
}

/**
 * Whether a person sits at these streams. In the background (`npm start &`), reading keys would make the
 * shell stop the process, so nobody does; `ps` marks what is in the foreground with a "+" on Linux and macOS.
 */
export function hasKeyboard(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): boolean {
  if (!stdin.isTTY || !stdout.isTTY || process.env.CI) return false;
  if (process.platform === "win32") return true;
  try {
    return execFileSync("ps", ["-o", "stat=", "-p", String(process.pid)], { encoding: "utf8" }).includes("+");
  } catch {
    return true; // no `ps`: most probably a container with one shell
  }
}

/** The line of the first screen, and of the key h. */
export function keysLine(canOpen: boolean): string {
  const keys = [
    "r reload",
    ...(canOpen ? ["o open the page"] : []),
    "e emit from a script",
    "q quit",
    "h help",
  ];
  return `Keys: ${keys.join("   ")}`;
}

/**
 * Listens to single keys until the returned function is called, which gives the terminal back as it was.
 * Ctrl-C is a key here like the others, and quits; Ctrl-Z sleeps, as everywhere.
 */
export function listenToKeys(stdin: NodeJS.ReadStream, actions: KeyActions): () => void {
  const { reload, open, emit, quit, print } = actions;
  const wakeUp = () => stdin.setRawMode(true);
  const onKey = (_: string | undefined, { name, ctrl }: Key) => {
    if (ctrl && name === "c") quit();
    else if (ctrl && name === "z") {
      stdin.setRawMode(false);
      // To npm as well, as the terminal would.
      process.kill(0, "SIGTSTP");
    } else if (ctrl) return;
    else if (name === "q") quit();
    else if (name === "r") reload();
    else if (name === "o") open?.();
    else if (name === "e") emit();
    else if (name === "h") print(`\n  ${keysLine(open !== undefined)}\n\n`);
    else if (name === "return") print("\n"); // to set lines apart
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on("keypress", onKey);
  process.on("SIGCONT", wakeUp);
  stdin.resume();
  return () => {
    process.off("SIGCONT", wakeUp);
    stdin.off("keypress", onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
