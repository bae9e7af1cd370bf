/**
 * Socket.IO's own server to compare with. Not bundled as our programs are: the bundler leaves out what it is
 * made of. The TypeScript loader compiles one small file when it starts, and has no part in what is measured.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { benchFile } from "../programs.js";

export interface Stock {
  readonly url: URL;
  stop(): Promise<void>;
}

export async function startStock(): Promise<Stock> {
  const child = fork(benchFile("stock/server.ts"), { execArgv: ["--import", "tsx"] });
  const [port] = (await once(child, "message")) as [number];
  return {
    url: new URL(`ws://127.0.0.1:${port}/socket.io`),
    async stop() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
