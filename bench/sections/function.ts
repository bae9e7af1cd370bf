/**
 * What one event costs in the app function, beside a handler that a user would write without Socket.IO: CPU,
 * billed time with AWS-like latencies, and a cold start.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ENV } from "../../runtime/contract.js";
import type { FromMock, RunResult, RunTask, ToMock } from "../function/protocol.js";
import { storedItem } from "../function/stored-item.js";
import { benchFile, Programs } from "../programs.js";
import { atMost, type Goal, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

/** As AWS answers in one region. */
const LATENCY = { table: { p50Ms: 4, p99Ms: 12 }, post: { p50Ms: 10, p99Ms: 50 } };

const NAMES = ["hand-written", "here"] as const;
type Name = (typeof NAMES)[number];

export async function functionSection({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs();
  try {
    const port = await freeMock(programs);
    const bundles: Record<Name, string> = {
      "hand-written": programs.compiled({ entry: benchFile("function/hand-written.ts") }),
      here: programs.compiled({
        entry: fileURLToPath(new URL("../../lambdas/socket-io.ts", import.meta.url)),
        alias: { "#app": benchFile("apps/echo.ts") },
      }),
    };
    const run = (name: Name, warmUps: number, events: number) => {
      const task: RunTask = {
        bundle: pathToFileURL(bundles[name]).href,
        env: variables(port.url),
        event: JSON.stringify(eventOf(name, port.connectionId)),
        warmUps,
        events,
      };
      return programs.run<RunResult>("function/run.ts", task);
    };

    const cold: Record<Name, number[]> = { "hand-written": [], here: [] };
    const cpu: Record<Name, number[]> = { "hand-written": [], here: [] };
    const rounds = quick
      ? { cold: 5, cpu: 1, events: 500, slow: 50 }
      : { cold: 31, cpu: 5, events: 3_000, slow: 400 };
    progress(`${rounds.cold} cold starts each`);
    for (let i = 0; i < rounds.cold; i++)
      for (const name of NAMES) cold[name].push((await run(name, 1, 0)).coldMs);
    progress(`CPU of ${rounds.events} events, ${rounds.cpu} times each`);
    for (let i = 0; i < rounds.cpu; i++)
      for (const name of NAMES) cpu[name].push((await run(name, 500, rounds.events)).cpuMsAnEvent);

    progress(`${rounds.slow} events with AWS-like latencies`);
    const billed: Record<Name, readonly number[]> = { "hand-written": [], here: [] };
    let chain: readonly number[] = [];
    for (const name of NAMES) {
      await port.answerAfter(LATENCY);
      const { billedMs } = await run(name, 20, rounds.slow);
      const waits = (await port.takeWaits()).slice(-2 * rounds.slow);
      chain = Array.from({ length: rounds.slow }, (_, i) => (waits[2 * i] ?? 0) + (waits[2 * i + 1] ?? 0));
      billed[name] = billedMs;
    }
    const ratioOf = (values: Readonly<Record<Name, readonly number[]>>) =>
      median(values.here) / median(values["hand-written"]);
    const is = (ratio: number) => `is ${ratio.toFixed(2)}`;
    const billedRatio = median(billed.here) / median(chain);
    const tailRatio = percentile(billed.here, 99) / percentile(chain, 99);
    return [
      row("CPU of an acked event, hand-written (SDK)", cpu["hand-written"]),
      row(
        "CPU of an acked event",
        cpu.here,
        atMost(1, "times", ratioOf(cpu), `hand-written's, ${is(ratioOf(cpu))}`),
      ),
      row("import and first event, hand-written (SDK)", cold["hand-written"]),
      row(
        "import and first event",
        cold.here,
        atMost(1.25, "times", ratioOf(cold), `hand-written's, ${is(ratioOf(cold))}`),
      ),
      row("one read and one post, as the mock waited", chain),
      row("billed time of an acked event, hand-written (SDK)", billed["hand-written"]),
      row("billed time of an acked event", billed.here, {
        text: `≤ 1.1 times read and post (${is(billedRatio)}), p99 ≤ 1.3 (${is(tailRatio)})`,
        met: billedRatio <= 1.1 && tailRatio <= 1.3,
      }),
    ];
  } finally {
    programs.close();
  }
}

interface Mock {
  readonly url: string;
  readonly connectionId: string;
  answerAfter(latency: typeof LATENCY | undefined): Promise<void>;
  takeWaits(): Promise<readonly number[]>;
}

async function freeMock(programs: Programs): Promise<Mock> {
  const item = await storedItem("");
  const child = programs.start("function/mock.ts", { item });
  const { port } = await next(child, "listening");
  const ask = async <Type extends FromMock["type"]>(message: ToMock, type: Type) => {
    const answer = next(child, type);
    child.send(message);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    connectionId: item.connectionId?.S ?? "",
    answerAfter: async (latency) => void (await ask({ type: "answer after", latency }, "ready")),
    takeWaits: async () => (await ask({ type: "take waits" }, "waits")).ms,
  };
}

async function next<Type extends FromMock["type"]>(child: ChildProcess, type: Type) {
  for (;;) {
    const [message] = (await once(child, "message")) as [FromMock];
    if (message.type === type) return message as Extract<FromMock, { type: Type }>;
  }
}

function variables(url: string): Record<string, string> {
  return {
    [ENV.connectionsTable]: "Connections",
    [ENV.roomsTable]: "Rooms",
    [ENV.endpoint]: `${url}/prod`,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${url}/prod`,
  };
}

function eventOf(name: Name, connectionId: string): object {
  const requestContext = {
    connectionId,
    connectedAt: Date.now(),
    apiId: "abc",
    stage: "prod",
    domainName: "abc.execute-api.eu-west-1.amazonaws.com",
    requestId: "r#",
    requestTimeEpoch: Date.now(),
    routeKey: "$default",
    eventType: "MESSAGE",
    messageId: "m#",
    identity: { sourceIp: "192.0.2.1" },
  };
  return { body: name === "here" ? '42#["ask"]' : '{"action":"ask","id":#}', requestContext };
}

function row(what: string, times: readonly number[], goal?: Goal): Row {
  const value = median(times);
  const common = { section: "function", what, value, unit: "ms", runs: times.length } as const;
  return { ...common, p99: percentile(times, 99), ...(goal && { goal }) };
}
