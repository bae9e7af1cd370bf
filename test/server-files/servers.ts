/**
 * A program as people write it, started twice: by plain Node, and on the local stack. Whoever drives it asks
 * the same of both.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { startLocal } from "../../local/start.js";
import { Recorder } from "../support/recorder.js";

export interface Running {
  /** Without a slash at its end. */
  readonly url: string;
  printed(): string;
  close(): Promise<void>;
}

export type Start = (program: string, options?: StartOptions) => Promise<Running>;

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Of the stack's schedule. @default a real one */
  readonly minuteMs?: number;
}

/** Of `apps/`, or by its whole path. */
const pathOf = (program: string) => fileURLToPath(new URL(program, new URL("apps/", import.meta.url)));

/** Plain `node`, with tsx for TypeScript. */
export async function onNode(program: string, { env = {} }: StartOptions = {}): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--import", "tsx", pathOf(program)], {
    env: { ...process.env, ...env, PORT: String(port), NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const exited = once(child, "exit");
  const listens = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        if (/listening/i.test(printed)) resolve();
      });
    }
    exited.then(([code]) => reject(new Error(`${program} ended with ${code}: ${printed}`)));
  });
  await listens;
  const close = async () => {
    child.kill();
    await exited;
  };
  return { url: `http://127.0.0.1:${port}`, printed: () => printed, close };
}

/** The local stack with a front door, each function with so many environments. */
export function onStack(environments: number): Start {
  return async (program, options = {}) => {
    const recorder = new Recorder();
    const app = pathOf(program);
    const local = await startLocal({ app, environments, log: recorder.log, ...options });
    return {
      url: `http://127.0.0.1:${local.port}`,
      printed: () => recorder.printed(),
      close: () => local.close(),
    };
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
