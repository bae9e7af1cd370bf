import { spawn } from "node:child_process";

/**
 * Each platform's own command, because `open`, the package for this, brings ten more for Windows' subsystems.
 */
const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", '""'],
};

/** Opens the person's browser; `BROWSER` names another one. Calls back with a sentence where that fails. */
export function openInBrowser(url: string, onError: (message: string) => void): void {
  const { BROWSER } = process.env;
  const [program, ...args] = BROWSER ? [BROWSER] : (COMMANDS[process.platform] ?? ["xdg-open"]);
  const fail = () => onError(`No browser could be opened with ${program}: open ${url} yourself.`);
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.once("error", fail);
  child.once("exit", (code) => code !== 0 && fail());
  child.unref();
}
