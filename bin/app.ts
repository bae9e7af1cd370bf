import { App } from "aws-cdk-lib";
import { ChatStack } from "../lib/chat-stack.js";
import type { Order } from "../lib/index.js";

/**
 * The CDK app, and the only place that reads context and the account:
 * `npx cdk deploy -c app=my/app.ts -c order=ordered -c stage=test`.
 * Without credentials the stack is synthesized for any account and region.
 */
const app = new App();
/** The construct refuses what is neither. */
const order: Order | undefined = app.node.tryGetContext("order");
const stageName: string | undefined = app.node.tryGetContext("stage");
const account = process.env.CDK_DEFAULT_ACCOUNT;
const region = process.env.CDK_DEFAULT_REGION;

new ChatStack(app, "Chat", {
  app: app.node.tryGetContext("app") ?? "lambdas/app.ts",
  ...(order === undefined ? {} : { order }),
  ...(stageName === undefined ? {} : { stageName }),
  ...(account && region ? { env: { account, region } } : {}),
});
