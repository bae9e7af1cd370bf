import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

export async function saveStroke(board: string, stroke: unknown): Promise<void> {
  const item = { board: { S: board }, stroke: { S: JSON.stringify(stroke) } };
  await client.send(new PutItemCommand({ TableName: "strokes", Item: item }));
}
