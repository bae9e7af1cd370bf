import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/**
 * Lets `caller` invoke `callees`, in a policy of its own: in the caller's default policy, on which
 * the caller depends, two functions that invoke each other, or one that invokes itself, would
 * close a circle that CloudFormation refuses.
 */
export function allowInvoke(
  scope: Construct,
  id: string,
  caller: LambdaFunction,
  ...callees: readonly IFunction[]
): void {
  new Policy(scope, id, {
    statements: [
      new PolicyStatement({
        actions: ["lambda:InvokeFunction"],
        resources: callees.map(({ functionArn }) => functionArn),
      }),
    ],
    ...(caller.role ? { roles: [caller.role] } : {}),
  });
}
