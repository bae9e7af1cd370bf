/** Reads an item by its key, consistently: it sees every write that was answered before. */
import type { DynamoClient, Row } from "./dynamo-calls.js";

export async function readItem(client: DynamoClient, table: string, key: Row): Promise<Row | undefined> {
  return (await client.call("GetItem", { TableName: table, Key: key, ConsistentRead: true })).Item;
}
