/** The function that posts chunks of large broadcasts. */
import { DELIVER_LIMITS, type DeliverEvent, deliver } from "../runtime/delivery/deliver.js";
import { invokeFunction } from "../runtime/delivery/invoke-function.js";
import { managementApi } from "../runtime/delivery/management-api.js";
import { requireVariable } from "../runtime/delivery/signed-request.js";

const delivery = managementApi(DELIVER_LIMITS);

/** What of Lambda's context it uses. */
interface Context {
  getRemainingTimeInMillis(): number;
}

export async function handler(event: DeliverEvent, context: Context): Promise<void> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  await deliver(event, delivery, invokeFunction, requireVariable("AWS_LAMBDA_FUNCTION_NAME"), remainingMs);
}
