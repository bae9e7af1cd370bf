import { Aws, Fn, type RemovalPolicy } from "aws-cdk-lib";
import type { HttpApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import {
  type AddBehaviorOptions,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  FunctionCode,
  FunctionRuntime,
  type IOrigin,
  SecurityPolicyProtocol,
  Function as ViewerFunction,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import type { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { BucketDeployment } from "aws-cdk-lib/aws-s3-deployment";
import { Construct } from "constructs";
import { ENV, FRONT_DOOR } from "../runtime/contract.js";
import type { AppFunction } from "./app-function.js";
import { addHttpApi } from "./front-door-http-api.js";
import { apiBehavior, apiOrigin } from "./front-door-origins.js";
import { PageBucket } from "./front-door-page.js";
import type { FrontDoorOptions } from "./front-door-props.js";
import { PollFunction } from "./poll-function.js";
import type { Tables } from "./tables.js";
import type { ThrottleOptions } from "./throttle.js";
import { viewerRequestCode } from "./viewer-request-code.js";

/** What stands behind the door, and what it has in common with that. */
export interface FrontDoorSettings extends FrontDoorOptions {
  readonly webSocketStage: WebSocketStage;
  readonly appFunction: AppFunction;
  readonly tables: Tables;
  readonly throttle: ThrottleOptions;
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** Of a distribution and of a function, in characters. */
const MAX_COMMENT = 128;

/** A folder of the address that is ours in any case: `/socket.io-lambda/*`. */
const OWN_PATHS = `${FRONT_DOOR.pollPath.slice(0, FRONT_DOOR.pollPath.lastIndexOf("/"))}/*`;

/**
 * One address for every client: CloudFront before the WebSocket API and an HTTP API, so that
 * `io("https://…")` works with no option. docs/decisions/front-door.md says why it is made like this.
 */
export class FrontDoor extends Construct {
  /** For what has no option here: a web ACL, logs, the edges that serve it. */
  readonly distribution: Distribution;
  /** Where HTTP goes that no page answers: its `$default` route leads to the app function. */
  readonly httpApi: HttpApi;
  /** Holds the GETs of long-polling clients. */
  readonly pollFunction: PollFunction;
  /**
   * With a `page`: brings its files. `addSource` adds more, such as
   * `Source.jsonData("settings.json", { table: table.tableName })`. Undefined without one.
   */
  readonly pageFiles: BucketDeployment | undefined;
  /** The path of Socket.IO's clients. */
  readonly path: string;
  /** The address, without a path: `https://….cloudfront.net`, or the first of `domainNames`. */
  readonly url: string;

  readonly #httpOrigin: IOrigin;
  readonly #toApi: AddBehaviorOptions;

  constructor(scope: Construct, id: string, settings: FrontDoorSettings) {
    super(scope, id);
    const { path, page, domainNames, certificate, appFunction, tables } = settings;
    const { runtime, architecture, logRetention, removalPolicy } = settings;
    this.path = path;
    const key = stackKey();
    appFunction.addEnvironment(ENV.frontDoorKey, key);
    this.pollFunction = new PollFunction(this, "Poll", {
      appFunction,
      tables,
      frontDoorKey: key,
      reservedConcurrency: settings.pollConcurrency,
      runtime,
      architecture,
      logRetention,
      removalPolicy,
    });
    this.httpApi = addHttpApi(this, appFunction.target, this.pollFunction, settings.throttle);

    const comment = `Socket.IO server: ${this.node.path}`.slice(0, MAX_COMMENT);
    const viewerRequest = new ViewerFunction(this, "ViewerRequest", {
      comment,
      code: FunctionCode.fromInline(viewerRequestCode(path)),
      runtime: FunctionRuntime.JS_2_0,
    });
    this.#toApi = apiBehavior(viewerRequest);
    this.#httpOrigin = apiOrigin(this.httpApi, "http", key);
    const bucket =
      page === undefined
        ? undefined
        : new PageBucket(this, "Page", { folder: page, logRetention, removalPolicy });
    this.pageFiles = bucket?.files;
    const { api, stageName } = settings.webSocketStage;
    this.distribution = new Distribution(this, "Distribution", {
      comment,
      defaultBehavior: bucket ? pageBehavior(bucket.origin) : { ...this.#toApi, origin: this.#httpOrigin },
      additionalBehaviors: {
        [`${path}*`]: {
          ...this.#toApi,
          origin: apiOrigin(api, "websocket", key, `/${stageName}`),
          // WebSocket clients follow no redirect (`aws-facts.md` §11.1).
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        },
      },
      ...(page !== undefined && { defaultRootObject: "index.html" }),
      ...(certificate && {
        certificate,
        domainNames: [...domainNames],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
    });
    // CDK has an origin only where a behavior leads to it, and the function chooses this one.
    if (page !== undefined) this.addHttpPath(OWN_PATHS);
    const host = domainNames.find((name) => !name.startsWith("*"));
    this.url = `https://${host ?? this.distribution.distributionDomainName}`;
  }

  /**
   * With a `page`: leads a path to the app function instead, such as `"/api/*"`. `*` stands for any
   * characters, and the first path that fits counts.
   */
  addHttpPath(pathPattern: string): void {
    this.distribution.addBehavior(pathPattern, this.#httpOrigin, this.#toApi);
  }
}

function pageBehavior(origin: IOrigin): BehaviorOptions {
  return {
    origin,
    cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  };
}

/**
 * The last piece of the stack's id: no constant of the template, and known to those alone who may look at the
 * stack or its functions.
 */
function stackKey(): string {
  return Fn.select(2, Fn.split("/", Aws.STACK_ID));
}
