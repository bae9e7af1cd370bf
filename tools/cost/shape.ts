/** The traffic that is priced, and what it comes to in a month. */

/** A month of 30 days: 43,200 minutes, 720 hours. */
export const DAYS_PER_MONTH = 30;
export const HOURS_PER_MONTH = DAYS_PER_MONTH * 24;
const SECONDS_PER_HOUR = 3_600;

export const MODES = ["concurrent", "ordered"] as const;
export type Mode = (typeof MODES)[number];

export interface TrafficShape {
  /** Open at once, while anybody is there (`hoursPerDay`). */
  readonly connections: number;
  /** Members of a room; each message goes to one room, its sender included. */
  readonly roomsOf: number;
  /** Rooms that each connection joins. */
  readonly roomsEach: number;
  /** Messages of all clients together, while anybody is there. */
  readonly messagesPerSecond: number;
  readonly messageBytes: number;
  /** Share of the messages that the server acknowledges, 0 to 1. */
  readonly acks: number;
  /** Mean life of a connection; API Gateway ends it after 120. */
  readonly sessionMinutes: number;
  /** Between two pings of a connection. */
  readonly pingSeconds: number;
  /** Hours of a day in which all connections and messages are there; in the others nobody is. */
  readonly hoursPerDay: number;
  readonly mode: Mode;
  readonly memoryMb: number;
  /** Connection state recovery is on. */
  readonly recovery: boolean;
}

export const DEFAULT_SHAPE: TrafficShape = {
  connections: 1_000,
  roomsOf: 20,
  roomsEach: 1,
  messagesPerSecond: 5,
  messageBytes: 200,
  acks: 0,
  sessionMinutes: 60,
  pingSeconds: 300,
  hoursPerDay: 24,
  mode: "concurrent",
  memoryMb: 1_024,
  recovery: false,
};

/** What happens in a month, with any carrier. */
export interface Month {
  readonly hours: number;
  readonly connectionMinutes: number;
  /** Connections opened, and closed. */
  readonly sessions: number;
  /** Sent by clients. */
  readonly messages: number;
  /** Received by clients. */
  readonly deliveries: number;
  readonly acks: number;
  readonly pings: number;
  /** Rooms that somebody is in, times minutes. */
  readonly roomMinutes: number;
  /** Sent to clients. */
  readonly bytesOut: number;
}

export function monthOf(shape: TrafficShape): Month {
  const { connections, roomsOf, roomsEach, messagesPerSecond, messageBytes } = shape;
  const hours = shape.hoursPerDay * DAYS_PER_MONTH;
  const connectionMinutes = connections * hours * 60;
  const messages = messagesPerSecond * hours * SECONDS_PER_HOUR;
  const deliveries = messages * roomsOf;
  return {
    hours,
    connectionMinutes,
    sessions: connectionMinutes / shape.sessionMinutes,
    messages,
    deliveries,
    acks: messages * shape.acks,
    pings: (connectionMinutes * 60) / shape.pingSeconds,
    roomMinutes: (connectionMinutes * roomsEach) / roomsOf,
    bytesOut: deliveries * messageBytes,
  };
}
