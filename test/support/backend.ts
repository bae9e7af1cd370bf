/**
 * The runtime's backend with real tables, and everything that leaves it recorded. One set of tables a file.
 */

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { startTables, type Tables } from "../../local/tables/tables.js";
import { type Backend, dynamoStores, type Stores } from "../../runtime/backend.js";
import { CONNECTIONS, ROOMS } from "../../runtime/contract.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { aroundCalls } from "./around-calls.js";
import { RecordingDelivery } from "./recording-delivery.js";

export interface TestBackend {
  readonly backend: Backend;
  readonly delivery: RecordingDelivery;
  /** What the app function has asked itself to do, in order. Nothing of it runs by itself. */
  readonly selfEvents: SelfEvent[];
}

const KEYS = [CONNECTIONS.partitionKey, ROOMS.partitionKey, ROOMS.sortKey] as const;

export interface TestBackendOptions {
  /**
   * DynamoDB does every update, and fails the first time it should say so; the SDK then makes the call again.
   */
  readonly losesAnswers?: boolean;
  /** What happens after the update, before the SDK repeats it. */
  readonly meanwhile?: () => Promise<unknown>;
}

export function testBackends({
  losesAnswers = false,
  meanwhile,
}: TestBackendOptions = {}): () => TestBackend {
  let tables: Tables | undefined;
  let stores: Stores | undefined;
  beforeAll(async () => {
    tables = await startTables((message) => console.error(message));
    const names = { connections: `Connections-${randomUUID()}`, rooms: `Rooms-${randomUUID()}` };
    await tables.create([tableOf(names.connections, [KEYS[0]]), tableOf(names.rooms, [KEYS[1], KEYS[2]])]);
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = createDynamoClient({
      endpoint: tables.endpoint,
      identity: { credentials, region: "eu-west-1" },
    });
    if (losesAnswers) loseAnswers(client, meanwhile);
    stores = dynamoStores(client, names.connections, names.rooms);
  });
  afterAll(async () => {
    await tables?.close();
  });
  return () => {
    if (!stores) throw new Error("The tables are not there yet: make backends inside of tests.");
    const delivery = new RecordingDelivery();
    const selfEvents: SelfEvent[] = [];
    const backend: Backend = {
      ...stores,
      delivery,
      endpoint: "http://127.0.0.1:9/prod",
      invokeSelf: async (event) => void selfEvents.push(event),
      invokeDeliver: undefined,
    };
    return { backend, delivery, selfEvents };
  };
}

function loseAnswers(client: DynamoClient, meanwhile: TestBackendOptions["meanwhile"]): void {
  aroundCalls(client, async (call, name) => {
    const answer = await call();
    if (name !== "UpdateItem") return answer;
    await meanwhile?.();
    return call();
  });
}

function tableOf(TableName: string, keys: readonly string[]) {
  return {
    TableName,
    KeySchema: keys.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? ("HASH" as const) : ("RANGE" as const),
    })),
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
  };
}
