/**
 * A Lambda function of the user's own behind a route: a plain client's `{"action":"clock"}` comes here and to
 * no listener of the app, if the client has a session. It answers by posting to the connection, as
 * `SocketIoApi.grantManageConnections` allows it.
 */
import { ENV } from "../../runtime/contract.js";
import { managementApi } from "../../runtime/delivery/management-api.js";
import type { GatewayResult, MessageEvent } from "../../runtime/events/invocation.js";
import { requireVariable } from "../../runtime/http/signed-request.js";

const connections = managementApi();

/** Answers with the time, in ISO 8601: as an ack where the message has an `id`, else as the event "clock". */
export async function handler({ body, requestContext }: MessageEvent): Promise<GatewayResult> {
  const { id } = JSON.parse(body); // an object: API Gateway found its action
  const data = [new Date().toISOString()];
  const answer = id === undefined ? { event: "clock", data } : { ack: id, data };
  await connections.post(
    { endpoint: requireVariable(ENV.endpoint), connectionId: requestContext.connectionId, protocol: "plain" },
    [JSON.stringify(answer)],
  );
  return { statusCode: 200 };
}
