/** A DynamoDB that throttles, under the whole local stack. */

import { fileURLToPath } from "node:url";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Local, startLocal } from "../../local/start.js";
import type { DynamoClient } from "../../runtime/store/dynamo-calls.js";
import { createDynamoClient } from "../../runtime/store/dynamo-client.js";
import { dynamoConnections } from "../../runtime/store/dynamo-connections.js";
import { dynamoRooms } from "../../runtime/store/dynamo-rooms.js";
import { Clients } from "../support/clients.js";
import { Recorder } from "../support/recorder.js";
import { sdkOf } from "../support/sdk-of.js";

const SOCKETS = 1_000;
const ROOM = "hall";
/** Of some of them: a join is two writes, and this machine has other work. */
const SMALL_ROOM = "small hall";
const SMALL_ROOM_SOCKETS = 400;
/** What API Gateway, and with it an event, has at most. */
const EVENT_MS = 29_000;

let local: Local;
let client: DynamoClient;
const recorder = new Recorder();
const clients = new Clients(() => ({ url: `ws://localhost:${local.port}`, path: `/${local.stage}` }));

beforeAll(async () => {
  local = await startLocal({
    app: fileURLToPath(new URL("apps/counting.ts", import.meta.url)),
    log: recorder.log,
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = createDynamoClient({
    endpoint: local.dynamodbEndpoint,
    identity: { credentials, region: "us-east-1" },
  });
  await fill();
});
afterEach(() => {
  local.faults.stop();
  clients.close();
});
afterAll(async () => {
  await local?.close();
});

/**
 * Puts sockets into the tables as the runtime stores them, without the thousand clients that would
 * make this machine busy.
 */
async function fill(): Promise<void> {
  const { TableNames = [] } = await sdkOf({ endpoint: local.dynamodbEndpoint }).send(new ListTablesCommand());
  const named = (part: string) => TableNames.find((name) => name.includes(part)) ?? "";
  const connections = dynamoConnections(client, named("Connections"));
  const roomStore = dynamoRooms(client, named("Rooms"));
  const { endpoint } = local;
  const headers = { "User-Agent": "x".repeat(300), Host: "localhost" };
  await Promise.all(
    Array.from({ length: SOCKETS }, async (_, index) => {
      const member = {
        connectionId: `connection-${index}`,
        endpoint,
        protocol: "engine.io",
        sid: `sid-${index}`,
      } as const;
      const rooms = index < SMALL_ROOM_SOCKETS ? [ROOM, SMALL_ROOM] : [ROOM];
      const connectedAt = Date.now();
      await connections.create({
        ...member,
        handshake: { headers, query: { EIO: "4" }, url: "/", address: "127.0.0.1", secure: true },
        connectedAt,
        sessions: new Map(),
        strays: [],
      });
      await connections.save(member.connectionId, {
        namespace: "/",
        sid: member.sid,
        created: {
          ...{
            sid: member.sid,
            pid: undefined,
            parent: undefined,
            recovered: false,
            auth: {},
            issued: connectedAt,
          },
          ...{ rooms: new Set<string>(), data: new Map(), properties: new Map(), spent: new Set<string>() },
        },
        join: new Set([member.sid, ...rooms]),
      });
      await roomStore.enter("/", member, [member.sid, ...rooms]);
    }),
  );
}

describe("fetchSockets() of 1,000 sockets", () => {
  it.each([0.4, 0.5])(
    "answers within its event where DynamoDB throttles a share of %s of all calls",
    async (dbThrottle) => {
      const socket = await clients.join();
      local.faults.set({ seed: 7, dbThrottle });
      expect(await socket.timeout(EVENT_MS).emitWithAck("count", ROOM)).toBe(SOCKETS);
      expect(recorder.printed()).toBe("");
    },
  );
});

describe("socketsJoin() of hundreds of sockets", () => {
  it("brings all of them in where DynamoDB throttles 40 % of all calls", async () => {
    const socket = await clients.join();
    local.faults.set({ seed: 8, dbThrottle: 0.4 });
    expect(await socket.timeout(EVENT_MS).emitWithAck("join all", SMALL_ROOM, "other hall")).toBe(
      SMALL_ROOM_SOCKETS,
    );
    expect(recorder.printed()).toBe("");
  });
});
