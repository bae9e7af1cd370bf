/** The three things outside: two tables, the way to clients, and the function itself. Made once an environment. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ENV } from "./contract.js";
import type { DeliverEvent } from "./delivery/deliver.js";
import type { Delivery } from "./delivery/delivery.js";
import { invokeFunction } from "./delivery/invoke-function.js";
import { managementApi } from "./delivery/management-api.js";
import { requireVariable } from "./delivery/signed-request.js";
import { type InvokeSelf, invokeSelf } from "./self-invocation.js";
import { dynamoAcks } from "./store/dynamo-acks.js";
import { dynamoAttachments } from "./store/dynamo-attachments.js";
import { createDynamoClient } from "./store/dynamo-client.js";
import { dynamoConnections } from "./store/dynamo-connections.js";
import { dynamoHeartbeats } from "./store/dynamo-heartbeats.js";
import { dynamoNamespaces } from "./store/dynamo-namespaces.js";
import { dynamoRecovery } from "./store/dynamo-recovery.js";
import { dynamoRoomCounts } from "./store/dynamo-room-counts.js";
import { dynamoRooms } from "./store/dynamo-rooms.js";
import type {
  AckStore,
  AttachmentStore,
  ConnectionStore,
  HeartbeatStore,
  NamespaceStore,
  RecoveryStore,
  RoomCountStore,
  RoomStore,
} from "./store/store.js";

export interface Stores {
  readonly connections: ConnectionStore;
  readonly rooms: RoomStore;
  readonly roomCounts: RoomCountStore;
  readonly acks: AckStore;
  readonly attachments: AttachmentStore;
  readonly namespaces: NamespaceStore;
  readonly recovery: RecoveryStore;
  readonly heartbeats: HeartbeatStore;
}

export interface Backend extends Stores {
  readonly delivery: Delivery;
  readonly invokeSelf: InvokeSelf;
  /** Hands a chunk of a broadcast to the `deliver` function. Without it, every frame is posted from here. */
  readonly invokeDeliver: ((event: Omit<DeliverEvent, "appFunction">) => Promise<void>) | undefined;
  /** The management API of this API and stage, kept beside each connection that is opened here. */
  readonly endpoint: string;
}

/** @throws EnvironmentError when the construct's variables are missing. */
export function awsBackend(): Backend {
  return {
    ...dynamoStores(
      createDynamoClient(),
      requireVariable(ENV.connectionsTable),
      requireVariable(ENV.roomsTable),
    ),
    delivery: managementApi(),
    invokeSelf,
    invokeDeliver: deliverFunction(process.env[ENV.deliverFunction]),
    endpoint: requireVariable(ENV.endpoint),
  };
}

function deliverFunction(name: string | undefined): Backend["invokeDeliver"] {
  if (!name) return undefined;
  return (event) =>
    invokeFunction(name, { ...event, appFunction: requireVariable("AWS_LAMBDA_FUNCTION_NAME") });
}

export function dynamoStores(client: DynamoDBClient, connectionsTable: string, roomsTable: string): Stores {
  return {
    connections: dynamoConnections(client, connectionsTable),
    rooms: dynamoRooms(client, roomsTable),
    roomCounts: dynamoRoomCounts(client, roomsTable),
    acks: dynamoAcks(client, roomsTable),
    attachments: dynamoAttachments(client, roomsTable),
    namespaces: dynamoNamespaces(client, roomsTable),
    recovery: dynamoRecovery(client, roomsTable),
    heartbeats: dynamoHeartbeats(client, roomsTable),
  };
}
