/** From a client's first byte to its `connect` event: four events of the gateway, of which three run one after another. */
import type { Socket } from "socket.io-client";
import { connectMs, startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import type { Row, SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

export async function connecting({ quick, progress }: SectionOptions): Promise<Row[]> {
  const starts = quick ? 1 : 5;
  const clients = quick ? 20 : 100;
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
  const row = (what: string, times: readonly number[]): Row => ({
    section: "connecting",
    what,
    value: median(times),
    p99: percentile(times, 99),
    unit: "ms",
    runs: times.length,
  });
  return [
    row("first byte to connect, first client of a stack (code loaded, never run)", firstMs),
    row("first byte to connect, warm", laterMs),
  ];
}
