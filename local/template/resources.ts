import { bucket, bucketDeployment, bucketPolicy } from "../buckets/bucket-resources.js";
import { distribution, edgeFunction, originAccessControl } from "../front-door/distribution-resources.js";
import * as apiGateway from "../gateway/gateway-resources.js";
import { alias, eventInvokeConfig, lambdaFunction, provided, version } from "../lambda/function-resources.js";
import { eventSourceMapping } from "../queues/event-source-resources.js";
import { queue } from "../queues/queue-resources.js";
import { schedule } from "../scheduler/schedule-resources.js";
import { table } from "../tables/table-resources.js";
import { arn, type Resource, type ResourceType } from "./resource-type.js";

/** The resource types that the local stack runs, or knows that it need not run. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  "AWS::ApiGatewayV2::Api": apiGateway.api,
  "AWS::ApiGatewayV2::Route": apiGateway.route,
  "AWS::ApiGatewayV2::RouteResponse": apiGateway.routeResponse,
  "AWS::ApiGatewayV2::Integration": apiGateway.integration,
  "AWS::ApiGatewayV2::Stage": apiGateway.stage,
  "AWS::Lambda::Function": lambdaFunction,
  "AWS::Lambda::Version": version,
  "AWS::Lambda::Alias": alias,
  "AWS::Lambda::EventInvokeConfig": eventInvokeConfig,
  "AWS::Lambda::EventSourceMapping": eventSourceMapping,
  "AWS::Scheduler::Schedule": schedule,
  "AWS::DynamoDB::Table": table,
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::SQS::Queue": queue,
  "AWS::CloudFront::Distribution": distribution,
  "AWS::CloudFront::Function": edgeFunction,
  "AWS::CloudFront::OriginAccessControl": originAccessControl,
  "AWS::S3::Bucket": bucket,
  "AWS::S3::BucketPolicy": bucketPolicy,
  "Custom::CDKBucketDeployment": bucketDeployment,
  // Nothing below changes what a client or the app's code sees on one machine.
  "AWS::ApiGatewayV2::Deployment": inert(),
  "AWS::ApiGatewayV2::IntegrationResponse": inert(),
  "AWS::ApiGateway::Account": inert(),
  "AWS::IAM::Role": inert((role) => `arn:aws:iam::${role.stack.accountId}:role/${role.logicalId}`),
  "AWS::IAM::Policy": inert(),
  "AWS::IAM::ManagedPolicy": inert(),
  "AWS::Lambda::Permission": inert(),
  "AWS::Lambda::LayerVersion": inert(),
  "AWS::Logs::LogGroup": inert((group) => arn(group, "logs", `log-group:${group.logicalId}:*`)),
  "AWS::Logs::ResourcePolicy": inert(),
  "AWS::SQS::QueuePolicy": inert(),
  "AWS::CloudWatch::Alarm": inert((alarm) => arn(alarm, "cloudwatch", `alarm:${alarm.logicalId}`)),
  "AWS::CloudWatch::Dashboard": inert(),
  "AWS::ApplicationAutoScaling::ScalableTarget": inert(),
  "AWS::ApplicationAutoScaling::ScalingPolicy": inert(),
  "AWS::CloudFront::OriginRequestPolicy": inert(),
  "AWS::CloudFront::CachePolicy": inert(),
  "AWS::CertificateManager::Certificate": inert(),
  "AWS::Route53::RecordSet": inert(),
  // What CDK's own functions do on deployment.
  "Custom::S3AutoDeleteObjects": provided,
  "Custom::LogRetention": provided,
  "Custom::VpcRestrictDefaultSG": provided,
  ...network(),
  "AWS::CDK::Metadata": inert(),
  // Its own resources are read with the others (`declared-resources.ts`).
  "AWS::CloudFormation::Stack": inert(),
};

/** For a type that does not run here: a reference to it gives a plausible name, and no warning. */
export const UNKNOWN_TYPE: ResourceType = inert((resource) =>
  arn(resource, resource.type.split("::")[1]?.toLowerCase() ?? "unknown", resource.logicalId),
);

/** A VPC and what is in it: on one machine, everything reaches everything. */
function network(): Record<string, ResourceType> {
  const types = [
    ...["EIP", "InternetGateway", "NatGateway", "Route", "RouteTable", "SecurityGroupEgress"],
    ...["SecurityGroupIngress", "Subnet", "SubnetRouteTableAssociation", "VPC", "VPCEndpoint"],
    "VPCGatewayAttachment",
  ];
  const securityGroup = { ...inert(), attributes: { GroupId: inert().ref } };
  return {
    ...Object.fromEntries(types.map((type) => [`AWS::EC2::${type}`, inert()])),
    "AWS::EC2::SecurityGroup": securityGroup,
  };
}

function inert(toArn?: (resource: Resource) => string): ResourceType {
  return {
    ref: (resource) => `${resource.stack.stackName}-${resource.logicalId}`,
    ...(toArn && { attributes: { Arn: toArn } }),
  };
}
