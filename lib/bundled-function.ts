import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type CfnResource, Duration, RemovalPolicy } from "aws-cdk-lib";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, type FunctionOptions, Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { FILE_METADATA, NAME_FILES } from "../runtime/contract.js";
import { type BundledCodeProps, bundle } from "./bundling.js";
import { nodeOptions } from "./node-options.js";

/**
 * Everything that CDK's Lambda functions take, applied over the defaults; only the role and
 * the log group are made here.
 */
export interface BundledFunctionProps
  extends BundledCodeProps,
    Omit<FunctionOptions, "role" | "logGroup" | "logRetention"> {
  /**
   * Node runtime on Lambda.
   * @default nodejs24.x, because AWS supports it the longest (until April 2028). A fixed version rather than
   * `NODEJS_LATEST`, so that upgrading aws-cdk-lib never changes what runs.
   */
  readonly runtime?: Runtime;
  /**
   * What becomes of the log group when the stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /**
   * How long CloudWatch keeps a line of the log.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}

/**
 * A Lambda function from one TypeScript or JavaScript file that exports `handler`, bundled in this process in
 * about a third of a second. arm64, because it costs a fifth less a millisecond than x86; 256 MB and 10 s,
 * enough for a function that answers one message; stack traces are source-mapped.
 *
 * `NODE_OPTIONS` in `environment` come after `--enable-source-maps`, and do not replace it.
 *
 * Its role may write to its own log group and, with a `vpc`, attach to that; grants add the rest.
 */
export class BundledFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    const {
      entry,
      alias,
      files,
      moreFiles,
      inFull,
      onFiles,
      externalModules,
      nodeModules,
      define,
      loader,
      environment,
      runtime = Runtime.NODEJS_24_X,
      architecture = Architecture.ARM_64,
      memorySize = 256,
      timeout = Duration.seconds(10),
      logRemovalPolicy = RemovalPolicy.RETAIN,
      logRetention = RetentionDays.ONE_MONTH,
      ...options
    } = props;
    const code = {
      entry,
      ...(alias && { alias }),
      ...(files && { files }),
      ...(moreFiles && { moreFiles }),
      ...(inFull && { inFull }),
      ...(onFiles && { onFiles }),
      ...(externalModules && { externalModules }),
      ...(nodeModules && { nodeModules }),
      ...(define && { define }),
      ...(loader && { loader }),
    };
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: logRetention,
      removalPolicy: logRemovalPolicy,
    });
    // A role of our own: the one that CDK makes has AWSLambdaBasicExecutionRole, which
    // allows every log group.
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      managedPolicies: options.vpc ? [ManagedPolicy.fromAwsManagedPolicyName(VPC_ACCESS)] : [],
    });
    super(scope, id, {
      ...options,
      runtime,
      architecture,
      memorySize,
      timeout,
      environment: { ...environment, NODE_OPTIONS: nodeOptions(environment?.NODE_OPTIONS) },
      handler: "index.handler",
      code: bundle(scope, code, architecture),
      logGroup,
      role,
    });
    logGroup.grantWrite(this);
    nameFile(this, alias?.["#app"] ?? entry);
  }
}

/**
 * The local stack names the user's file in errors and in its log. What is deployed has no
 * path of this machine.
 */
function nameFile(fn: NodejsFunction, file: string): void {
  if (fn.node.tryGetContext(NAME_FILES) !== true || file.startsWith(OUR_FUNCTIONS)) return;
  const path = relative(process.cwd(), file);
  (fn.node.defaultChild as CfnResource).addMetadata(FILE_METADATA, path.startsWith("..") ? file : path);
}

/** These are known by their constructs. */
const OUR_FUNCTIONS = fileURLToPath(new URL("../lambdas/", import.meta.url));

/** Lets Lambda attach the function to a VPC; CDK adds it only to roles that it makes itself. */
const VPC_ACCESS = "service-role/AWSLambdaVPCAccessExecutionRole";
