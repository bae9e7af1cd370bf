/**
 * What one event costs in the app function, beside a handler that a user would write without Socket.IO: CPU,
 * billed time with AWS-like latencies, and a cold start.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ENV } from "../../runtime/contract.js";
import type { FromMock, Held, RunResult, RunTask, ToMock } from "../function/protocol.js";
import { storedRoom } from "../function/stored-room.js";
import { benchFile, Programs } from "../programs.js";
import { atMost, type Goal, type Row, type SectionOptions } from "../row.js";
import { median, percentile } from "../statistics.js";

/** As AWS answers in one region. */
const LATENCY = { table: { p50Ms: 4, p99Ms: 12 }, post: { p50Ms: 10, p99Ms: 50 } };

const MEMBERS = 20;
const WARM_UPS = 20;
const ASK = '42#["ask"]';
const EVENTS = [
  { what: "an acked event", frame: ASK, most: 1.1 },
  { what: "join and its ack", frame: '42#["join","room#"]', most: 1.15 },
  { what: `a broadcast to a room of ${MEMBERS}`, frame: '42["cast"]', most: 1.15 },
  { what: `fetchSockets of a room of ${MEMBERS} and the ack`, frame: '42#["who"]', most: 1.15 },
];

const NAMES = ["hand-written", "here"] as const;
type Name = (typeof NAMES)[number] | "bare";

export async function functionSection({ quick, progress }: SectionOptions): Promise<Row[]> {
  const programs = new Programs();
  try {
    const port = await freeMock(programs);
    const bundles: Record<Name, string> = {
      bare: programs.compiled({ entry: benchFile("function/bare.ts") }),
      "hand-written": programs.compiled({ entry: benchFile("function/hand-written.ts") }),
      here: programs.compiled({
        entry: fileURLToPath(new URL("../../lambdas/socket-io.ts", import.meta.url)),
        alias: { "#app": benchFile("apps/room.ts") },
      }),
    };
    const run = (name: Name, warmUps: number, events: number, frame = ASK, markUrl?: string) => {
      const task: RunTask = {
        bundle: pathToFileURL(bundles[name]).href,
        env: { ...variables(port.url), BENCH_MEMBERS: JSON.stringify(port.connectionIds) },
        event: JSON.stringify(eventOf(name, port.connectionIds[0] ?? "", frame)),
        warmUps,
        events,
        ...(markUrl !== undefined && { markUrl }),
      };
      return programs.run<RunResult>("function/run.ts", task);
    };
    const slow = async (name: Name, frame: string, events: number): Promise<Billed> => {
      await port.answerAfter(LATENCY);
      const { billedMs } = await run(name, WARM_UPS, events, frame, `${port.url}/mark`);
      return { ms: billedMs, chainMs: chains(await port.takeHeld()).slice(WARM_UPS) };
    };

    const cold: Times = { "hand-written": [], here: [] };
    const cpu: Times = { "hand-written": [], here: [] };
    const rounds = quick
      ? { cold: 5, cpu: 1, events: 500, slow: 50 }
      : { cold: 31, cpu: 5, events: 3_000, slow: 400 };
    progress(`${rounds.cold} cold starts each`);
    for (let i = 0; i < rounds.cold; i++)
      for (const name of NAMES) cold[name].push((await run(name, 1, 0)).coldMs);
    progress(`CPU of ${rounds.events} events, ${rounds.cpu} times each`);
    for (let i = 0; i < rounds.cpu; i++)
      for (const name of NAMES) cpu[name].push((await run(name, 500, rounds.events)).cpuMsAnEvent);

    progress(`${rounds.slow} events of each kind with AWS-like latencies`);
    const handWritten = await slow("hand-written", ASK, rounds.slow);
    const billed: Row[] = [];
    for (const { what, frame, most } of EVENTS) {
      const bare = await slow("bare", frame, rounds.slow);
      billed.push(...billedRows(what, bare, await slow("here", frame, rounds.slow), most));
    }
    const ratioOf = (values: Readonly<Times>) => median(values.here) / median(values["hand-written"]);
    const is = (ratio: number) => `is ${ratio.toFixed(2)}`;
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
      row("billed time of an acked event, hand-written (SDK)", handWritten.ms),
      ...billed,
    ];
  } finally {
    programs.close();
  }
}

type Times = Record<(typeof NAMES)[number], number[]>;

interface Billed {
  readonly ms: readonly number[];
  /** The longest chain of calls that cannot be made at once, of each event. */
  readonly chainMs: readonly number[];
}

/**
 * An event's calls of one operation can be made at once; those of two wait for each other. Of a join, too: a
 * row comes after its room has entered the item, so that no row is left where an environment dies between.
 */
function chains(held: readonly Held[]): number[] {
  const all: number[] = [];
  let longest = new Map<string, number>();
  for (const { kind, ms } of held) {
    if (kind === "mark") {
      all.push([...longest.values()].reduce((sum, each) => sum + each, 0));
      longest = new Map();
    } else {
      longest.set(kind, Math.max(longest.get(kind) ?? 0, ms));
    }
  }
  return all;
}

function billedRows(what: string, bare: Billed, { ms, chainMs }: Billed, most: number): Row[] {
  const ratio = median(ms) / median(bare.ms);
  const ofHeld = median(ms) / median(chainMs);
  const tail = percentile(ms, 99) / percentile(bare.ms, 99);
  return [
    row(`how long the calls of ${what} were held`, chainMs),
    row(`the calls of ${what}, as ready bytes`, bare.ms),
    row(`billed time of ${what}`, ms, {
      text: `≤ ${most} times its calls (is ${ratio.toFixed(2)}; ${ofHeld.toFixed(2)} of how long they were held), p99 ≤ 1.3 (is ${tail.toFixed(2)})`,
      met: ratio <= most && tail <= 1.3,
    }),
  ];
}

interface Mock {
  readonly url: string;
  readonly connectionIds: readonly string[];
  answerAfter(latency: typeof LATENCY | undefined): Promise<void>;
  takeHeld(): Promise<readonly Held[]>;
}

async function freeMock(programs: Programs): Promise<Mock> {
  const room = await storedRoom(MEMBERS);
  const child = programs.start("function/mock.ts", room);
  const { port } = await next(child, "listening");
  const ask = async <Type extends FromMock["type"]>(message: ToMock, type: Type) => {
    const answer = next(child, type);
    child.send(message);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    connectionIds: room.connections.map(({ connectionId }) => connectionId?.S ?? ""),
    answerAfter: async (latency) => void (await ask({ type: "answer after", latency }, "ready")),
    takeHeld: async () => (await ask({ type: "take held" }, "held")).held,
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
    // Every event of ours asks there for the next one; the handler by the SDK is no extension.
    AWS_LAMBDA_RUNTIME_API: new URL(url).host,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${url}/prod`,
  };
}

function eventOf(name: Name, connectionId: string, frame: string): object {
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
  return { body: name !== "hand-written" ? frame : '{"action":"ask","id":#}', requestContext };
}

function row(what: string, times: readonly number[], goal?: Goal): Row {
  const value = median(times);
  const common = { section: "function", what, value, unit: "ms", runs: times.length } as const;
  return { ...common, p99: percentile(times, 99), ...(goal && { goal }) };
}
