/**
 * What bundles are compared with: a handler that does nothing but hold the two AWS clients
 * that every such API needs.
 */
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});
const api = new ApiGatewayManagementApiClient({
  endpoint: "https://api.execute-api.eu-west-1.amazonaws.com/prod",
});

export async function handler(connectionId: string): Promise<void> {
  await dynamodb.send(
    new GetItemCommand({ TableName: "Connections", Key: { connectionId: { S: connectionId } } }),
  );
  await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: "hello" }));
}
