/** The function that posts chunks and ranges of large broadcasts. */
import { ENV } from "../runtime/contract.js";
import { DELIVER_LIMITS, deliver } from "../runtime/delivery/deliver-chunk.js";
import { type DeliverEvent, isRange, type RangeEvent } from "../runtime/delivery/deliver-event.js";
import { deliverRange } from "../runtime/delivery/deliver-range.js";
import { invokeFunction } from "../runtime/delivery/invoke-function.js";
import { managementApi } from "../runtime/delivery/management-api.js";
import { requireVariable } from "../runtime/http/signed-request.js";
import { createDynamoClient } from "../runtime/store/dynamo-client.js";
import { type MemberPages, memberPages } from "../runtime/store/member-pages.js";

const delivery = managementApi(DELIVER_LIMITS);
let pages: MemberPages | undefined;

/** What of Lambda's context it uses. */
interface Context {
  getRemainingTimeInMillis(): number;
}

export async function handler(event: DeliverEvent | RangeEvent, context: Context): Promise<void> {
  const own = requireVariable("AWS_LAMBDA_FUNCTION_NAME");
  const remainingMs = () => context.getRemainingTimeInMillis();
  if (!isRange(event)) return deliver(event, delivery, invokeFunction, own, remainingMs);
  pages ??= memberPages(createDynamoClient(), requireVariable(ENV.roomsTable));
  await deliverRange(event, pages, delivery, invokeFunction, own, remainingMs);
}
