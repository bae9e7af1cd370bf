import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { InvalidPropError } from "./errors.js";

/** Where the app function has its network interfaces; nothing for a function outside of any VPC. */
export interface Network {
  readonly vpc?: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: ISecurityGroup[];
}

/** Of one function: docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html */
const MAX_SECURITY_GROUPS = 5;

/** @throws InvalidPropError */
export function validNetwork(
  vpc: IVpc | undefined,
  vpcSubnets: SubnetSelection | undefined,
  securityGroups: readonly ISecurityGroup[] | undefined,
): Network {
  if (!vpc) {
    const [prop] = Object.entries({ vpcSubnets, securityGroups }).flatMap(([name, value]) =>
      value ? [name] : [],
    );
    if (prop === undefined) return {};
    throw new InvalidPropError(
      prop,
      "it has no meaning without a vpc.",
      `Give the vpc as well, or leave ${prop} out.`,
    );
  }
  if (securityGroups && (securityGroups.length === 0 || securityGroups.length > MAX_SECURITY_GROUPS)) {
    throw new InvalidPropError(
      "securityGroups",
      `Lambda takes 1 to ${MAX_SECURITY_GROUPS} of them, and there are ${securityGroups.length}.`,
      "Leave the prop out to get one that allows all outbound traffic.",
    );
  }
  return {
    vpc,
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups: [...securityGroups] }),
  };
}
