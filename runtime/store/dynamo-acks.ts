/** Answers of clients to the server's emits, in the table `Rooms`: partition `["nsp",{"ack":id}]`, sort key `sid`. */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ROOMS } from "../contract.js";
import { decodeParts, encodeParts } from "./parts.js";
import { allRows, shortLivedRow } from "./query.js";
import { ackKey } from "./room-key.js";
import type { AckStore } from "./store.js";

/** Whoever waits is an event that lives 29 s at most. */
const KEPT_SECONDS = 60;

export function dynamoAcks(client: DynamoDBClient, table: string): AckStore {
  return {
    async put(namespace, id, { sid, parts }) {
      const Item = { ...shortLivedRow(ackKey(namespace, id), sid, KEPT_SECONDS), parts: encodeParts(parts) };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async list(namespace, id) {
      const rows = await allRows(client, table, ackKey(namespace, id));
      return rows.map((row) => ({ sid: row[ROOMS.sortKey]?.S ?? "", parts: decodeParts(row.parts) }));
    },
  };
}
