/**
 * What a user would write instead: the connection's item is read, and the answer posted, by the SDK
 * (docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-chat-app.html).
 */
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const { SOCKET_IO_ENDPOINT = "", SOCKET_IO_CONNECTIONS_TABLE = "" } = process.env;
const dynamodb = new DynamoDBClient({});
const api = new ApiGatewayManagementApiClient({ endpoint: SOCKET_IO_ENDPOINT });

interface Event {
  readonly body: string;
  readonly requestContext: { readonly connectionId: string };
}

export async function handler({ body, requestContext }: Event): Promise<{ statusCode: number }> {
  const { connectionId } = requestContext;
  const { id } = JSON.parse(body);
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: SOCKET_IO_CONNECTIONS_TABLE,
      Key: { connectionId: { S: connectionId } },
      ConsistentRead: true,
    }),
  );
  if (!Item) return { statusCode: 410 };
  const Data = JSON.stringify({ event: "ack", id });
  await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
  return { statusCode: 200 };
}
