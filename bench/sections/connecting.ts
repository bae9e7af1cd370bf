/**
 * From a client's first byte to its `connect` event: `$connect`, the open packet, and
 * CONNECT with its answer.
 */
import type { Socket } from "socket.io-client";
import { farAway } from "../far-away.js";
import { connectMs, startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import type { Row, SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

/** A start gives one number of these. */
const COLD_STARTS = 3;

/** To a client in the same country. Nobody's browser is as near as this machine's own. */
const ROUND_TRIP_MS = 20;

export async function connecting({ quick, progress }: SectionOptions): Promise<Row[]> {
  const starts = quick ? 1 : 5;
  const clients = quick ? 20 : 100;
  const coldMs: number[] = [];
  const coldFarMs: number[] = [];
  const firstMs: number[] = [];
  const laterMs: number[] = [];
  for (let run = 1; run <= starts; run++) {
    progress(`connecting, start ${run} of ${starts}`);
    const stack = await startStack(["--app", benchFile("apps/echo.ts")]);
    // Nobody leaves in between: the events of a goodbye would hold up the next client's.
    const connected: Socket[] = [];
    const connect = () => {
      const client = stack.client();
      connected.push(client);
      return connectMs(client);
    };
    firstMs.push(await connect());
    for (let i = 0; i < 5; i++) await connect();
    for (let i = 0; i < clients / starts; i++) laterMs.push(await connect());
    for (const client of connected) client.disconnect();
    await stack.stop();
  }
  for (let run = 1; run <= COLD_STARTS * starts; run++) {
    progress(`connecting, cold start ${run} of ${COLD_STARTS * starts}`);
    for (const [times, roundTripMs] of [
      [coldMs, 0],
      [coldFarMs, ROUND_TRIP_MS],
    ] as const) {
      const stack = await startStack(["--app", benchFile("apps/echo.ts"), "--on-demand"]);
      const distance = await farAway(stack.url, roundTripMs);
      const client = stack.client(roundTripMs === 0 ? undefined : distance.origin);
      times.push(await connectMs(client));
      client.disconnect();
      distance.close();
      await stack.stop();
    }
  }
  const row = (what: string, times: readonly number[]): Row => ({
    section: "connecting",
    what,
    value: median(times),
    p99: percentile(times, 99),
    unit: "ms",
    runs: times.length,
  });
  return [
    row("first byte to connect, first client of a stack (no environment started: import included)", coldMs),
    row(`… the same, of a client at a distance of ${ROUND_TRIP_MS} ms`, coldFarMs),
    row("first byte to connect, first client of a stack (code loaded, never run)", firstMs),
    row("first byte to connect, warm", laterMs),
  ];
}
