/**
 * One client floods the local stack, and another one's acks are timed, in the same run
 * before and during the flood.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { connectMs, startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import { atMost, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

const GOAL_RATIO = 3;

/**
 * More than one client's waits may hold (`MAX_WAITING_EVENTS`), as Lambda has more than one
 * client's flood takes.
 */
const ENVIRONMENTS = 16;

/** A flood comes in bursts, one every other second, of 60 to 100 messages at once. */
const BURST_EVERY_MS = 2_000;

interface Flood {
  readonly what: string;
  /** The messages of one burst. */
  readonly burst: readonly string[];
  /** A client that speaks Engine.IO, or a plain one. @default "engine.io" */
  readonly protocol?: "engine.io" | "plain";
}

const many = (count: number, message: string) => Array.from({ length: count }, () => message);

const FLOODS: readonly Flood[] = [
  { what: "CONNECTs", burst: many(100, "40") },
  { what: "acks that it never gives", burst: many(60, '42["question me"]') },
  { what: "acks that it never gives, with a timeout", burst: many(60, '42["question me in time"]') },
  { what: "questions to all that it does not answer", burst: many(60, '42["question all"]') },
  { what: "acks that the handler never gives", burst: many(60, '421["say"]') },
  { what: "events", burst: many(100, '42["say","hi"]') },
  { what: "garbage", burst: many(100, "4hello") },
  { what: "plain garbage", burst: many(100, "hello"), protocol: "plain" },
  { what: "binary headers", burst: many(100, '4510-["say",{"_placeholder":true,"num":0}]') },
  { what: "attachments without a header", burst: many(100, `b${Buffer.alloc(23_000).toString("base64")}`) },
];

export async function neighbours({ quick, progress }: SectionOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const flood of FLOODS) {
    progress(`one client sends ${flood.what}`);
    rows.push(...(await measure(flood, quick ? 2 : 5)));
  }
  return rows;
}

async function measure({ what, burst, protocol = "engine.io" }: Flood, bursts: number): Promise<Row[]> {
  const stack = await startStack([
    ...["--app", benchFile("apps/flooded.ts")],
    ...["--environments", String(ENVIRONMENTS), "--on-demand"],
  ]);
  const bystander = stack.client();
  await connectMs(bystander);
  // As after some minutes of use: there is a warm environment for each event that runs at once.
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: ENVIRONMENTS }, () => bystander.emitWithAck("ask")));
  }
  const quiet = await timesUntil(bystander, delay(3_000));
  const flooder = new Flooder(stack.url, protocol);
  const flooded = await timesUntil(bystander, flooder.send(burst, bursts));
  flooder.close();
  bystander.disconnect();
  await stack.stop();
  const row = (name: string, times: readonly number[]): Row => ({
    section: "neighbours",
    what: name,
    value: median(times),
    p99: percentile(times, 99),
    unit: "ms",
    runs: times.length,
  });
  const ratio = median(flooded) / median(quiet);
  return [
    row(`a bystander's ack before the flood of ${what}`, quiet),
    {
      ...row(`… while one client floods with ${what}`, flooded),
      goal: atMost(GOAL_RATIO, "times", ratio, `before it: ${ratio.toFixed(2)}`),
    },
  ];
}

/**
 * One event at a time, each sent when the one before is acked, until the time is over; the
 * last one counts too.
 */
async function timesUntil(client: Socket, over: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  const ended = over.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const startMs = performance.now();
    await client.emitWithAck("ask");
    times.push(performance.now() - startMs);
  }
  await ended;
  return times;
}

/** A client that sends what it likes, and reconnects when it is closed. */
class Flooder {
  #socket: WebSocket | undefined;

  constructor(
    private readonly url: URL,
    private readonly protocol: "engine.io" | "plain",
  ) {}

  async send(burst: readonly string[], bursts: number): Promise<void> {
    for (let sent = 0; sent < bursts; sent++) {
      const socket = await this.#connected();
      for (const message of burst) socket.send(message);
      await delay(BURST_EVERY_MS);
    }
  }

  close(): void {
    this.#socket?.terminate();
  }

  async #connected(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket;
    const query = this.protocol === "plain" ? "" : "?EIO=4&transport=websocket";
    const socket = new WebSocket(`${this.url}${query}`);
    this.#socket = socket;
    socket.on("error", () => {}); // closed in the middle of a burst
    await once(socket, "message");
    if (this.protocol === "plain") return socket;
    socket.send("40");
    await once(socket, "message");
    return socket;
  }
}
