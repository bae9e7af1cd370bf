import { Annotations } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { LOCAL_CONTEXT } from "../runtime/contract.js";

/** The local stack reads what is printed; CDK's command prints annotations. */
export function warnAtSynth(scope: Construct, id: string, text: string): void {
  Annotations.of(scope).addWarningV2(`socket.io-lambda:${id}`, text);
  if (isLocal(scope)) console.warn(text);
}

/** Whether the local stack synthesizes. */
export function isLocal(scope: Construct): boolean {
  return scope.node.tryGetContext(LOCAL_CONTEXT) === true;
}
