import { Annotations, Aws, Names, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLevel, type IOrigin, S3OriginAccessControl } from "aws-cdk-lib/aws-cloudfront";
import { S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { type ILogGroupRef, LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from "aws-cdk-lib/aws-s3";
import { BucketDeployment, CacheControl, Source } from "aws-cdk-lib/aws-s3-deployment";
import { Construct } from "constructs";

export interface PageBucketProps {
  /** Absolute path of the folder that becomes the bucket's content. */
  readonly folder: string;
  readonly logRetention: RetentionDays;
  /** What becomes of the bucket and its files when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** Of an origin access control, and of the name of a region, in characters. */
const MAX_NAME = 64;
const MAX_REGION = 16;

/**
 * The files of a page in a private bucket, which the front door's distribution alone reads. A deployment
 * brings the new files and removes those that are gone. Browsers ask each time whether a file is still the
 * same, and CloudFront does after a second, so a deployment shows at once.
 */
export class PageBucket extends Construct {
  /** Reads the bucket in the distribution's name. */
  readonly origin: IOrigin;
  readonly files: BucketDeployment;

  constructor(scope: Construct, id: string, { folder, logRetention, removalPolicy }: PageBucketProps) {
    super(scope, id);
    // The distribution has the root object that CDK asks for, without which `/` would list the files.
    Annotations.of(scope).acknowledgeWarning("@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk");
    // A cast for `exactOptionalPropertyTypes`, which CDK is not compiled with.
    const bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy,
    }) as IBucket;
    this.files = new BucketDeployment(this, "Files", {
      sources: [Source.asset(folder)],
      destinationBucket: bucket,
      cacheControl: [CacheControl.noCache()],
      // CloudFormation deletes no bucket with files in it.
      retainOnDelete: removalPolicy !== RemovalPolicy.DESTROY,
      logGroup: deploymentLogs(this, logRetention, removalPolicy),
    });
    // CDK's own name has no region in it, and such names count in the whole account.
    const name = `${Names.uniqueResourceName(this, { maxLength: MAX_NAME - MAX_REGION })}${Aws.REGION}`;
    this.origin = S3BucketOrigin.withOriginAccessControl(bucket, {
      originId: "page",
      originAccessControl: new S3OriginAccessControl(this, "Access", { originAccessControlName: name }),
      // Without LIST, S3 answers 403 for a file that is not there, and not 404.
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
    });
  }
}

const LOGS_ID = "SocketIoPageLogs";

/** One for the stack, as CDK has one function for all its deployments of files. */
function deploymentLogs(
  scope: Construct,
  retention: RetentionDays,
  removalPolicy: RemovalPolicy,
): ILogGroupRef {
  const stack = Stack.of(scope);
  const there = stack.node.tryFindChild(LOGS_ID);
  return there instanceof LogGroup ? there : new LogGroup(stack, LOGS_ID, { retention, removalPolicy });
}
