/** The function in which the GETs of clients that poll wait for packets. */
import { ENV } from "../runtime/contract.js";
import { invokeFunction } from "../runtime/delivery/invoke-function.js";
import { requireVariable } from "../runtime/http/signed-request.js";
import type { HttpEvent, HttpResult } from "../runtime/polling/http-event.js";
import { answerPoll, type PollFunction } from "../runtime/polling/poll-request.js";
import { createDynamoClient } from "../runtime/store/dynamo-client.js";
import { dynamoPolling } from "../runtime/store/dynamo-polling.js";

const self: PollFunction = {
  polling: dynamoPolling(createDynamoClient(), requireVariable(ENV.roomsTable)),
  invokeApp: (event) => invokeFunction(requireVariable(ENV.appFunction), event),
};

/** What of Lambda's context it uses. */
interface Context {
  getRemainingTimeInMillis(): number;
}

export function handler(event: HttpEvent, context: Context): Promise<HttpResult> {
  return answerPoll(self, event, () => context.getRemainingTimeInMillis());
}
