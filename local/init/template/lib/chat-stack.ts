import { fileURLToPath } from "node:url";
import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { addConnectionOutputs, SocketIoApi } from "socket.io-lambda/cdk";

const APP = fileURLToPath(new URL("../src/app.ts", import.meta.url));

export class ChatStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const api = new SocketIoApi(this, "Api", { app: APP, frontDoor: true });
    addConnectionOutputs(this, api);
  }
}
