/**
 * The stack of the app with the drivers: the addresses of its databases are variables of
 * its function, as on AWS.
 */
import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { SocketIoApi } from "../../lib/index.js";

const ADDRESSES = ["REDIS_SOCKET", "PGHOST", "PGUSER", "PGDATABASE"];

const app = new App();
const stack = new Stack(app, "Drivers");
const removalPolicy = RemovalPolicy.DESTROY;
const messages = new TableV2(stack, "Messages", {
  partitionKey: { name: "chat", type: AttributeType.STRING },
  sortKey: { name: "id", type: AttributeType.STRING },
  removalPolicy,
});
const { appFunction } = new SocketIoApi(stack, "Chat", { app: app.node.tryGetContext("app"), removalPolicy });
messages.grantReadWriteData(appFunction);
appFunction.addEnvironment("MESSAGES_TABLE", messages.tableName);
for (const name of ADDRESSES) {
  const address = process.env[name];
  if (address !== undefined) appFunction.addEnvironment(name, address);
}
