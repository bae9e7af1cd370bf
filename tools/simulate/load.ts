/** How much of each limit a steady load takes. Arithmetic only: Little's law and the table of operations. */
import { deliverInvocations, EVENT_MS, messageMs, POST_MS } from "../cost/durations.js";
import { everyoneReadUnits, OPERATIONS, roomReadUnits } from "../cost/operations.js";
import type { TrafficShape } from "../cost/shape.js";
import {
  type Limits,
  PARTITION_READ_UNITS,
  PARTITION_WRITE_UNITS,
  REQUESTS_PER_ENVIRONMENT,
} from "./limits.js";

export interface Resource {
  readonly name: string;
  /** Asked for; the unit is in the name. */
  readonly demand: number;
  readonly limit: number;
}

export interface Load {
  /** Requests a second that API Gateway counts. */
  readonly accountRps: number;
  readonly deliveriesPerSecond: number;
  readonly newConnectionsPerSecond: number;
  /** All limits, the most used first. */
  readonly resources: readonly Resource[];
}

/** `announcementsPerHour`: broadcasts to everybody. */
export function loadOf(shape: TrafficShape, limits: Limits, announcementsPerHour: number): Load {
  const { connections, roomsOf, roomsEach, messagesPerSecond } = shape;
  const opening = connections / (shape.sessionMinutes * 60);
  const pings = connections / shape.pingSeconds;
  const announcements = announcementsPerHour / 3_600;
  const deliveries = messagesPerSecond * roomsOf + announcements * connections;

  const { connect, join, disconnect, leave, event, ping } = OPERATIONS;
  const perSession = (key: keyof typeof connect) =>
    connect[key] + disconnect[key] + roomsEach * (join[key] + leave[key]);
  const accountRps = messagesPerSecond + deliveries + opening * perSession("frames") + pings * ping.frames;
  const events = messagesPerSecond * event.invocations + opening * perSession("invocations") + pings;
  const chunks =
    messagesPerSecond * deliverInvocations(roomsOf) + announcements * deliverInvocations(connections);
  const busyMs =
    messagesPerSecond * messageMs(shape) +
    (events - messagesPerSecond) * (EVENT_MS + POST_MS) +
    announcements * messageMs({ ...shape, roomsOf: connections });

  const itemReads = events;
  const roomReads =
    messagesPerSecond * roomReadUnits(roomsOf) +
    announcements * everyoneReadUnits(connections, limits.shards);
  const writes = opening * perSession("writeUnits") + pings * ping.writeUnits;
  const shardWrites = (opening * 2) / limits.shards; // each connection enters and leaves
  const shardReads = (announcements * everyoneReadUnits(connections, limits.shards)) / limits.shards;

  const resources: Resource[] = [
    { name: "account requests/s", demand: accountRps, limit: limits.accountRps },
    { name: "new connections/s", demand: opening, limit: limits.newConnectionsPerSecond },
    { name: "Lambda environments", demand: busyMs / 1000, limit: limits.lambdaConcurrency },
    {
      name: "Lambda requests/s",
      demand: events + chunks,
      limit: limits.lambdaConcurrency * REQUESTS_PER_ENVIRONMENT,
    },
    { name: "table read units/s", demand: Math.max(itemReads, roomReads), limit: limits.tableUnits },
    { name: "table write units/s", demand: writes, limit: limits.tableUnits },
    { name: "shard write units/s", demand: shardWrites, limit: PARTITION_WRITE_UNITS },
    { name: "shard read units/s", demand: shardReads, limit: PARTITION_READ_UNITS },
  ];
  resources.sort((a, b) => b.demand / b.limit - a.demand / a.limit);
  return { accountRps, deliveriesPerSecond: deliveries, newConnectionsPerSecond: opening, resources };
}
