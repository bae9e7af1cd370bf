import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { allowInvoke } from "./allow-invoke.js";
import { SocketIoApiError } from "./errors.js";
import type { SocketIoApi } from "./socket-io-api.js";

/** To which API a function emits: its variables can name one. */
const apis = new WeakMap<LambdaFunction, SocketIoApi>();

/** @throws SocketIoApiError */
export function grantEmit(
  api: SocketIoApi,
  grantee: IGrantable,
  isNamedByApp: boolean,
  environment: Readonly<Record<string, string>>,
): void {
  const { target } = api.appFunction;
  if (!(grantee instanceof LambdaFunction)) {
    Grant.addToPrincipal({
      grantee,
      actions: ["lambda:InvokeFunction"],
      resourceArns: [target.functionArn],
    }).assertSuccess();
    return;
  }
  if (isNamedByApp) {
    throw new SocketIoApiError(
      `${grantee.node.path} is behind a route that needs a session, so the app function names it, and CloudFormation makes no two functions that name each other. Open its route, { function: fn, open: true }, or let another function emit.`,
    );
  }
  const other = apis.get(grantee);
  if (other === api) return;
  if (other) {
    throw new SocketIoApiError(
      `${grantee.node.path} emits to ${other.node.path} already, and its variables can name one API. Grant its role instead, ${api.node.id}.grantEmit(fn.role), and give new Emitter({ appFunction }) what emitterEnvironment says.`,
    );
  }
  apis.set(grantee, api);
  allowInvoke(grantee, "Emits", grantee, target);
  for (const [name, value] of Object.entries(environment)) grantee.addEnvironment(name, value);
}
