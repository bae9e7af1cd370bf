import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { CheckBeside } from "./check/beside.js";
import { CompareBeside } from "./compare/compare-beside.js";
import { emitterCommand } from "./emitter-environment.js";
import type { LocalEvent } from "./local-event.js";
import { ownPackage } from "./own-package.js";
import { type Local, startLocal } from "./start.js";
import type { DevOptions } from "./terminal/arguments.js";
import { eventLines } from "./terminal/event-lines.js";
import { firstScreen } from "./terminal/first-screen.js";
import { jsonLine } from "./terminal/json-lines.js";
import { hasKeyboard, keysLine, listenToKeys } from "./terminal/keys.js";
import { isShown } from "./terminal/log-level.js";
import { openInBrowser } from "./terminal/open-in-browser.js";

/** Who waits longer than this for the start wants to see what is said meanwhile. */
const LONG_START_MS = 8_000;

/** One Ctrl-C may come twice: from the terminal, and passed on by npm and tsx. */
const SAME_KEYSTROKE_MS = 500;

/**
 * Runs the stack until Ctrl-C. Exit code 0 after Ctrl-C, q or SIGTERM, 130 where a second Ctrl-C ends it in
 * the middle of ending. Rejects where it cannot start.
 */
export async function dev({ json, logLevel, open, compare, ...options }: DevOptions): Promise<void> {
  const { stdin, stdout } = process;
  const colors = stdout.isTTY === true && !process.env.NO_COLOR && !json;
  const lineOf = json ? jsonLine : eventLines({ colors });
  // What is said during the start stands below the lines that a person waits for.
  let early: LocalEvent[] | undefined = [];
  const log = (event: LocalEvent) => {
    if (early) early.push(event);
    else if (isShown(event, logLevel)) stdout.write(lineOf(event));
    if (event.type !== "reloaded") return;
    beside.run();
    void comparing?.reload();
  };
  const beside = new CheckBeside({ file: options.app, folder: options.project, log });
  process.once("exit", () => beside.end());
  const comparing = compare ? new CompareBeside(options, log) : undefined;
  const sayEarly = () => {
    const said = early ?? [];
    early = undefined;
    for (const event of said) log(event);
  };
  // With --json, "ready" is the first line.
  const longStart = json ? undefined : setTimeout(sayEarly, LONG_START_MS);
  const starting = startLocal({
    ...options,
    watch: true,
    log,
    ...(comparing && { watcher: comparing.watcher }),
  });
  const end = endOnSignal(starting, comparing);
  try {
    const local = await starting;
    const pageUrl = local.hasPage ? local.pageUrl : undefined;
    const warn = (message: string) => log({ type: "warning", message });
    const openPage = pageUrl === undefined ? undefined : () => openInBrowser(pageUrl, warn);
    const keyboard = !json && hasKeyboard(stdin, stdout);
    const ready = {
      version: ownPackage().version,
      app: appName(options),
      readyMs: Math.round(performance.now()),
      environments: options.environments,
      apis: local.apis,
      pageUrl,
      inspectorAddress: local.inspectorAddress,
    };
    const { emitterEnvironment } = local;
    if (json) stdout.write(jsonLine({ type: "ready", ...ready, emitterEnvironment }));
    else if (logLevel !== "silent") {
      const keys = keyboard ? keysLine(pageUrl !== undefined) : undefined;
      stdout.write(firstScreen({ ...ready, host: options.host, keys, colors }));
    }
    beside.run();
    void comparing?.start();
    if (open && openPage) openPage();
    else if (open) warn("There is no page to open: give the folder of one with --page.");
    if (keyboard) {
      const stop = listenToKeys(stdin, {
        reload: () => void reload(local, log),
        open: openPage,
        emit: () => stdout.write(`\n  ${emitterCommand(local.emitterEnvironment)}\n\n`),
        quit: end,
        print: (text) => stdout.write(text),
      });
      process.once("exit", stop);
    }
  } finally {
    clearTimeout(longStart);
    sayEarly();
  }
}

async function reload(local: Local, log: (event: LocalEvent) => void): Promise<void> {
  const startedMs = performance.now();
  try {
    await local.reload();
    log({ type: "reloaded", durationMs: performance.now() - startedMs });
  } catch (error) {
    log({ type: "reload-failed", error });
  }
}

/** What runs, as the person would type it. */
function appName({ app, project }: Pick<DevOptions, "app" | "project">): string | undefined {
  if (app !== undefined) return relative(project, app).replaceAll("\\", "/");
  return existsSync(join(project, "cdk.json")) ? "cdk.json" : undefined;
}

/** Returns what ends the stack, too. */
function endOnSignal(starting: Promise<Local>, comparing: CompareBeside | undefined): () => void {
  let isEnding = false;
  let endingSinceMs: number | undefined;
  const end = async () => {
    endingSinceMs ??= Date.now();
    if (Date.now() - endingSinceMs > SAME_KEYSTROKE_MS) process.exit(130);
    if (isEnding) return;
    isEnding = true;
    // A failed start has closed everything, and the caller says why.
    const local = await starting.catch(() => undefined);
    await Promise.all([local?.close(), comparing?.close()]);
    process.exit(local ? 0 : 1);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // The reader of a pipe has gone (`npm start | head`): nobody can see this any more.
  process.stdout.on("error", end);
  return () => void end();
}
