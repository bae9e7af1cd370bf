/** Our bill beside everybody else's, and in words who is cheaper. */
import type { Bill } from "./bill.js";
import { ably } from "./rivals/ably.js";
import { appSyncEvents } from "./rivals/appsync-events.js";
import { azureWebPubSub } from "./rivals/azure-web-pubsub.js";
import { fargate } from "./rivals/fargate.js";
import { pusher } from "./rivals/pusher.js";
import type { TrafficShape } from "./shape.js";
import { socketIoLambda } from "./socket-io-lambda.js";
import { dollars, share, whole } from "./words.js";

const RIVALS = [appSyncEvents, ably, pusher, azureWebPubSub, fargate];

export interface Comparison {
  readonly shape: TrafficShape;
  readonly ours: Bill;
  readonly rivals: readonly Bill[];
  /** Sentences. */
  readonly verdict: readonly string[];
}

export function compare(shape: TrafficShape): Comparison {
  const ours = socketIoLambda(shape);
  const rivals = RIVALS.map((priceOf) => priceOf(shape));
  return { shape, ours, rivals, verdict: [...verdictOf(ours, rivals), largestLine(ours), breakEven(shape)] };
}

function verdictOf(ours: Bill, rivals: readonly Bill[]): string[] {
  const ourUsd = ours.usd ?? 0;
  const cheaper = rivals
    .flatMap((rival) => (rival.usd !== undefined && rival.usd < ourUsd ? [{ ...rival, usd: rival.usd }] : []))
    .sort((a, b) => a.usd - b.usd);
  const sentences = cheaper.map(
    ({ name, usd, runsSocketIo }) =>
      `Cheaper: ${name}, ${dollars(usd)} a month, ${share(1 - usd / ourUsd)} less than ${ours.name}` +
      `${runsSocketIo ? "" : "; not Socket.IO"}.`,
  );
  if (cheaper.some(({ runsSocketIo }) => runsSocketIo)) return sentences;
  return [
    ...sentences,
    `Nothing that runs Socket.IO apps is cheaper than ${ours.name} at ${dollars(ourUsd)} a month.`,
  ];
}

function largestLine({ lines, usd = 0 }: Bill): string {
  const [largest] = [...lines].sort((a, b) => b.usd - a.usd);
  return largest ? `The largest line is "${largest.what}", ${share(largest.usd / usd)} of the bill.` : "";
}

/** Where servers that run all day become the cheaper way to run the same app. */
function breakEven(shape: TrafficShape): string {
  const messagesPerSecond = breakEvenMessagesPerSecond(shape);
  if (messagesPerSecond === undefined) {
    const silent = socketIoLambda({ ...shape, messagesPerSecond: 0 }).usd ?? 0;
    return `Servers (Fargate) are cheaper even if nobody says a word: so many connections alone cost ${dollars(silent)} here.`;
  }
  const rooms = `to rooms of ${whole(shape.roomsOf)}`;
  return `Servers (Fargate) become cheaper above ${messagesPerSecond.toPrecision(2)} messages a second ${rooms}.`;
}

/** `undefined` where the servers are cheaper without any message. */
export function breakEvenMessagesPerSecond(shape: TrafficShape): number | undefined {
  const difference = (messagesPerSecond: number) => {
    const at = { ...shape, messagesPerSecond };
    return (socketIoLambda(at).usd ?? 0) - (fargate(at).usd ?? 0);
  };
  if (difference(0) > 0) return undefined;
  let low = 0;
  let high = 1;
  while (difference(high) <= 0) high *= 2;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (difference(middle) <= 0) low = middle;
    else high = middle;
  }
  return low;
}

/** Halve the interval down to the precision of a double. */
const BISECTIONS = 60;
