/** The function that posts chunks of large broadcasts. */
import { DELIVER_LIMITS, deliver } from "../runtime/delivery/deliver-chunk.js";
import type { DeliverEvent } from "../runtime/delivery/deliver-event.js";
import { invokeFunction } from "../runtime/delivery/invoke-function.js";
import { managementApi } from "../runtime/delivery/management-api.js";
import { requireVariable } from "../runtime/http/signed-request.js";

const delivery = managementApi(DELIVER_LIMITS);

/** What of Lambda's context it uses. */
interface Context {
  getRemainingTimeInMillis(): number;
}

export async function handler(event: DeliverEvent, context: Context): Promise<void> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  await deliver(event, delivery, invokeFunction, requireVariable("AWS_LAMBDA_FUNCTION_NAME"), remainingMs);
}
