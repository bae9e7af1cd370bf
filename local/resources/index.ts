import * as apiGateway from "./api-gateway.js";
import { table } from "./dynamodb.js";
import { eventSourceMapping } from "./event-source-mapping.js";
import { eventInvokeConfig, lambdaFunction } from "./lambda.js";
import { arn, type Resource, type ResourceType } from "./resource-type.js";
import { schedule } from "./scheduler.js";
import { queue } from "./sqs.js";

/** The resource types that the local stack runs, or knows that it need not run. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  "AWS::ApiGatewayV2::Api": apiGateway.api,
  "AWS::ApiGatewayV2::Route": apiGateway.route,
  "AWS::ApiGatewayV2::RouteResponse": apiGateway.routeResponse,
  "AWS::ApiGatewayV2::Integration": apiGateway.integration,
  "AWS::ApiGatewayV2::Stage": apiGateway.stage,
  "AWS::Lambda::Function": lambdaFunction,
  "AWS::Lambda::EventInvokeConfig": eventInvokeConfig,
  "AWS::Lambda::EventSourceMapping": eventSourceMapping,
  "AWS::Scheduler::Schedule": schedule,
  "AWS::DynamoDB::Table": table,
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::SQS::Queue": queue,
  // Nothing below changes what a client or the app's code sees on one machine.
  "AWS::ApiGatewayV2::Deployment": inert(),
  "AWS::ApiGatewayV2::IntegrationResponse": inert(),
  "AWS::ApiGateway::Account": inert(),
  "AWS::IAM::Role": inert((role) => `arn:aws:iam::${role.stack.accountId}:role/${role.logicalId}`),
  "AWS::IAM::Policy": inert(),
  "AWS::IAM::ManagedPolicy": inert(),
  "AWS::Lambda::Permission": inert(),
  "AWS::Logs::LogGroup": inert((group) => arn(group, "logs", `log-group:${group.logicalId}:*`)),
  "AWS::Logs::ResourcePolicy": inert(),
  "AWS::SQS::QueuePolicy": inert(),
  "AWS::CloudWatch::Alarm": inert((alarm) => arn(alarm, "cloudwatch", `alarm:${alarm.logicalId}`)),
  "AWS::CloudWatch::Dashboard": inert(),
  "AWS::CDK::Metadata": inert(),
};

/** For a type that does not run here: whoever refers to it gets a plausible name, and nobody is warned. */
export const UNKNOWN_TYPE: ResourceType = inert((resource) =>
  arn(resource, resource.type.split("::")[1]?.toLowerCase() ?? "unknown", resource.logicalId),
);

function inert(toArn?: (resource: Resource) => string): ResourceType {
  return {
    ref: (resource) => `${resource.stack.stackName}-${resource.logicalId}`,
    ...(toArn && { attributes: { Arn: toArn } }),
  };
}
