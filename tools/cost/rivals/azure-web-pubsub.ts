/** Azure Web PubSub for Socket.IO: it holds the connections, and your own Socket.IO server stays. */
import { type Bill, bill, line } from "../bill.js";
import { PRICES } from "../prices.js";
import { DAYS_PER_MONTH, HOURS_PER_MONTH, monthOf, type TrafficShape } from "../shape.js";

const CONNECTIONS_PER_UNIT = 1_000;
const INCLUDED_PER_UNIT_DAY = 1e6;
const STEP_BYTES = 2 * 1024;

/** An instance has one of these numbers of units; more than the last is several instances. */
const UNIT_COUNTS = [1, 2, 5, 10, 20, 50, 100];
const MAX_UNITS = 100;

export function azureWebPubSub(shape: TrafficShape): Bill {
  const month = monthOf(shape);
  const units = unitsFor(shape.connections);
  // Billed is what leaves it, to clients and to your server.
  const outbound = month.messages + month.deliveries + month.acks;
  const included = units * INCLUDED_PER_UNIT_DAY * DAYS_PER_MONTH;
  const extra = Math.max(0, outbound * Math.ceil(shape.messageBytes / STEP_BYTES) - included);
  const { azure, fargate } = PRICES;
  return bill({
    name: "Azure Web PubSub for Socket.IO",
    runsSocketIo: true,
    lines: [
      line("units", units * DAYS_PER_MONTH, azure.unitDay),
      line("messages beyond those included", extra, azure.message),
      line("your server: 0.25 vCPU, at Fargate's price", 0.25 * HOURS_PER_MONTH, fargate.vcpuHour),
      line("your server: 0.5 GB, at Fargate's price", 0.5 * HOURS_PER_MONTH, fargate.gbHour),
    ],
    notes: ["Real Socket.IO. Microsoft advises at most 80 % of a unit; data transfer is not counted."],
  });
}

function unitsFor(connections: number): number {
  const needed = Math.max(1, Math.ceil(connections / CONNECTIONS_PER_UNIT));
  const full = Math.floor(needed / MAX_UNITS) * MAX_UNITS;
  const rest = needed - full;
  return full + (rest === 0 ? 0 : (UNIT_COUNTS.find((count) => count >= rest) ?? MAX_UNITS));
}
