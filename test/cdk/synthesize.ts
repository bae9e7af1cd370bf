import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { type IVpc, Vpc } from "aws-cdk-lib/aws-ec2";
import { SocketIoApi, type SocketIoApiProps } from "../../lib/index.js";

const folder = mkdtempSync(join(tmpdir(), "socket-io-lambda-cdk-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

export const FIXTURE_APP = fixture("app.ts");

export function fixture(file: string): string {
  return fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url));
}

/** An app with the context that the CDK's command would give it, except that no function is compiled. */
export function appWithoutBundling(): App {
  const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));
  return new App({
    outdir: mkdtempSync(join(folder, "cdk.out-")),
    context: { ...context, "aws:cdk:enable-path-metadata": true, "aws:cdk:bundling-stacks": [] },
  });
}

export function emptyStack(): Stack {
  return new Stack(appWithoutBundling(), "Test");
}

/** A cast, because CDK's types of a VPC contradict each other with `exactOptionalPropertyTypes`. */
export function vpcIn(stack: Stack): IVpc {
  return new Vpc(stack, "Vpc") as IVpc;
}

/** The template of an empty stack with one `SocketIoApi`. */
export function templateOf(props: Partial<SocketIoApiProps> = {}): Template {
  const stack = emptyStack();
  new SocketIoApi(stack, "Chat", { app: FIXTURE_APP, ...props });
  return Template.fromStack(stack);
}

interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** What the function may do, by all policies of its role; ARNs as `readable` writes them. */
export function statementsOf(template: Template, functionId: string): Statement[] {
  const { Role } = template.toJSON().Resources[functionId].Properties;
  const roleId = Role["Fn::GetAtt"][0];
  const policies = Object.values(template.findResources("AWS::IAM::Policy"));
  return policies
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === roleId))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }) => ({
      actions: [Action].flat().sort(),
      resources: [Resource].flat().map(readable).sort(),
    }));
}

/** The one logical id of a type whose construct path contains `path`. */
export function idOf(template: Template, type: string, path: string): string {
  const ids = Object.entries(template.findResources(type))
    .filter(([, { Metadata }]) => Metadata["aws:cdk:path"].includes(path))
    .map(([id]) => id);
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new Error(`${ids.length} resources ${type} at ${path}`);
  return id;
}

/**
 * A value of a template as text: `{ Ref: "Api" }` becomes `<Api>`,
 * `{ "Fn::GetAtt": ["Api", "Arn"] }` `<Api.Arn>`.
 */
export function readable(value: unknown): string {
  if (typeof value === "string") return value;
  const [[name, argument] = []] = Object.entries(value as object);
  if (name === "Ref") return `<${argument}>`;
  if (name === "Fn::GetAtt") return `<${argument.join(".")}>`;
  if (name === "Fn::Join") return argument[1].map(readable).join(argument[0]);
  throw new Error(`${name} is not known here`);
}
