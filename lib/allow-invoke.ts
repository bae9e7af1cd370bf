import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/**
 * Lets `caller` invoke `callee`, in a policy of its own: in the caller's default policy, on which the caller depends, two
 * functions that invoke each other, or one that invokes itself, would close a circle that CloudFormation refuses.
 */
export function allowInvoke(
  scope: Construct,
  id: string,
  caller: LambdaFunction,
  callee: LambdaFunction,
): void {
  new Policy(scope, id, {
    statements: [
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [callee.functionArn] }),
    ],
    ...(caller.role ? { roles: [caller.role] } : {}),
  });
}
