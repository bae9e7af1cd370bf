/** The bill of this project: what the operations of `operations.ts` cost at the prices of `prices.ts`. */
import { type Bill, bill, line } from "./bill.js";
import { deliverInvocations, EVENT_MS, messageMs, POST_MS } from "./durations.js";
import {
  CONNECTION_ITEM_BYTES,
  logWriteUnits,
  OPERATIONS,
  type Operation,
  ROOM_ROW_BYTES,
  roomReadUnits,
} from "./operations.js";
import { FIRST_STEP_MESSAGES, PRICES, type Price } from "./prices.js";
import { DAYS_PER_MONTH, type Month, monthOf, type TrafficShape } from "./shape.js";

export const NAME = "socket.io-lambda";

/** What a message costs less in the second step than in the first. */
const REDUCTION: Price = {
  ...PRICES.apiGateway.messageBeyond,
  usd: Number((PRICES.apiGateway.messageBeyond.usd - PRICES.apiGateway.message.usd).toFixed(6)),
};

const FRAME_STEP_BYTES = 32 * 1024;
const GB = 1e9;

/** START, END and REPORT, which Lambda writes for each invocation. */
const LOG_BYTES = 400;

/** Send, receive and delete; at a high rate one call receives or deletes up to ten. */
const QUEUE_REQUESTS = 3;

/**
 * Lambda asks an idle queue with five long polls of 20 s
 * (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
 */
const IDLE_POLLS_PER_MONTH = (5 * DAYS_PER_MONTH * 86_400) / 20;

export function socketIoLambda(shape: TrafficShape): Bill {
  const month = monthOf(shape);
  const frameSteps = Math.ceil(shape.messageBytes / FRAME_STEP_BYTES);
  const events = eventsOf(shape, month);
  const sum = (key: keyof Operation) =>
    events.reduce((total, [count, operation]) => total + count * operation[key], 0);

  const pingFrames = month.pings * OPERATIONS.ping.frames;
  const messageFrames = month.messages * OPERATIONS.event.frames * frameSteps;
  const sessionFrames = sum("frames") - pingFrames - month.messages * OPERATIONS.event.frames + month.acks;
  const frames = [messageFrames, month.deliveries * frameSteps, sessionFrames, pingFrames];

  const invocations = sum("invocations") + month.messages * deliverInvocations(shape.roomsOf);
  const otherEvents = sum("invocations") - month.messages;
  const billedMs = month.messages * messageMs(shape) + otherEvents * (EVENT_MS + POST_MS);
  const reads = sum("readUnits") + month.messages * roomReadUnits(shape.roomsOf);
  const logged = shape.recovery ? month.messages * logWriteUnits(shape.messageBytes) + month.sessions : 0;
  const storedBytes = shape.connections * (CONNECTION_ITEM_BYTES + ROOM_ROW_BYTES * (1 + shape.roomsEach));
  const { apiGateway, lambda, logs, dynamodb, transfer } = PRICES;

  return bill({
    name: NAME,
    runsSocketIo: true,
    lines: [
      line("API Gateway: messages from clients", messageFrames, apiGateway.message),
      line("API Gateway: messages to rooms", month.deliveries * frameSteps, apiGateway.message),
      line("API Gateway: connects, joins, acks", sessionFrames, apiGateway.message),
      line("API Gateway: pings and pongs", pingFrames, apiGateway.message),
      line("API Gateway: less beyond 1,000 M messages", beyondFirstStep(frames), REDUCTION),
      line("API Gateway: connection minutes", month.connectionMinutes, apiGateway.connectionMinute),
      line("Lambda: requests", invocations, lambda.request),
      line("Lambda: duration", ((billedMs / 1000) * shape.memoryMb) / 1024, lambda.gbSecond),
      line("Lambda: log lines", (invocations * LOG_BYTES) / GB, logs.gb),
      line("DynamoDB: reads", reads, dynamodb.readUnit),
      line("DynamoDB: writes", sum("writeUnits"), dynamodb.writeUnit),
      line("DynamoDB: writes for recovery", logged, dynamodb.writeUnit),
      line("DynamoDB: storage", ((storedBytes / GB) * shape.hoursPerDay) / 24, dynamodb.gbMonth),
      line("SQS: requests", queueRequests(shape, month), PRICES.sqs.fifoRequest),
      line("Data transfer out", month.bytesOut / GB, transfer.gbOut),
    ],
    notes: [
      "$connect and $disconnect are counted as messages, the dearer reading of AWS's page.",
      "Durations are assumed, not measured on AWS.",
    ],
  });
}

/** How often each operation happens in a month. */
function eventsOf({ roomsEach }: TrafficShape, month: Month): [number, Operation][] {
  const { sessions, messages, pings } = month;
  return [
    [sessions, OPERATIONS.connect],
    [sessions * roomsEach, OPERATIONS.join],
    [sessions * roomsEach, OPERATIONS.leave],
    [sessions, OPERATIONS.disconnect],
    [messages, OPERATIONS.event],
    [pings, OPERATIONS.ping],
  ];
}

function queueRequests({ mode, roomsEach }: TrafficShape, { sessions, messages, pings }: Month): number {
  if (mode === "concurrent") return 0;
  const queued = messages + pings + sessions * (2 + roomsEach); // CONNECT, joins, $disconnect
  return queued * QUEUE_REQUESTS + IDLE_POLLS_PER_MONTH;
}

function beyondFirstStep(frames: readonly number[]): number {
  return Math.max(0, frames.reduce((sum, count) => sum + count, 0) - FIRST_STEP_MESSAGES);
}
