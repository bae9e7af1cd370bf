/**
 * The namespaces that a parent (`io.of(/…/)`, `io.of(fn)`) has made anywhere, in the table `Rooms`: partition
 * `{"children":parent}`, sort key the name.
 */
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ROOMS } from "../contract.js";
import { allRows, shortLivedRow } from "./query.js";
import { childrenKey } from "./room-key.js";
import type { NamespaceStore } from "./store.js";

/** Longer than a connection may live after its namespace was last noted (`dynamic-namespaces.ts`). */
const KEPT_SECONDS = 9_000;

export function dynamoNamespaces(client: DynamoDBClient, table: string): NamespaceStore {
  return {
    async note(parent, name) {
      const Item = shortLivedRow(childrenKey(parent), name, KEPT_SECONDS);
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },

    async list(parent) {
      const rows = await allRows(client, table, childrenKey(parent));
      return rows.map((row) => row[ROOMS.sortKey]?.S ?? "");
    },
  };
}
