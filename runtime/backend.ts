/**
 * The three things outside: two tables, the way to clients, and the function itself. Made once an
 * environment.
 */
import { ENV } from "./contract.js";
import type { Chunk, RangeOfBroadcast } from "./delivery/deliver-event.js";
import type { Delivery } from "./delivery/delivery.js";
import { invokeFunction } from "./delivery/invoke-function.js";
import { leasedDelivery } from "./delivery/leased-delivery.js";
import { managementApi } from "./delivery/management-api.js";
import { type InvokeSelf, invokeSelf, ownName } from "./delivery/self-invocation.js";
import { requireVariable } from "./http/signed-request.js";
import { dynamoAcks } from "./store/dynamo-acks.js";
import { dynamoAttachments } from "./store/dynamo-attachments.js";
import type { DynamoClient } from "./store/dynamo-calls.js";
import { createDynamoClient } from "./store/dynamo-client.js";
import { dynamoConnections } from "./store/dynamo-connections.js";
import { dynamoHeartbeats } from "./store/dynamo-heartbeats.js";
import { dynamoLeases } from "./store/dynamo-leases.js";
import { dynamoNamespaces } from "./store/dynamo-namespaces.js";
import { dynamoRecovery } from "./store/dynamo-recovery.js";
import { dynamoRoomCounts } from "./store/dynamo-room-counts.js";
import { dynamoRooms } from "./store/dynamo-rooms.js";
import { dynamoTasks } from "./store/dynamo-tasks.js";
import type { HeartbeatStore } from "./store/heartbeat-store.js";
import type { LeaseStore } from "./store/lease-store.js";
import type { PollingStore } from "./store/polling-store.js";
import type { RecoveryStore } from "./store/recovery-store.js";
import type { RoomCountStore, RoomStore } from "./store/room-store.js";
import type { AckStore, AttachmentStore, ConnectionStore, NamespaceStore } from "./store/store.js";
import type { TaskStore } from "./store/task-store.js";

export interface Stores {
  readonly connections: ConnectionStore;
  readonly rooms: RoomStore;
  readonly roomCounts: RoomCountStore;
  readonly acks: AckStore;
  readonly attachments: AttachmentStore;
  readonly namespaces: NamespaceStore;
  readonly recovery: RecoveryStore;
  readonly heartbeats: HeartbeatStore;
  readonly leases: LeaseStore;
  readonly tasks: TaskStore;
}

export interface Backend extends Stores {
  readonly delivery: Delivery;
  /** The packets of clients that poll. Undefined where there is no front door. */
  readonly polling?: PollingStore;
  readonly invokeSelf: InvokeSelf;
  /**
   * Hands a chunk or a range of a broadcast to the `deliver` function. Without it, every frame is posted from
   * here.
   */
  readonly invokeDeliver: ((event: Chunk | RangeOfBroadcast) => Promise<void>) | undefined;
  /** The management API of this API and stage, kept beside each connection that is opened here. */
  readonly endpoint: string;
}

/** @throws EnvironmentError when the construct's variables are missing. */
export function awsBackend(client = createDynamoClient()): Backend {
  const stores = dynamoStores(client, requireVariable(ENV.connectionsTable), requireVariable(ENV.roomsTable));
  return {
    ...stores,
    delivery: leasedDelivery(managementApi(), stores.leases),
    invokeSelf,
    invokeDeliver: deliverFunction(process.env[ENV.deliverFunction]),
    endpoint: requireVariable(ENV.endpoint),
  };
}

function deliverFunction(name: string | undefined): Backend["invokeDeliver"] {
  if (!name) return undefined;
  return (event) => invokeFunction(name, { ...event, appFunction: ownName() });
}

export function dynamoStores(client: DynamoClient, connectionsTable: string, roomsTable: string): Stores {
  return {
    connections: dynamoConnections(client, connectionsTable),
    rooms: dynamoRooms(client, roomsTable),
    roomCounts: dynamoRoomCounts(client, roomsTable),
    acks: dynamoAcks(client, roomsTable),
    attachments: dynamoAttachments(client, roomsTable),
    namespaces: dynamoNamespaces(client, roomsTable),
    recovery: dynamoRecovery(client, roomsTable),
    heartbeats: dynamoHeartbeats(client, roomsTable),
    leases: dynamoLeases(client, connectionsTable, roomsTable),
    tasks: dynamoTasks(client, roomsTable),
  };
}
