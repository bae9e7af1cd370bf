/** AppSync Events: publish and subscribe over WebSocket, with nothing of Socket.IO. */
import { type Bill, bill, line } from "../bill.js";
import { PRICES } from "../prices.js";
import { monthOf, type TrafficShape } from "../shape.js";

const STEP_BYTES = 5 * 1024;

export function appSyncEvents(shape: TrafficShape): Bill {
  const month = monthOf(shape);
  const steps = Math.ceil(shape.messageBytes / STEP_BYTES);
  // The connect, and a subscribe for each room.
  const sessionOperations = month.sessions * (1 + shape.roomsEach);
  const { appSync, transfer } = PRICES;
  return bill({
    name: "AppSync Events",
    runsSocketIo: false,
    lines: [
      line("publishes", (month.messages + month.acks) * steps, appSync.operation),
      line("deliveries", month.deliveries * steps, appSync.operation),
      line("connects and subscribes", sessionOperations, appSync.operation),
      line("connection minutes", month.connectionMinutes, appSync.connectionMinute),
      line("data transfer out", month.bytesOut / 1e9, transfer.gbOut),
    ],
    notes: ["No Socket.IO: clients and server are rewritten. Functions behind its channels are not counted."],
  });
}
