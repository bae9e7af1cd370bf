/** What a template would say: the kit's tables, and its API, whose routes all lead to the app function. */
import { INTEGRATION_TIMEOUT_MS } from "../../runtime/aws-limits.js";
import { CONNECTIONS, ROOMS, ROUTE_SELECTION_EXPRESSION } from "../../runtime/contract.js";

export const REGION = "eu-west-1";
export const APP_FUNCTION = "app";
export const CONNECTIONS_TABLE = "Connections";
export const ROOMS_TABLE = "Rooms";

export const TABLES = [
  {
    TableName: CONNECTIONS_TABLE,
    KeySchema: [{ AttributeName: CONNECTIONS.partitionKey, KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: CONNECTIONS.partitionKey, AttributeType: "S" }],
  },
  {
    TableName: ROOMS_TABLE,
    KeySchema: [
      { AttributeName: ROOMS.partitionKey, KeyType: "HASH" },
      { AttributeName: ROOMS.sortKey, KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: ROOMS.partitionKey, AttributeType: "S" },
      { AttributeName: ROOMS.sortKey, AttributeType: "S" },
    ],
  },
] as const;

export function apiOf(stage: string) {
  const keys = ["$connect", "$disconnect", "$default"];
  const route = (routeKey: string) => ({
    routeKey,
    functionName: APP_FUNCTION,
    integrationTimeoutMs: INTEGRATION_TIMEOUT_MS,
    returnsResponse: false,
  });
  return {
    apiId: "local",
    stage,
    region: REGION,
    accountId: "000000000000",
    routeSelectionExpression: ROUTE_SELECTION_EXPRESSION,
    routes: new Map(keys.map((key) => [key, route(key)])),
  };
}
