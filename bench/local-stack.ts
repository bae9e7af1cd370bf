/** `npm start`, as a person runs it: a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { io as connect, type Socket } from "socket.io-client";
import { groupCpuMs } from "./group-cpu.js";

export interface LocalStack {
  /** From the call of `npm` to the line with the URL. */
  readonly readyMs: number;
  readonly url: URL;
  /** A client that is not connected yet. @param origin where it connects to, if not straight to the stack */
  client(origin?: string): Socket;
  /** What all processes of the stack have used until now; undefined where the system does not tell. */
  cpuMs(): number | undefined;
  /** Ctrl-C. */
  stop(): Promise<void>;
}

export class LocalStackError extends Error {
  override readonly name = "LocalStackError";
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NPM = process.platform === "win32" ? "npm.cmd" : "npm";
/** `npm start` in any folder. */
const DEV = [process.execPath, "--import", "tsx", join(ROOT, "local", "cli.ts"), "dev"] as const;

/** @param project the folder of another CDK app than the example's */
export async function startStack(args: readonly string[], project?: string): Promise<LocalStack> {
  const startMs = performance.now();
  const [command, ...first] = project === undefined ? [NPM, "start", "--"] : DEV;
  // In a group of its own, so that npm, tsx and the stack all get the Ctrl-C, as from a terminal.
  const child = spawn(command, [...first, "--port", "0", ...args], {
    cwd: project ?? ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const url = await new Promise<URL>((resolve, reject) => {
    const look = (text: string) => {
      output += text;
      const [found] = /ws:\/\/localhost:\d+\/\S+/.exec(output) ?? [];
      if (found) resolve(new URL(found));
    };
    child.stdout.setEncoding("utf8").on("data", look);
    child.stderr.setEncoding("utf8").on("data", look);
    child.once("exit", (code) =>
      reject(new LocalStackError(`The local stack ended with code ${code}: ${output}`)),
    );
  });
  return {
    readyMs: performance.now() - startMs,
    url,
    client: (origin = url.origin) =>
      connect(origin, {
        path: url.pathname,
        transports: ["websocket"],
        reconnection: false,
        forceNew: true,
        autoConnect: false,
      }),
    cpuMs: () => (child.pid === undefined ? undefined : groupCpuMs(child.pid)),
    async stop() {
      const ended = once(child, "exit");
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      await ended;
    },
  };
}

/**
 * Time from the call of `connect()`, which opens the TCP connection and sends the
 * handshake, to the event `connect`.
 */
export async function connectMs(client: Socket): Promise<number> {
  const startMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    client.once("connect", resolve).once("connect_error", reject).connect();
  });
  return performance.now() - startMs;
}
