/** A thread that holds some environments of the `deliver` function. */
import { parentPort, workerData } from "node:worker_threads";
import { DELIVER_LIMITS, deliver } from "../../runtime/delivery/deliver-chunk.js";
import { isRange } from "../../runtime/delivery/deliver-event.js";
import { deliverRange } from "../../runtime/delivery/deliver-range.js";
import type { Delivery } from "../../runtime/delivery/delivery.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { memberPages } from "../../runtime/store/member-pages.js";
import type { DeliverInput, DeliverTask, FromDeliver } from "./deliver-environments.js";

const deliveries = new Map<number, Delivery>();
const pages = memberPages(createDynamoClient({ endpoint: workerData.url }), "Rooms");

parentPort?.on("message", async ({ environment, event }: DeliverTask) => {
  const delivery = deliveries.get(environment) ?? managementApi(DELIVER_LIMITS);
  deliveries.set(environment, delivery);
  await run(event, delivery).then(
    () => tell({ type: "ended", environment, error: undefined }),
    (error: unknown) => tell({ type: "ended", environment, error: String(error) }),
  );
});

function run(event: DeliverInput, delivery: Delivery): Promise<void> {
  const own = { ...event, appFunction: "app" };
  return isRange(own)
    ? deliverRange(own, pages, delivery, invoke, "deliver")
    : deliver(own, delivery, invoke, "deliver");
}

async function invoke(functionName: string, event: object): Promise<void> {
  if (functionName !== "deliver") throw new Error("Nobody is gone here, and nobody polls.");
  tell({ type: "invoked", event: event as DeliverInput });
}

function tell(message: FromDeliver): void {
  parentPort?.postMessage(message);
}
