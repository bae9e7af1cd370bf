/**
 * The namespaces that a parent (`io.of(/…/)`, `io.of(fn)`) has made anywhere, in the table `Rooms`: partition
 * `{"children":parent}`, sort key the name, or the hash of one that is too long, which then stands in `name`.
 */

import { ROOMS } from "../contract.js";
import type { DynamoClient } from "./dynamo-calls.js";
import { allRows, shortLivedRow } from "./query.js";
import { childrenKey, namespaceSortKey } from "./room-key.js";
import type { NamespaceStore } from "./store.js";

/** Longer than a connection may live after its namespace was last noted (`dynamic-namespaces.ts`). */
const KEPT_SECONDS = 9_000;

export function dynamoNamespaces(client: DynamoClient, table: string): NamespaceStore {
  return {
    async note(parent, name) {
      const sort = namespaceSortKey(name);
      const row = shortLivedRow(childrenKey(parent), sort, KEPT_SECONDS);
      const Item = sort === name ? row : { ...row, name: { S: name } };
      await client.call("PutItem", { TableName: table, Item });
    },

    async list(parent) {
      const rows = await allRows(client, table, childrenKey(parent));
      return rows.map((row) => row.name?.S ?? row[ROOMS.sortKey]?.S ?? "");
    },
  };
}
