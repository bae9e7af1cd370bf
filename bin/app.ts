import { App } from "aws-cdk-lib";
import { ChatStack, stackIdOf } from "../examples/chat/stack.js";
import type { Order } from "../lib/index.js";

/**
 * The CDK app, and the only place that reads context and the account:
 * `npx cdk deploy -c app=my/app.ts -c order=ordered -c stage=test -c membersToken=secret`.
 * Without credentials the stack is synthesized for any account and region. Each stage is a stack of its own.
 */
const app = new App();
/** The construct refuses another value than "concurrent" and "ordered". */
const order: Order | undefined = app.node.tryGetContext("order");
const stageName: string | undefined = app.node.tryGetContext("stage");
const membersToken: string | undefined = app.node.tryGetContext("membersToken");
const account = process.env.CDK_DEFAULT_ACCOUNT;
const region = process.env.CDK_DEFAULT_REGION;

new ChatStack(app, stackIdOf(stageName), {
  app: app.node.tryGetContext("app") ?? "examples/chat/app.ts",
  ...(order === undefined ? {} : { order }),
  ...(stageName === undefined ? {} : { stageName }),
  ...(membersToken === undefined ? {} : { membersToken }),
  ...(account && region ? { env: { account, region } } : {}),
});
