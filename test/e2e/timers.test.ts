/** One server file with timers and tasks, on the local stack with short minutes and by plain `node`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Socket } from "socket.io-client";
import { afterEach, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import { Clients, received } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";

const APP = fileURLToPath(new URL("apps/tasks.ts", import.meta.url));
const SERVER = fileURLToPath(new URL("fixture/plain-server.ts", import.meta.url));

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

interface Target {
  join(): Promise<Socket>;
  /** So many minutes pass. */
  pass(minutes: number): void;
}

async function stack(environments: number, minuteMs = 1_500, recorder = new Recorder()) {
  const local: Local = await startLocal({ app: APP, environments, minuteMs, log: recorder.log });
  const clients = new Clients(() => ({ url: `ws://127.0.0.1:${local.port}`, path: `/${local.stage}` }));
  ends.push(
    () => local.close(),
    () => clients.close(),
  );
  return { join: () => clients.join(), pass: () => {}, recorder };
}

/** Its clock goes when it is told. */
async function plainNode(): Promise<Target> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", SERVER], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  ends.push(() => child.kill());
  const [port] = await once(child.stdout as NodeJS.ReadableStream, "data");
  const clients = new Clients(() => ({ url: `http://127.0.0.1:${String(port).trim()}`, path: "/socket.io" }));
  ends.push(() => clients.close());
  return {
    join: () => clients.join(),
    pass: (minutes) => void child.stdin?.write(`${minutes}\n`),
  };
}

describe.each([
  ["the local stack with 1 environment", () => stack(1)],
  ["the local stack with 4 environments", () => stack(4)],
  ["plain node", plainNode],
])("on %s", (_name, start: () => Promise<Target>) => {
  it("every() runs by the minute, and after() once, when its time has come", async () => {
    const target = await start();
    const client = await target.join();
    const heard: unknown[][] = [];
    client.onAny((...args) => heard.push(args));
    await client.emitWithAck("open room", "kitchen");
    const left = new Promise((resolve) => client.on("disconnect", resolve));
    const watcher = await target.join();
    const twice = new Promise<void>((resolve) => {
      let runs = 0;
      watcher.on("tweets", () => ++runs === 2 && resolve());
    });
    target.pass(2);
    target.pass(2);
    expect(await left).toBe("io server disconnect");
    expect(heard.filter(([event]) => event === "closed")).toEqual([["closed", "kitchen is closed"]]);
    await twice;
    expect(watcher.connected).toBe(true);
  });
});

it("on the local stack, a short timer is awaited, and long ones are named with their lines", async () => {
  const { join, recorder } = await stack(1, 60_000);
  const client = await join();
  await received(client, "welcome");
  client.emit("never");
  const told = (line: string, text: string) =>
    recorder.find("output", (output) => output.line.includes(line) && output.line.includes(lineOf(text)));
  await told("setInterval (1000 ms) outlives the event", 'io.emit("tick")');
  await told("setInterval (20000 ms) was set outside of any event", "module tick");
  await told("Events have waited for 1 timer so far", "welcome");
  expect(recorder.printed()).not.toMatch(/sent outside of any event|in the name of another event/);
});

/** Of the app, where it has this text: as warnings name it. */
function lineOf(text: string): string {
  const [before = ""] = readFileSync(APP, "utf8").split(text);
  return `test/e2e/apps/tasks.ts:${before.split(/\n/).length}:`;
}
