/** The function that posts chunks of large broadcasts. */
import { type DeliverEvent, deliver } from "../runtime/delivery/deliver.js";
import { invokeFunction } from "../runtime/delivery/invoke-function.js";
import { managementApi } from "../runtime/delivery/management-api.js";
import { requireVariable } from "../runtime/delivery/signed-request.js";

/** Many of these run at once, and together they meet the account's limit: each begins low, and stays low. */
const delivery = managementApi({ concurrency: 16, maxConcurrency: 64 });

export async function handler(event: DeliverEvent): Promise<void> {
  await deliver(event, delivery, invokeFunction, requireVariable("AWS_LAMBDA_FUNCTION_NAME"));
}
