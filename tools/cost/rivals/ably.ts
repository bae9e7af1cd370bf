/** Ably, by use: messages, connection minutes and channel minutes over a monthly package. */
import { type Bill, bill, line } from "../bill.js";
import { PRICES } from "../prices.js";
import { monthOf, type TrafficShape } from "../shape.js";

/** Limits of the two packages with a list price (ably.com/docs/platform/pricing/resource-based, 2026-11). */
const STANDARD = { connections: 10_000, channels: 10_000, messagesPerSecond: 2_500 };
const PRO = { connections: 50_000, channels: 50_000, messagesPerSecond: 10_000 };

const NAME = "Ably";

export function ably(shape: TrafficShape): Bill {
  const month = monthOf(shape);
  const channels = (shape.connections * shape.roomsEach) / shape.roomsOf;
  const messagesPerSecond = shape.messagesPerSecond * (1 + shape.roomsOf);
  const fits = (limit: typeof PRO) =>
    shape.connections <= limit.connections &&
    channels <= limit.channels &&
    messagesPerSecond <= limit.messagesPerSecond;
  const notes = ["No Socket.IO: clients and server are rewritten. Volume discounts are not public."];
  const isPro = !fits(STANDARD);
  if (!fits(PRO)) notes.push("Beyond its Pro package (50,000 connections, 10,000 messages/s): by agreement.");

  const { ably: prices } = PRICES;
  return bill({
    name: NAME,
    runsSocketIo: false,
    lines: [
      line("package", 1, isPro ? prices.pro : prices.standard),
      line("messages", month.messages + month.deliveries + month.acks, prices.message),
      line("connection minutes", month.connectionMinutes, prices.connectionMinute),
      line("channel minutes", month.roomMinutes, prices.channelMinute),
    ],
    notes,
  });
}
