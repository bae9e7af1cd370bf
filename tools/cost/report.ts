/** The comparison as text for a terminal. */
import { type Bill, doubts, type Line } from "./bill.js";
import type { Comparison } from "./compare.js";
import { PRICES_READ, type Price } from "./prices.js";
import { monthOf, type TrafficShape } from "./shape.js";
import { money, plural, quantity, whole } from "./words.js";

export function report({ shape, ours, rivals, verdict }: Comparison): string {
  return [
    `A month in US dollars, us-east-1, before free tiers and tax; prices gone through ${PRICES_READ}.`,
    traffic(shape),
    "",
    table(ours),
    "",
    ...rivals.map(summary),
    "",
    ...verdict,
    "",
    "? unconfirmed:",
    ...doubtLines([ours, ...rivals]),
    "What the numbers leave out:",
    ...[ours, ...rivals].flatMap(({ name, notes }) => notes.map((note) => `  ${name}: ${note}`)),
  ].join("\n");
}

function traffic(shape: TrafficShape): string {
  const { messages, deliveries } = monthOf(shape);
  const hours = shape.hoursPerDay === 24 ? "" : `, ${whole(shape.hoursPerDay)} hours a day`;
  const recovery = shape.recovery ? ", with recovery" : "";
  return (
    `${plural(shape.connections, "connection")}, ${plural(shape.messagesPerSecond, "message")}/s of ` +
    `${plural(shape.messageBytes, "byte")} to rooms of ${whole(shape.roomsOf)}${hours}, ${shape.mode}${recovery}: ` +
    `${quantity(messages)} messages, ${quantity(deliveries)} deliveries.`
  );
}

/** One line for each doubt, with all whom it concerns. */
function doubtLines(bills: readonly Bill[]): string[] {
  const names = new Map<string, string[]>();
  for (const bill of bills) {
    for (const doubt of doubts(bill)) names.set(doubt, [...(names.get(doubt) ?? []), bill.name]);
  }
  return [...names].map(([doubt, concerned]) => `  ${concerned.join("; ")}: ${doubt}`);
}

const WIDTHS = { what: 40, quantity: 14, price: 32, usd: 12 };

function table(bill: Bill): string {
  return [bill.name, ...bill.lines.map(row), total("total", bill)].join("\n");
}

function row({ what, quantity: count, price, usd }: Line): string {
  return (
    `  ${what.padEnd(WIDTHS.what)}${quantity(count).padStart(WIDTHS.quantity)}` +
    `   ${priceText(price).padEnd(WIDTHS.price - 3)}${money(usd).padStart(WIDTHS.usd)}`
  );
}

function total(what: string, { usd }: Bill): string {
  const width = WIDTHS.what + WIDTHS.quantity + WIDTHS.price;
  return `  ${what.padEnd(width)}${(usd === undefined ? "no list price" : money(usd)).padStart(WIDTHS.usd)}`;
}

function summary(bill: Bill): string {
  return total(doubts(bill).length > 0 ? `${bill.name} ?` : bill.name, bill).slice(2);
}

function priceText({ usd, per, unit, unconfirmed }: Price): string {
  const amount = per === 1e6 ? `${signed(usd)} / M ${unit}s` : `${signed(usd)} / ${unit}`;
  return unconfirmed ? `${amount} ?` : amount;
}

function signed(usd: number): string {
  return usd < 0 ? `-$${-usd}` : `$${usd}`;
}
