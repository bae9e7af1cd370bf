/** What is outside, where there is a front door: the queues of clients that poll, and the way to them. */
import { awsBackend, type Backend } from "../backend.js";
import { ENV } from "../contract.js";
import { EnvironmentError } from "../errors.js";
import { requireVariable } from "../http/signed-request.js";
import { createDynamoClient } from "../store/dynamo-client.js";
import { dynamoPolling } from "../store/dynamo-polling.js";
import type { PollingStore } from "../store/polling-store.js";
import { pollingDelivery } from "./polling-delivery.js";

/** @throws EnvironmentError when the construct's variables are missing. */
export function pollingBackend(): Backend {
  const client = createDynamoClient();
  return withQueues(awsBackend(client), dynamoPolling(client, requireVariable(ENV.roomsTable)));
}

export function withQueues(backend: Backend, polling: PollingStore): Backend {
  return { ...backend, polling, delivery: pollingDelivery(backend.delivery, polling, backend.invokeSelf) };
}

/** @throws EnvironmentError for a backend without. */
export function queuesOf({ polling }: Backend): PollingStore {
  if (!polling) throw new EnvironmentError("A client polls, and the backend has no store for its packets");
  return polling;
}
