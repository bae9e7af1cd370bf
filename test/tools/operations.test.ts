/** The sizes that the cost rests on, held against what the store really writes. */

import { describe, expect, it } from "vitest";
import type { CallName, DynamoClient, Row } from "../../runtime/store/dynamo-calls.js";
import { dynamoConnections } from "../../runtime/store/dynamo-connections.js";
import { dynamoRooms, toRow } from "../../runtime/store/dynamo-rooms.js";
import { roomKey } from "../../runtime/store/room-key.js";
import {
  CONNECTION_ITEM_BYTES,
  EVERYONE_SHARDS,
  everyoneReadUnits,
  OPERATIONS,
  ROOM_ROW_BYTES,
  readUnits,
  roomReadUnits,
  writeUnits,
} from "../../tools/cost/operations.js";

const address = {
  connectionId: "L0SM9cOFvHcCIhw=",
  endpoint: "https://ab12cd34ef.execute-api.eu-west-1.amazonaws.com/prod",
  protocol: "engine.io",
} as const;

describe("the sizes of rows", () => {
  it("a member's row fits in what is counted, and not by far", () => {
    const bytes = sizeOf(toRow(roomKey("/", "room-1"), { ...address, sid: "x".repeat(20) }));
    expect(bytes).toBeLessThanOrEqual(ROOM_ROW_BYTES);
    expect(bytes).toBeGreaterThan(ROOM_ROW_BYTES * 0.8);
  });

  it("a browser's connection item, before its session, leaves room for one in the counted size", async () => {
    const [put] = await sentBy(async (client) => {
      const headers = {
        host: "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
        origin: "https://chat.example.org",
        "user-agent":
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "en-GB,en;q=0.9,de;q=0.8",
        "cache-control": "no-cache",
        pragma: "no-cache",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
      };
      const query = { EIO: "4", transport: "websocket" };
      const handshake = {
        headers,
        query,
        url: "/prod/?EIO=4&transport=websocket",
        address: "203.0.113.7",
        secure: true,
      };
      await dynamoConnections(client, "Connections").create({
        ...address,
        handshake,
        connectedAt: 1e12,
        sessions: new Map(),
        strays: [],
      });
    });
    expect(put?.name).toBe("PutItem");
    const { Item: item = {} } = (put?.input ?? {}) as { Item?: Row };
    const sessionBytes = 300;
    expect(sizeOf(item) + sessionBytes).toBeLessThanOrEqual(CONNECTION_ITEM_BYTES);
    expect(writeUnits(sizeOf(item) + sessionBytes)).toBe(writeUnits(CONNECTION_ITEM_BYTES));
  });

  it("the room of all is read in as many queries as there are shards", async () => {
    const sent = await sentBy(async (client) => {
      for await (const _ of dynamoRooms(client, "Rooms").everyone("/"));
    });
    expect(sent.filter(({ name }) => name === "Query")).toHaveLength(EVERYONE_SHARDS);
  });
});

describe("units", () => {
  it("are steps of 4 KB to read and 1 KB to write, one at least", () => {
    expect([0, 1, 4_096, 4_097].map(readUnits)).toEqual([1, 1, 1, 2]);
    expect([0, 1_024, 1_025].map(writeUnits)).toEqual([1, 1, 2]);
  });

  it("read 20 members in 1, 100 in 5, 10,000 in 440, and nobody in the room of all in 4", () => {
    expect([20, 100, 10_000].map(roomReadUnits)).toEqual([1, 5, 440]);
    expect(everyoneReadUnits(0)).toBe(4);
  });

  it("agree with the goals: an event reads once and writes nothing, a join writes two rows", () => {
    expect(OPERATIONS.event).toMatchObject({ frames: 1, readUnits: 1, writeUnits: 0 });
    expect(OPERATIONS.join.writeUnits).toBe(writeUnits(CONNECTION_ITEM_BYTES) + writeUnits(ROOM_ROW_BYTES));
  });
});

/**
 * DynamoDB counts names and values in UTF-8; a number takes about a byte for two digits, counted whole here.
 */
function sizeOf(item: Record<string, { S?: string; N?: string }>): number {
  return Object.entries(item).reduce(
    (sum, [name, { S, N }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(S ?? "") +
      Math.ceil((N?.length ?? 0) / 2) +
      (N ? 1 : 0),
    0,
  );
}

interface Sent {
  readonly name: CallName;
  readonly input: object;
}

/** Runs `use` with a client that notes the calls and answers nothing. */
async function sentBy(use: (client: DynamoClient) => Promise<void>): Promise<Sent[]> {
  const sent: Sent[] = [];
  await use({
    call: async (name, input) => {
      sent.push({ name, input });
      return {};
    },
  });
  return sent;
}
