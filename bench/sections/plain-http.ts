/**
 * What the app's own HTTP costs behind the front door: the server file with its Socket.IO server, beside the
 * same Express app that serverless-http serves from a function of its own. The same local stack, distribution
 * and HTTP API lead to both.
 */
import { startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import { atMost, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

const GOAL_RATIO = 1.5;

const REQUESTS: Readonly<Record<string, { readonly path: string; readonly init?: RequestInit }>> = {
  "GET of JSON": { path: "/hello?name=Ann" },
  "POST of JSON": {
    path: "/notes",
    init: {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "milk" }),
    },
  },
  "GET of a page of 40 KB": { path: "/page" },
};

export async function plainHttp({ quick, progress }: SectionOptions): Promise<Row[]> {
  const [warming, count] = quick ? [20, 50] : [100, 500];
  const stack = await startStack([], benchFile("plain-http"));
  try {
    const rows: Row[] = [];
    for (const [name, { path, init }] of Object.entries(REQUESTS)) {
      progress(`${name}, ${count} times each`);
      const times = { alone: [] as number[], here: [] as number[] };
      const ask = (where: keyof typeof times) =>
        requestMs(new URL(where === "alone" ? `/alone${path}` : path, `http://${stack.url.host}`), init);
      // In turns, so that a busy moment of the machine hits both.
      for (let run = -warming; run < count; run++) {
        for (const where of ["alone", "here"] as const) {
          const ms = await ask(where);
          if (run >= 0) times[where].push(ms);
        }
      }
      rows.push(...rowsOf(name, times.alone, times.here));
    }
    return rows;
  } finally {
    await stack.stop();
  }
}

function rowsOf(name: string, alone: readonly number[], here: readonly number[]): Row[] {
  const ratio = median(here) / median(alone);
  const row = (what: string, times: readonly number[]): Row => ({
    section: "plain-http",
    what: `${name}, ${what}`,
    value: median(times),
    p99: percentile(times, 99),
    unit: "ms",
    runs: times.length,
  });
  return [
    row("Express behind serverless-http alone", alone),
    {
      ...row("the server file", here),
      goal: atMost(GOAL_RATIO, "times", ratio, `serverless-http's, is ${ratio.toFixed(2)}`),
    },
  ];
}

async function requestMs(url: URL, init?: RequestInit): Promise<number> {
  const startMs = performance.now();
  const response = await fetch(url, init);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return performance.now() - startMs;
}
