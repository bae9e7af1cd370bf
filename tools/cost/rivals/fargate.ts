/**
 * Socket.IO as most people run it: two containers, a small Redis between them, a load balancer before them.
 */
import { type Bill, bill, line } from "../bill.js";
import { PRICES } from "../prices.js";
import { HOURS_PER_MONTH, monthOf, type TrafficShape } from "../shape.js";

/**
 * What one vCPU carries with Socket.IO on Node. Our estimate, on the careful side:
 * upstream's memory test ends at 10,000 clients a process (socket.io/docs/v4/memory-usage).
 * Node uses one core, so a task has at most one vCPU.
 */
const CONNECTIONS_PER_VCPU = 10_000;
const DELIVERIES_PER_SECOND_PER_VCPU = 10_000;

/** Sizes that Fargate offers, smallest first. */
const SIZES = [
  { vcpu: 0.25, gb: 0.5 },
  { vcpu: 0.5, gb: 1 },
  { vcpu: 1, gb: 2 },
] as const;
const LARGEST = SIZES[2];

const MIN_TASKS = 2;
const LOAD_BALANCER_ADDRESSES = 2;
const NODE_COUNT = 1;

export function fargate(shape: TrafficShape): Bill {
  const { vcpu, gb, tasks } = fleet(shape);
  const hours = HOURS_PER_MONTH; // they run whether anybody is there or not
  const month = monthOf(shape);
  const gbOut = month.bytesOut / 1e9;
  const { fargate: prices, loadBalancer, redis, publicAddress, transfer } = PRICES;
  return bill({
    name: `${tasks === MIN_TASKS ? "Two" : tasks} Fargate tasks, Redis, load balancer`,
    runsSocketIo: true,
    lines: [
      line(`${tasks} tasks: ${vcpu} vCPU each`, tasks * vcpu * hours, prices.vcpuHour),
      line(`${tasks} tasks: ${gb} GB each`, tasks * gb * hours, prices.gbHour),
      line("ElastiCache, one cache.t4g.small", NODE_COUNT * hours, redis.nodeHour),
      line("load balancer", hours, loadBalancer.hour),
      line("load balancer: capacity units", capacityUnitHours(shape), loadBalancer.capacityUnitHour),
      line("public IPv4 addresses", (tasks + LOAD_BALANCER_ADDRESSES) * hours, publicAddress.hour),
      line("data transfer out", gbOut, transfer.gbOut),
    ],
    notes: [
      "Real Socket.IO, on servers that run day and night and that somebody looks after.",
      `Estimate: a vCPU carries ${CONNECTIONS_PER_VCPU / 1000},000 connections and ${DELIVERIES_PER_SECOND_PER_VCPU / 1000},000 deliveries a second; one may fail.`,
    ],
  });
}

/** Two of the smallest size that suffices even when one of them is gone; then more of the largest. */
function fleet({ connections, messagesPerSecond, roomsOf }: TrafficShape) {
  const vcpus = Math.max(
    connections / CONNECTIONS_PER_VCPU,
    (messagesPerSecond * (1 + roomsOf)) / DELIVERIES_PER_SECOND_PER_VCPU,
  );
  const size = SIZES.find(({ vcpu }) => vcpu >= vcpus);
  if (size) return { ...size, tasks: MIN_TASKS };
  return { ...LARGEST, tasks: Math.ceil(vcpus / LARGEST.vcpu) + 1 };
}

function capacityUnitHours(shape: TrafficShape): number {
  const month = monthOf(shape);
  const newPerSecond = shape.connections / (shape.sessionMinutes * 60);
  const gbPerHour = month.bytesOut / 1e9 / Math.max(1, month.hours);
  return Math.max(newPerSecond / 25, shape.connections / 3_000, gbPerHour) * month.hours;
}
