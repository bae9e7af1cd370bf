/** Stacks with a front door, and what of their templates the tests look at. */
import { Template } from "aws-cdk-lib/assertions";
import { type FrontDoorProps, SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";
import { emptyStack, FIXTURE_APP, fixture, idOf, templateOf } from "./synthesize.js";

export const PAGE = fixture("page");
export const DISTRIBUTION = "AWS::CloudFront::Distribution";
export const FUNCTION = "AWS::Lambda::Function";
/** No constant of the template: a piece of the id that the stack gets when it is created. */
export const KEY = { "Fn::Select": [2, { "Fn::Split": ["/", { Ref: "AWS::StackId" }] }] };

export function frontDoor(
  frontDoor: FrontDoorProps | true = true,
  props: Partial<SocketIoApiProps> = {},
): Template {
  return templateOf({ frontDoor, ...props });
}

export function stackWith(frontDoor: FrontDoorProps | true, stack = emptyStack()) {
  const api = new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, frontDoor });
  if (!api.frontDoor) throw new Error("There is no front door.");
  return { stack, door: api.frontDoor, template: () => Template.fromStack(stack) };
}

export function configOf(template: Template) {
  return template.toJSON().Resources[idOf(template, DISTRIBUTION, "Chat/")].Properties.DistributionConfig;
}

export function originsOf(template: Template): Record<string, { readonly [property: string]: unknown }> {
  const origins = configOf(template).Origins as { Id: string }[];
  return Object.fromEntries(origins.map((origin) => [origin.Id, origin]));
}

/** Path patterns with the origins that they lead to, in the order in which CloudFront asks them. */
export function waysOf(template: Template): [path: string, origin: string][] {
  const { CacheBehaviors, DefaultCacheBehavior } = configOf(template);
  const ways = CacheBehaviors.map((behavior: { PathPattern: string; TargetOriginId: string }) => [
    behavior.PathPattern,
    behavior.TargetOriginId,
  ]);
  return [...ways, ["", DefaultCacheBehavior.TargetOriginId]];
}

export const apiOf = (template: Template, path: string) => idOf(template, "AWS::ApiGatewayV2::Api", path);
export const functionOf = (template: Template, path: string) =>
  template.toJSON().Resources[idOf(template, FUNCTION, path)].Properties;
