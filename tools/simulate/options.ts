/** The flags of `npm run simulate`. */
import { HANDOVERS_AT_ONCE } from "../../runtime/delivery/chunks.js";
import { type Flag, helpOf, readFlags } from "../cost/flags.js";
import { DEFAULT_SHAPE, MODES, type Mode } from "../cost/shape.js";
import { DEFAULT_LIMITS as defaults, type Limits } from "./limits.js";

export interface SimulationOptions {
  readonly connections: readonly number[];
  readonly roomsOf: number;
  /** Each client sends one message in so many seconds. */
  readonly messageEverySeconds: number;
  readonly messageBytes: number;
  readonly sessionMinutes: number;
  readonly pingSeconds: number;
  readonly announcementsPerHour: number;
  readonly mode: Mode;
  readonly limits: Limits;
  readonly handoversAtOnce: number;
  readonly seed: number;
  readonly json: boolean;
  readonly help: boolean;
}

const limit = (value: number, unit: string, help: string) =>
  ({ kind: "number", default: value, min: 1, max: 1e9, unit, help }) as const;

const FLAGS = {
  connections: {
    kind: "numbers",
    default: [1e4, 1e5, 1e6, 1e7],
    min: 1,
    max: 1e7,
    unit: "connections",
    help: "Sizes to simulate.",
  },
  "rooms-of": {
    kind: "number",
    default: DEFAULT_SHAPE.roomsOf,
    min: 1,
    max: 1e5,
    unit: "members",
    help: "Size of a room; each connection is in one.",
  },
  "message-every": {
    kind: "number",
    default: 100,
    min: 0.01,
    max: 1e6,
    unit: "seconds",
    help: "Each client sends one message to its room in so many seconds.",
  },
  "message-bytes": {
    kind: "number",
    default: DEFAULT_SHAPE.messageBytes,
    min: 1,
    max: 32_768,
    unit: "bytes",
    help: "Size of a message.",
  },
  "session-minutes": {
    kind: "number",
    default: DEFAULT_SHAPE.sessionMinutes,
    min: 0.1,
    max: 120,
    unit: "minutes",
    help: "Mean life of a connection.",
  },
  "ping-seconds": {
    kind: "number",
    default: DEFAULT_SHAPE.pingSeconds,
    min: 5,
    max: 7_200,
    unit: "seconds",
    help: "Between two pings of a connection.",
  },
  "announcements-per-hour": {
    kind: "number",
    default: 1,
    min: 0,
    max: 1e6,
    unit: "broadcasts",
    help: "Broadcasts to everybody, in the steady load.",
  },
  mode: {
    kind: "choice",
    default: DEFAULT_SHAPE.mode,
    choices: MODES,
    help: "ordered adds the SQS FIFO queue.",
  },
  "account-rps": limit(defaults.accountRps, "requests/s", "API Gateway's account rate."),
  "account-burst": limit(defaults.accountBurst, "requests", "API Gateway's account burst."),
  "new-connections-per-second": limit(
    defaults.newConnectionsPerSecond,
    "connections/s",
    "New connections of an account.",
  ),
  "lambda-concurrency": limit(defaults.lambdaConcurrency, "environments", "Lambda's account concurrency."),
  "table-units": limit(defaults.tableUnits, "units/s", "Read and write ceiling of a table."),
  shards: limit(defaults.shards, "shards", "Of the room of all sockets of a namespace."),
  "handovers-at-once": limit(
    HANDOVERS_AT_ONCE,
    "parts",
    "Chunks and ranges of a broadcast handed over at the same time.",
  ),
  seed: limit(1, "", "Of the random numbers: the same seed, the same output."),
  json: { kind: "switch", help: "Prints JSON." },
  help: { kind: "switch", help: "Shows this." },
} as const satisfies Record<string, Flag>;

export const HELP = `Simulates a steady load against the limits of an AWS account, and the latency of broadcasts.

  npm run simulate -- [options]

${helpOf(FLAGS)}`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): SimulationOptions {
  const flags = readFlags(FLAGS, args);
  return {
    connections: flags.connections,
    roomsOf: flags["rooms-of"],
    messageEverySeconds: flags["message-every"],
    messageBytes: flags["message-bytes"],
    sessionMinutes: flags["session-minutes"],
    pingSeconds: flags["ping-seconds"],
    announcementsPerHour: flags["announcements-per-hour"],
    mode: flags.mode,
    limits: {
      accountRps: flags["account-rps"],
      accountBurst: flags["account-burst"],
      newConnectionsPerSecond: flags["new-connections-per-second"],
      lambdaConcurrency: flags["lambda-concurrency"],
      tableUnits: flags["table-units"],
      shards: flags.shards,
    },
    handoversAtOnce: flags["handovers-at-once"],
    seed: flags.seed,
    json: flags.json,
    help: flags.help,
  };
}
