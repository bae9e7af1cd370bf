/**
 * The runtime's backend with real tables, and everything that leaves it recorded. One set of tables a file.
 */
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll } from "vitest";
import { startTables, type Tables } from "../../local/tables/tables.js";
import { type Backend, dynamoStores, type Stores } from "../../runtime/backend.js";
import { CONNECTIONS, ROOMS } from "../../runtime/contract.js";
import type { SelfEvent } from "../../runtime/delivery/self-invocation.js";
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
  let client: DynamoDBClient | undefined;
  let stores: Stores | undefined;
  beforeAll(async () => {
    tables = await startTables((message) => console.error(message));
    const names = { connections: `Connections-${randomUUID()}`, rooms: `Rooms-${randomUUID()}` };
    await tables.create([tableOf(names.connections, [KEYS[0]]), tableOf(names.rooms, [KEYS[1], KEYS[2]])]);
    client = new DynamoDBClient({
      endpoint: tables.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    if (losesAnswers) loseAnswers(client, meanwhile);
    stores = dynamoStores(client, names.connections, names.rooms);
  });
  afterAll(async () => {
    client?.destroy();
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

function loseAnswers(client: DynamoDBClient, meanwhile: TestBackendOptions["meanwhile"]): void {
  client.middlewareStack.add(
    (next, { commandName }) => {
      let isFirst = commandName === "UpdateItemCommand";
      return async (args) => {
        const answer = await next(args);
        if (!isFirst) return answer;
        isFirst = false;
        await meanwhile?.();
        throw Object.assign(new Error("The answer got lost."), { $metadata: { httpStatusCode: 500 } });
      };
    },
    { step: "deserialize", name: "loseAnswers" },
  );
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
