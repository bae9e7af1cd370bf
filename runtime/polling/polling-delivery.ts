/**
 * The way to clients of both transports: a post to one that polls is a row in the table, which its next GET
 * takes. 1 write and 1 read for each packet, and no message of API Gateway.
 */
import type { Delivery } from "../delivery/delivery.js";
import type { InvokeSelf } from "../delivery/self-invocation.js";
import { GoneError } from "../errors.js";
import { type PollingStore, pollingSid } from "../store/polling-store.js";

/** @param gateway the way to all others */
export function pollingDelivery(gateway: Delivery, polling: PollingStore, invokeSelf: InvokeSelf): Delivery {
  return {
    async post(to, frames, options) {
      const sid = pollingSid(to.connectionId);
      if (sid === undefined) return gateway.post(to, frames, options);
      const key = await polling.put(sid, frames);
      // Behind the row: who ends the session and who looks for what is left in it sees the one or the other.
      const mode = (await polling.state(sid))?.mode;
      if (mode === "polling" || mode === "deciding") return;
      // Where it is taken already, it has been delivered.
      if (await polling.take(sid, key)) throw new GoneError(to.connectionId);
    },

    async check(address) {
      const sid = pollingSid(address.connectionId);
      if (sid === undefined) return gateway.check(address);
      if ((await polling.state(sid))?.mode !== "polling") throw new GoneError(address.connectionId);
    },

    async close(address) {
      const { connectionId } = address;
      const sid = pollingSid(connectionId);
      if (sid === undefined) return gateway.close(address);
      await polling.close(sid, "closing");
      // Of a WebSocket, API Gateway tells the app; here nobody else does.
      await invokeSelf({ selfEvent: "gone", connectionId });
    },
  };
}
