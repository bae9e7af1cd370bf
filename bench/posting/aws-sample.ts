/**
 * Baseline (a): a broadcast as AWS's samples write it. The table of connections is scanned, then one
 * `PostToConnectionCommand` a connection goes into `Promise.all`
 * (docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-chat-app.html;
 * aws-samples/simple-websockets-chat-app, sendmessage/app.js). The clients are as they come: made once, 50
 * sockets. The samples read one page and forget the others; here all are read.
 */
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient, ScanCommand, type ScanCommandOutput } from "@aws-sdk/client-dynamodb";
import { connectionId } from "../mock/members.js";
import { FRAME, type PostAll, type PostingTask } from "./protocol.js";

/** Only the posts. */
export function sdkClient({ url, recipients }: PostingTask): PostAll {
  const api = new ApiGatewayManagementApiClient({ endpoint: `${url}/prod` });
  const ids = Array.from({ length: recipients }, (_, i) => connectionId(i));
  return () => postToAll(api, ids);
}

/** The posts and the reading before. */
export function sampleBroadcast({ url }: PostingTask): PostAll {
  const api = new ApiGatewayManagementApiClient({ endpoint: `${url}/prod` });
  const dynamodb = new DynamoDBClient({ endpoint: url });
  return async () => {
    const ids: string[] = [];
    let start: ScanCommandOutput["LastEvaluatedKey"];
    do {
      const page: ScanCommandOutput = await dynamodb.send(
        new ScanCommand({
          TableName: "Connections",
          ProjectionExpression: "connectionId",
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      ids.push(...(page.Items ?? []).map((item) => item.connectionId?.S ?? ""));
      start = page.LastEvaluatedKey;
    } while (start);
    await postToAll(api, ids);
  };
}

function postToAll(api: ApiGatewayManagementApiClient, ids: readonly string[]): Promise<unknown> {
  return Promise.all(
    ids.map((ConnectionId) => api.send(new PostToConnectionCommand({ ConnectionId, Data: FRAME }))),
  );
}
