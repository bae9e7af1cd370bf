/**
 * Many clients in a process of their own. Each sends an event with an ack, and the next one when the ack is
 * there. They write Socket.IO's frames by hand, because 200 `socket.io-client`s would take a core that the
 * stack needs.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import type { FromClients, ThroughputTask } from "./protocol.js";

/** So many connect at once: the handshakes are no part of what is measured. */
const CONNECTING_AT_ONCE = 10;

const { url, clients, warmingEvents, seconds }: ThroughputTask = JSON.parse(process.argv[2] ?? "");

let ackMs: number[] = [];
let onAck = () => {};

class Client {
  #lastId = 0;
  #sentMs = 0;
  readonly #socket = new WebSocket(`${url}?EIO=4&transport=websocket`, { perMessageDeflate: false });

  /** Resolves when the namespace is connected. */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once("error", reject).on("close", () => reject(new Error("A client was closed.")));
      this.#socket.on("message", (data: Buffer) => {
        const text = data.toString();
        if (text.startsWith("0")) this.#socket.send("40");
        else if (text.startsWith("40")) resolve();
        else if (text === "2") this.#socket.send("3");
        else if (text.startsWith("43")) this.#acked();
        else throw new Error(`A client got ${text}`);
      });
    });
  }

  ask(): void {
    this.#sentMs = performance.now();
    this.#socket.send(`42${++this.#lastId}["ask"]`);
  }

  #acked(): void {
    ackMs.push(performance.now() - this.#sentMs);
    onAck();
    this.ask();
  }
}

function tell(message: FromClients): void {
  process.send?.(message);
}

const all: Client[] = [];
while (all.length < clients) {
  const batch = Array.from(
    { length: Math.min(CONNECTING_AT_ONCE, clients - all.length) },
    () => new Client(),
  );
  await Promise.all(batch.map((client) => client.connect()));
  all.push(...batch);
}
const warmed = new Promise<void>((resolve) => {
  onAck = () => {
    if (ackMs.length >= warmingEvents) resolve();
  };
});
for (const client of all) client.ask();
await warmed;
onAck = () => {};
ackMs = [];
tell({ type: "started" });
await delay(seconds * 1000);
tell({ type: "ended", events: ackMs.length, ackMs });
// The clients go when the stack does: it would still work at their goodbyes otherwise.
await once(process, "disconnect");
process.exit();
