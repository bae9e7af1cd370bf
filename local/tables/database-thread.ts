import { setTimeout as setRealTimeout } from "node:timers";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { packageFile } from "../../lib/package-file.js";

/** An empty database in the thread, on a port of its own. */
export interface Database {
  /** Of its DynamoDB, on loopback. */
  readonly port: number;
  /** To the thread, about this database (`dynalite-worker.mjs`). Holds the process until `close`. */
  readonly link: MessagePort;
  /** Closes its connections. What it held is gone. */
  close(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  /** Rejects when it ends by itself. */
  readonly ended: Promise<never>;
  databases: number;
  idle?: NodeJS.Timeout | undefined;
}

const WORKER = packageFile("local/tables/dynalite-worker.mjs");

/** Between two tests lie milliseconds. */
const IDLE_MS = 1_000;

let running: Thread | undefined;

/**
 * Opens a database in the thread of this process, which the first one starts and a second without any ends:
 * loading dynalite takes 70 ms of CPU, and a program's tests open a database each. Rejects where the thread
 * cannot start.
 */
export async function openDatabase(): Promise<Database> {
  running ??= start();
  const thread = running;
  clearTimeout(thread.idle);
  thread.databases++;
  const { port1: link, port2 } = new MessageChannel();
  const leave = () => {
    link.close();
    if (--thread.databases === 0) thread.idle = setRealTimeout(end, IDLE_MS, thread).unref();
  };
  const closed = async () => {
    const answered = answer(link, "closed");
    link.postMessage({ type: "close" });
    // A thread that has ended holds nothing any more.
    await Promise.race([answered, thread.ended.catch(() => {})]);
    leave();
  };
  let closing: Promise<void> | undefined;
  try {
    thread.worker.postMessage(port2, [port2]);
    const { port = 0 } = await Promise.race([answer(link, "listening"), thread.ended]);
    return { port, link, close: () => (closing ??= closed()) };
  } catch (error) {
    leave();
    throw error;
  }
}

function start(): Thread {
  const worker = new Worker(WORKER, { execArgv: [], name: "tables" });
  // Its databases hold the process.
  worker.unref();
  const ended = new Promise<never>((_resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The thread of the tables ended with ${code}.`)));
  });
  const thread: Thread = { worker, ended, databases: 0 };
  ended.catch(() => {
    if (running === thread) running = undefined;
  });
  return thread;
}

function end(thread: Thread): void {
  if (running === thread) running = undefined;
  void thread.worker.terminate();
}

interface Answer {
  readonly type: string;
  readonly port?: number;
}

function answer(link: MessagePort, type: string): Promise<Answer> {
  return new Promise((resolve) => {
    link.on("message", function hear(message: Answer) {
      if (message.type !== type) return;
      link.off("message", hear);
      resolve(message);
    });
  });
}
