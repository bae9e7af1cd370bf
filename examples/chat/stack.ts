import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { type ISource, Source } from "aws-cdk-lib/aws-s3-deployment";
import type { Construct } from "constructs";
import { BundledFunction } from "../../lib/bundled-function.js";
import { addConnectionOutputs } from "../../lib/outputs.js";
import type { Order } from "../../lib/props.js";
import { SocketIoApi } from "../../lib/socket-io-api.js";

export interface ChatStackProps extends StackProps {
  /** Path of the file that exports the Socket.IO server. */
  readonly app: string;
  /** @default "concurrent" */
  readonly order?: Order;
  /** @default "prod" */
  readonly stageName?: string;
  /**
   * What opens `/members` on AWS, as the variable `MEMBERS_TOKEN`. The function's settings show it.
   * @default nobody gets in
   */
  readonly membersToken?: string;
}

/** One stack a stage, so that `-c stage=test` deploys another one beside `prod`, whose stack is `Chat`. */
export function stackIdOf(stageName = "prod"): string {
  return stageName === "prod" ? "Chat" : `Chat-${stageName}`;
}

const CLOCK_ENTRY = fileURLToPath(new URL("./clock.ts", import.meta.url));
const PAGE = fileURLToPath(new URL("./page", import.meta.url));

/**
 * The example: a chat with rooms and its page, at one address, and a clock that is a Lambda function of its
 * own.
 */
export class ChatStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { app, order, stageName, membersToken, ...props }: ChatStackProps,
  ) {
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
      frontDoor: { page: PAGE },
      removalPolicy,
      ...(order === undefined ? {} : { order }),
      ...(stageName === undefined ? {} : { stageName }),
      ...(membersToken === undefined ? {} : { environment: { MEMBERS_TOKEN: membersToken } }),
    });
    api.grantManageConnections(clock);
    api.frontDoor?.pageFiles?.addSource(clientForBrowsers());
    addConnectionOutputs(this, api);
  }
}

/** The browser build of the installed client, which the page imports: it has no build step. */
function clientForBrowsers(): ISource {
  const installed = createRequire(import.meta.url).resolve("socket.io-client/package.json");
  const build = join(dirname(installed), "dist", "socket.io.esm.min.js");
  return Source.data("socket-io-client.js", readFileSync(build, "utf8"));
}
