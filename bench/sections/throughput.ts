/**
 * How many acked events a second go over the whole local stack when many clients ask at once, and what one
 * costs its process: gateway, four environments and the table together.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { startStack } from "../local-stack.js";
import { benchFile } from "../programs.js";
import type { Row, SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";
import type { FromClients, ThroughputTask } from "../throughput/protocol.js";

const CLIENTS = 200;
const ENVIRONMENTS = 4;
interface Measured {
  readonly eventsPerSecond: number;
  readonly ackMs: readonly number[];
  /** Undefined where the system does not tell. */
  readonly cpuMsPerEvent: number | undefined;
}

export async function throughput({ quick, progress }: SectionOptions): Promise<Row[]> {
  const rounds = quick ? 1 : 3;
  const measured: Measured[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`acked events of ${CLIENTS} clients, round ${round} of ${rounds}`);
    measured.push(await measure(quick ? 3 : 10));
  }
  const whose = `${CLIENTS} clients, ${ENVIRONMENTS} environments`;
  const eventsPerSecond = median(measured.map((run) => run.eventsPerSecond));
  const ackMs = measured.flatMap((run) => run.ackMs);
  const cpuMs = measured.flatMap(({ cpuMsPerEvent }) => cpuMsPerEvent ?? []);
  const row = { section: "throughput", runs: rounds };
  return [
    {
      ...row,
      what: `acked events, ${whose}`,
      value: eventsPerSecond,
      unit: "events/s",
    },
    { ...row, what: "… until the ack", value: median(ackMs), p99: percentile(ackMs, 99), unit: "ms" },
    ...(cpuMs.length > 0
      ? [{ ...row, what: "… CPU of the stack, an event", value: median(cpuMs), unit: "ms" } as const]
      : []),
  ];
}

async function measure(seconds: number): Promise<Measured> {
  const stack = await startStack([
    ...["--app", benchFile("apps/echo.ts")],
    ...["--environments", String(ENVIRONMENTS), "--log-level", "error"],
  ]);
  const task: ThroughputTask = { url: stack.url.href, clients: CLIENTS, warmingEvents: 4_000, seconds };
  const clients = fork(benchFile("throughput/clients.ts"), [JSON.stringify(task)], {
    execArgv: ["--import", "tsx"],
  });
  try {
    await next(clients, "started");
    const [startMs, startCpuMs] = [performance.now(), stack.cpuMs()];
    const { events, ackMs } = await next(clients, "ended");
    const [endMs, endCpuMs] = [performance.now(), stack.cpuMs()];
    const hasCpu = startCpuMs !== undefined && endCpuMs !== undefined;
    return {
      eventsPerSecond: events / ((endMs - startMs) / 1000),
      ackMs,
      cpuMsPerEvent: hasCpu ? (endCpuMs - startCpuMs) / events : undefined,
    };
  } finally {
    await stack.stop();
    clients.disconnect();
  }
}

async function next<Type extends FromClients["type"]>(
  clients: ReturnType<typeof fork>,
  type: Type,
): Promise<Extract<FromClients, { type: Type }>> {
  const [message] = (await Promise.race([
    once(clients, "message"),
    once(clients, "exit").then(([code]) => {
      throw new Error(`The clients ended with code ${code}.`);
    }),
  ])) as [FromClients];
  if (message.type !== type) throw new Error(`The clients told ${message.type} and not ${type}.`);
  return message as Extract<FromClients, { type: Type }>;
}
