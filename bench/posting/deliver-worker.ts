/** A thread that holds some environments of the `deliver` function. */
import { parentPort } from "node:worker_threads";
import { DELIVER_LIMITS, deliver } from "../../runtime/delivery/deliver-chunk.js";
import type { Delivery } from "../../runtime/delivery/delivery.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import type { DeliverTask } from "./deliver-environments.js";

const deliveries = new Map<number, Delivery>();

parentPort?.on("message", async ({ environment, event }: DeliverTask) => {
  const delivery = deliveries.get(environment) ?? managementApi(DELIVER_LIMITS);
  deliveries.set(environment, delivery);
  const handOn = () => Promise.reject(new Error("some members were not reached in the first invocation"));
  await deliver(event, delivery, handOn, "deliver").then(
    () => parentPort?.postMessage(undefined),
    (error: unknown) => parentPort?.postMessage(String(error)),
  );
});
