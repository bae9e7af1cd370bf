/** All that is said of one size: the load, what of it is refused, how long broadcasts take, and the bill. */
import { DEFAULT_SHAPE, type TrafficShape } from "../cost/shape.js";
import { socketIoLambda } from "../cost/socket-io-lambda.js";
import { type Announced, announcement } from "./announcement.js";
import { type Load, loadOf, type Resource } from "./load.js";
import type { SimulationOptions } from "./options.js";
import type { Percentiles } from "./percentiles.js";
import { random } from "./random.js";
import { roomBroadcasts } from "./room-broadcast.js";

export interface Simulated {
  readonly connections: number;
  readonly messagesPerSecond: number;
  readonly load: Load;
  /** Asked for more than there is, the worst first. */
  readonly broken: readonly Resource[];
  /** Share of all requests that the account's rate refuses, 0 to 1. */
  readonly refused: number;
  /** `undefined` where the account's rate is exceeded. */
  readonly room: Percentiles | undefined;
  /** One broadcast to everybody while the account does nothing else. */
  readonly everybody: Announced | undefined;
  /** Until all are back after all were cut off at once. */
  readonly reconnectSeconds: number;
  readonly usdPerMonth: number;
}

export function simulate(options: SimulationOptions, connections: number): Simulated {
  const { limits, roomsOf, seed } = options;
  const shape = shapeOf(options, connections);
  const { messagesPerSecond, memoryMb } = shape;
  const load = loadOf(shape, limits, options.announcementsPerHour);
  const ownRps = messagesPerSecond * (1 + roomsOf);
  const { accountRps, accountBurst } = limits;
  return {
    connections,
    messagesPerSecond,
    load,
    broken: load.resources.filter(({ demand, limit }) => demand > limit),
    refused: Math.max(0, 1 - accountRps / load.accountRps),
    room: roomBroadcasts(
      {
        messagesPerSecond,
        roomsOf,
        otherRps: load.accountRps - ownRps,
        accountRps,
        accountBurst,
        isOrdered: options.mode === "ordered",
      },
      random(seed),
    ),
    everybody: announcement(
      {
        recipients: connections,
        freeRps: accountRps,
        accountBurst,
        environments: limits.lambdaConcurrency,
        shards: limits.shards,
        handoversAtOnce: options.handoversAtOnce,
        memoryMb,
      },
      random(seed),
    ),
    reconnectSeconds: connections / limits.newConnectionsPerSecond,
    usdPerMonth: socketIoLambda(shape).usd ?? 0,
  };
}

function shapeOf(options: SimulationOptions, connections: number): TrafficShape {
  const { roomsOf, messageBytes, sessionMinutes, pingSeconds, mode, messageEverySeconds } = options;
  const messagesPerSecond = connections / messageEverySeconds;
  return {
    ...DEFAULT_SHAPE,
    connections,
    roomsOf,
    messageBytes,
    sessionMinutes,
    pingSeconds,
    mode,
    messagesPerSecond,
  };
}
