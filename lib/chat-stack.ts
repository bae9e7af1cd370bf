import { fileURLToPath } from "node:url";
import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { BundledFunction } from "./bundled-function.js";
import type { Order } from "./options.js";
import { addConnectionOutputs } from "./outputs.js";
import { SocketIoApi } from "./socket-io-api.js";

export interface ChatStackProps extends StackProps {
  /** Path of the file that exports the Socket.IO server. */
  readonly app: string;
  /** @default "concurrent" */
  readonly order?: Order;
  /** @default "prod" */
  readonly stageName?: string;
}

const CLOCK_ENTRY = fileURLToPath(new URL("../lambdas/clock.ts", import.meta.url));

/** The example: a chat with rooms, and a clock that is a Lambda function of its own. */
export class ChatStack extends Stack {
  constructor(scope: Construct, id: string, { app, order, stageName, ...props }: ChatStackProps) {
    super(scope, id, props);
    // An example leaves nothing behind when it is destroyed; the construct's own default is to retain.
    const removalPolicy = RemovalPolicy.DESTROY;
    const clock = new BundledFunction(this, "Clock", { entry: CLOCK_ENTRY, logRemovalPolicy: removalPolicy });
    const api = new SocketIoApi(this, "Chat", {
      app,
      routes: [
        "set-name",
        "create-room",
        "join-room",
        "leave-room",
        "delete-room",
        "list-rooms",
        "say",
        "say-others",
        { clock },
      ],
      removalPolicy,
      ...(order === undefined ? {} : { order }),
      ...(stageName === undefined ? {} : { stageName }),
    });
    api.grantManageConnections(clock);
    addConnectionOutputs(this, api);
  }
}
