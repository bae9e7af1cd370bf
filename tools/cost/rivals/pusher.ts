/** Pusher Channels: plans by connections and messages a day. */
import { type Bill, bill, line, noListPrice } from "../bill.js";
import { PRICES, PUSHER_PLANS } from "../prices.js";
import { DAYS_PER_MONTH, monthOf, type TrafficShape } from "../shape.js";

const NAME = "Pusher Channels";

export function pusher(shape: TrafficShape): Bill {
  const month = monthOf(shape);
  const messagesPerDay = (month.messages + month.deliveries + month.acks) / DAYS_PER_MONTH;
  const plan = PUSHER_PLANS.find(
    ({ maxConnections, maxMessagesPerDay }) =>
      shape.connections <= maxConnections && messagesPerDay <= maxMessagesPerDay,
  );
  if (!plan) return noListPrice(NAME, "Beyond its largest plan (30,000 connections, 90 M messages a day).");
  return bill({
    name: NAME,
    runsSocketIo: false,
    lines: [line(`plan ${plan.name}`, 1, { ...PRICES.pusher.plan, usd: plan.usd })],
    notes: ["No Socket.IO: clients are rewritten, and messages of clients go through a server of yours."],
  });
}
