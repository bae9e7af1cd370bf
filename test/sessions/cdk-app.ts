/** The stack of the apps with sessions, which have a table of their own. */
import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { SocketIoApi } from "../../lib/index.js";

const app = new App();
const stack = new Stack(app, "Sessions");
const removalPolicy = RemovalPolicy.DESTROY;
const sessions = new TableV2(stack, "Sessions", {
  tableName: "Sessions",
  partitionKey: { name: "id", type: AttributeType.STRING },
  removalPolicy,
});
const { appFunction } = new SocketIoApi(stack, "Chat", {
  app: app.node.tryGetContext("app"),
  frontDoor: true,
  removalPolicy,
});
sessions.grantReadWriteData(appFunction);
appFunction.addEnvironment("SESSIONS_TABLE", sessions.tableName);
