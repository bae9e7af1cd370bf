/** In whose name something is sent that goes to others: a connection's event, or the run of a task. */
import type { Connection } from "./connection.js";

export type Sender = Pick<
  Connection,
  "runtime" | "backend" | "outbox" | "isReleased" | "event" | "track" | "place"
>;
