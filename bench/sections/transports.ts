/**
 * What a client pays that begins with long-polling, as default options have it: until it is connected and has
 * upgraded, and, where it stays with polling, for each event. Beside Socket.IO's own server in the same run.
 */
import { connectMs, startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import { atMost, type Goal, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";
import { startStock } from "../stock/stock.js";
import { clientOf, measure, noTimes, type Times } from "../transports.js";

const GOAL_RATIO = 1.3;

/** What a default client waits for one after another until its `connect`, as counted (README.md). */
const TABLE_CALLS = 12;
const POSTS = 2;

export async function transports({ quick, progress }: SectionOptions): Promise<Row[]> {
  const rounds = quick ? 1 : 3;
  const size = quick ? { clients: 5, events: 50 } : { clients: 20, events: 300 };
  const [here, stock, tableMs] = [noTimes(), noTimes(), [] as number[]];
  for (let round = 1; round <= rounds; round++) {
    progress(`transports, round ${round} of ${rounds}`);
    const server = await startStock();
    await measure(server.url, stock, size);
    await server.stop();
    const stack = await startStack(["--app", benchFile("apps/table.ts")]);
    await measure(stack.url, here, size);
    tableMs.push(await tableCallMs(stack.url));
    await stack.stop();
  }
  if (here.missedUpgrades > 0) progress(`${here.missedUpgrades} clients were too slow to upgrade`);
  const call = median(tableMs);
  // An acked event reads once, and posts once.
  const latencies = TABLE_CALLS * call + POSTS * Math.max(0, median(here.ackMs.websocket) - call);
  const limit = Math.round(GOAL_RATIO * (median(stock.upgradedMs) + latencies));
  const isFast = atMost(limit, "ms", median(here.upgradedMs), `${GOAL_RATIO} × stock and latencies`);
  return [
    ...rowsOf("Socket.IO's own server", stock),
    row("a call to the local table, in a function", tableMs),
    ...rowsOf("here", here, isFast),
  ];
}

function rowsOf(where: string, { connectMs, upgradedMs, ackMs }: Times, goal?: Goal): Row[] {
  const seconds = ackMs.polling.reduce((sum, ms) => sum + ms, 0) / 1000;
  return [
    row(`${where}: first byte to connect, WebSocket only`, connectMs.websocket),
    row(`${where}: … default options`, connectMs.default),
    { ...row(`${where}: … default options, upgraded too`, upgradedMs), ...(goal && { goal }) },
    row(`${where}: … polling only`, connectMs.polling),
    row(`${where}: acked event by polling, one after another`, ackMs.polling),
    {
      section: "transports",
      what: `${where}: … in a second`,
      value: ackMs.polling.length / seconds,
      unit: "events/s",
      runs: ackMs.polling.length,
    },
  ];
}

function row(what: string, times: readonly number[]): Row {
  return {
    section: "transports",
    what,
    value: median(times),
    p99: percentile(times, 99),
    unit: "ms",
    runs: times.length,
  };
}

async function tableCallMs(url: URL): Promise<number> {
  const client = clientOf(url, "websocket");
  await connectMs(client);
  const ms: number = await client.emitWithAck("table");
  client.disconnect();
  return ms;
}
