/** The flags of `npm run cost`. */
import { type Flag, helpOf, readFlags } from "./flags.js";
import { DEFAULT_SHAPE as defaults, MODES, type TrafficShape } from "./shape.js";

export interface CostOptions {
  readonly shape: TrafficShape;
  readonly json: boolean;
  readonly help: boolean;
}

const FLAGS = {
  connections: {
    kind: "number",
    default: defaults.connections,
    min: 1,
    max: 1e8,
    unit: "connections",
    help: "Clients connected at once.",
  },
  "rooms-of": {
    kind: "number",
    default: defaults.roomsOf,
    min: 1,
    max: 1e8,
    unit: "members",
    help: "Size of a room. Each message goes to one room, its sender included.",
  },
  "rooms-each": {
    kind: "number",
    default: defaults.roomsEach,
    min: 0,
    max: 1_000,
    unit: "rooms",
    help: "Rooms that each connection joins.",
  },
  "messages-per-second": {
    kind: "number",
    default: defaults.messagesPerSecond,
    min: 0,
    max: 1e7,
    unit: "messages/s",
    help: "Messages of all clients together.",
  },
  "message-bytes": {
    kind: "number",
    default: defaults.messageBytes,
    min: 1,
    max: 131_072,
    unit: "bytes",
    help: "Size of a message.",
  },
  acks: {
    kind: "number",
    default: defaults.acks,
    min: 0,
    max: 1,
    unit: "",
    help: "Share of the messages that the server acknowledges, 0 to 1.",
  },
  "session-minutes": {
    kind: "number",
    default: defaults.sessionMinutes,
    min: 0.1,
    max: 120,
    unit: "minutes",
    help: "Mean life of a connection; API Gateway ends it after 120.",
  },
  "ping-seconds": {
    kind: "number",
    default: defaults.pingSeconds,
    min: 5,
    max: 7_200,
    unit: "seconds",
    help: "Between two pings of a connection (pingInterval).",
  },
  "hours-per-day": {
    kind: "number",
    default: defaults.hoursPerDay,
    min: 0.1,
    max: 24,
    unit: "hours",
    help: "Hours of a day in which clients are there; in the others nobody is.",
  },
  mode: {
    kind: "choice",
    default: defaults.mode,
    choices: MODES,
    help: "Order of a client's messages; ordered puts SQS FIFO before the app.",
  },
  "memory-mb": {
    kind: "number",
    default: defaults.memoryMb,
    min: 128,
    max: 10_240,
    unit: "MB",
    help: "Memory of the functions.",
  },
  recovery: { kind: "switch", help: "Connection state recovery is on." },
  json: { kind: "switch", help: "Prints JSON: the shape, and every bill with its lines and sources." },
  help: { kind: "switch", help: "Shows this." },
} as const satisfies Record<string, Flag>;

export const HELP = `Prices a month of traffic, line by line, beside what else could carry it. tools/cost/prices.ts has the prices.

  npm run cost -- [options]

${helpOf(FLAGS)}`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): CostOptions {
  const { json, help, mode, recovery, ...numbers } = readFlags(FLAGS, args);
  return {
    json,
    help,
    shape: {
      connections: numbers.connections,
      roomsOf: numbers["rooms-of"],
      roomsEach: numbers["rooms-each"],
      messagesPerSecond: numbers["messages-per-second"],
      messageBytes: numbers["message-bytes"],
      acks: numbers.acks,
      sessionMinutes: numbers["session-minutes"],
      pingSeconds: numbers["ping-seconds"],
      hoursPerDay: numbers["hours-per-day"],
      memoryMb: numbers["memory-mb"],
      mode,
      recovery,
    },
  };
}
