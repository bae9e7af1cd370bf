/**
 * One run in one mode: a stack of its own, clients that live while faults rain, a calm end in which
 * everything has to come right, and a leave-taking after which nothing may be left.
 */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { History } from "./check/history.js";
import { checkLeftovers } from "./check/remains.js";
import { Client } from "./clients/client.js";
import type { Entry } from "./entry.js";
import { Journal } from "./journal.js";
import { LeftoverReader, type Leftovers } from "./leftovers.js";
import type { Order, SoakOptions } from "./options.js";
import { type Stack, startStack } from "./stack.js";
import { FAREWELL, storm } from "./storm.js";
import { CLAIM_MS, REAPER_PERIOD_MS } from "./tempo.js";

/** All that the checker gets to know. */
export interface Evidence {
  readonly order: Order;
  readonly entries: readonly Entry[];
  readonly leftovers: Leftovers;
  /** Resident memory of the stack's process, in its order, while clients lived. */
  readonly rssBytes: readonly number[];
}

export interface SoakHooks {
  /** A line for a person who waits, every 10 s. */
  readonly progress: (line: string) => void;
  /** A line that a function printed. */
  readonly output: (line: string) => void;
}

const PROGRESS_EVERY_MS = 10_000;

/** One after another: environments that have just started load their code in the meantime. */
const ARRIVAL_GAP_MS = 100;

/** Well inside the two minutes of connection state recovery, and of a short run. */
const LONGEST_AWAY_MS = 60_000;
const AWAY_SHARE = 0.4;

/** What the calm may take at most, until every client is connected and has its acks. */
const CALM_MS = 60_000;
const QUIET_MS = 3_000;
const LOOK_EVERY_MS = 250;
const EXPLAINED_MS = 12_000;

export async function soak(
  order: Order,
  options: SoakOptions,
  { progress, output }: SoakHooks,
): Promise<Evidence> {
  const journal = new Journal();
  const rssBytes: number[] = [];
  let isStorm = true;
  const name = `soak ${randomUUID()}`;
  const stack = await startStack({
    journal: name,
    order,
    environments: options.environments,
    faults: options.faults ? storm(options.seed) : undefined,
    onEntry: (entry) => journal.add(entry),
    onMemory: (bytes) => isStorm && rssBytes.push(bytes),
    onOutput: output,
  });
  try {
    const clients = makeClients(stack, journal, name, options);
    const reports = setInterval(
      () => progress(`${order}: ${progressLine(journal, clients, rssBytes)}`),
      PROGRESS_EVERY_MS,
    );
    try {
      await live(clients, journal, options);
      isStorm = false;
      await calm(clients, journal, stack);
      const leftovers = await goodbye(clients, journal, stack, options);
      return { order, entries: journal.entries, leftovers, rssBytes };
    } finally {
      clearInterval(reports);
    }
  } finally {
    await stack.close();
  }
}

function makeClients(stack: Stack, journal: Journal, name: string, options: SoakOptions): Client[] {
  const shared = {
    seed: options.seed,
    habits: {
      clients: options.clients,
      awayMs: Math.min(LONGEST_AWAY_MS, options.minutes * 60_000 * AWAY_SHARE),
    },
    perSecond: options.rate / options.clients,
    door: { url: stack.url, journal: name },
    journal,
    drop: stack.drop,
  };
  return Array.from({ length: options.clients }, (_, client) => new Client(client, shared));
}

async function live(clients: readonly Client[], journal: Journal, options: SoakOptions): Promise<void> {
  journal.add({ type: "phase", phase: "storm" });
  const stop = AbortSignal.timeout(options.minutes * 60_000);
  setMaxListeners(0, stop);
  await Promise.all(
    clients.map(async (client, index) => {
      await delay(index * ARRIVAL_GAP_MS);
      client.connect();
      await client.live(stop);
    }),
  );
}

async function calm(clients: readonly Client[], journal: Journal, stack: Stack): Promise<void> {
  stack.setFaults({});
  journal.add({ type: "phase", phase: "calm" });
  const isCalm = () => clients.every(({ isConnected, owedAcks }) => isConnected && owedAcks === 0);
  await until(isCalm, CALM_MS);
  for (const client of clients) client.ask();
  await until(() => isCalm() && journal.quietMs > QUIET_MS, CALM_MS);
  journal.add({ type: "phase", phase: "quiet" });
}

async function goodbye(
  clients: readonly Client[],
  journal: Journal,
  stack: Stack,
  options: SoakOptions,
): Promise<Leftovers> {
  if (options.faults) stack.setFaults(FAREWELL);
  for (const client of clients) client.leave();
  const reader = new LeftoverReader(stack.dynamodbEndpoint);
  try {
    let leftovers = await reader.read();
    const looked = async () => {
      leftovers = await reader.read();
      if (leftovers.owned.size === 0) return journal.quietMs > LOOK_EVERY_MS;
      // What waits for its TTL will not be gone in time.
      const isExplained = () => checkLeftovers(leftovers, new History(journal.entries)).length === 0;
      return journal.quietMs > EXPLAINED_MS && isExplained();
    };
    await until(looked, REAPER_PERIOD_MS + CLAIM_MS);
    journal.add({ type: "phase", phase: "gone" });
    return leftovers;
  } finally {
    reader.close();
  }
}

/** Resolves when it is so, or when the time is over: the checker says what that means. */
async function until(isSo: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; ) {
    if (await isSo()) return;
    await delay(LOOK_EVERY_MS);
  }
}

function progressLine(journal: Journal, clients: readonly Client[], rssBytes: readonly number[]): string {
  const count = (type: Entry["type"]) => journal.entries.filter((entry) => entry.type === type).length;
  const connected = clients.filter(({ isConnected }) => isConnected).length;
  const seconds = Math.round((journal.entries.at(-1)?.at ?? 0) / 1000);
  const mb = Math.round((rssBytes.at(-1) ?? 0) / 2 ** 20);
  return `${seconds} s: ${connected} of ${clients.length} connected, ${count("sent")} sent, ${count("got")} got, ${count("fault")} faults, ${mb} MB`;
}
