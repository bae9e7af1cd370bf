/** Reads an item by its key, consistently: it sees every write that was answered before. */
import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { Row } from "./query.js";

export async function readItem(client: DynamoDBClient, table: string, key: Row): Promise<Row | undefined> {
  const read = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
  return (await client.send(read)).Item;
}
