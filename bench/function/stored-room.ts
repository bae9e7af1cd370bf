/** What the runtime stores of a room and of its members' connections, as DynamoDB sends it. */
import { io as connect } from "socket.io-client";
import { serveLocal } from "../../local/testing.js";
import type { Row } from "../../runtime/store/dynamo-calls.js";
import { roomKey } from "../../runtime/store/room-key.js";
import { io } from "../apps/room.js";

/** As a browser sends them. */
const HEADERS = {
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "accept-language": "en-GB,en;q=0.9",
  "accept-encoding": "gzip, deflate, br, zstd",
  origin: "https://chat.example.com",
};

export interface StoredRoom {
  /** Of each member's connection. */
  readonly connections: readonly Row[];
  /** Of each member in the room. */
  readonly members: readonly Row[];
}

/** `size` members of "room", in whose rows no endpoint stands: posts go to the function's own. */
export async function storedRoom(size: number): Promise<StoredRoom> {
  const server = await serveLocal(io);
  const clients = Array.from({ length: size }, () =>
    connect(server.url, { transports: ["websocket"], extraHeaders: HEADERS, forceNew: true }),
  );
  for (const client of clients) await client.emitWithAck("join", "room");
  await server.settled();
  const { client, connections, rooms } = server.tables;
  const stored = await Promise.all(
    server.gateway.connectionIds().map(async (connectionId) => {
      const Key = { connectionId: { S: connectionId } };
      const { Item } = await client.call("GetItem", { TableName: connections, Key, ConsistentRead: true });
      return Item ?? {};
    }),
  );
  const { Items: members = [] } = await client.call("Query", {
    TableName: rooms,
    KeyConditionExpression: "room = :room",
    ExpressionAttributeValues: { ":room": { S: roomKey("/", "room") } },
  });
  for (const one of clients) one.disconnect();
  await server.close();
  return { connections: stored.map(withoutEndpoint), members: members.map(withoutEndpoint) };
}

function withoutEndpoint(row: Row): Row {
  return "endpoint" in row ? { ...row, endpoint: { S: "" } } : row;
}
