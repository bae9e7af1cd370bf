import { resolve } from "node:path";
import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  Alias,
  type Architecture,
  type IFunction,
  type ILayerVersion,
  type IVersion,
  type Runtime,
} from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { ENV } from "../runtime/contract.js";
import { allowInvoke } from "./allow-invoke.js";
import { BundledFunction } from "./bundled-function.js";
import type { BundlingOptions } from "./bundling-options.js";
import { clientFiles } from "./client-files.js";
import { warnOfForeignEmitters } from "./foreign-emitters.js";
import type { Network } from "./network.js";
import { packageFile } from "./package-file.js";
import { warnOfDotenv } from "./warn-of-dotenv.js";

export interface AppFunctionProps {
  /** Absolute path of the file that exports the Socket.IO server. */
  readonly app: string;
  readonly environment: Record<string, string>;
  readonly network: Network;
  readonly bundling: BundlingOptions;
  /** Whether clients that begin with HTTP long-polling come here. */
  readonly servesHttp: boolean;
  readonly layers: ILayerVersion[];
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  /** Environments at once; undefined: as many as the account has. */
  readonly reservedConcurrency: number | undefined;
  /** Environments that are always warm; undefined: none, and no alias. */
  readonly provisionedConcurrency: number | undefined;
  readonly logRetention: RetentionDays;
  /** What becomes of the logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** The thin handlers; they import the user's server by this name. */
const ENTRY = packageFile("lambdas/socket-io.ts");
const HTTP_ENTRY = packageFile("lambdas/socket-io-http.ts");
const APP_IMPORT = "#app";

const ALIAS_NAME = "live";

/**
 * The user's Socket.IO server as one Lambda function, for `$connect`, messages and `$disconnect` alike: one
 * warm pool, and one set of `new Server(options)` for all of them.
 *
 * It may invoke itself: other connections' disconnects are events of their own, and so is a connection's
 * first packet where it cannot follow the answer of `$connect` (docs/decisions/open-packet.md). Lambda
 * repeats such an invocation twice when it fails, which the runtime is made for.
 */
export class AppFunction extends BundledFunction {
  /** Has the provisioned environments. Undefined where there are none. */
  readonly alias: Alias | undefined;

  constructor(scope: Construct, id: string, props: AppFunctionProps) {
    const {
      app,
      bundling: { files: moreFiles = [], ...bundling },
      network,
      reservedConcurrency,
      provisionedConcurrency,
      removalPolicy,
      layers,
      servesHttp,
      ...rest
    } = props;
    super(scope, id, {
      ...rest,
      ...bundling,
      ...network,
      entry: servesHttp ? HTTP_ENTRY : ENTRY,
      alias: { [APP_IMPORT]: app },
      moreFiles: moreFiles.map((file) => resolve(file)),
      // Long-polling applies the option `cors` by the package of that name.
      ...(servesHttp && { files: clientFiles(app), inFull: ["cors"] }),
      onFiles(files) {
        warnOfForeignEmitters(scope, app, files);
        warnOfDotenv(scope, app, files, props.environment);
      },
      description: "Socket.IO server: handshake, messages and disconnects",
      ...(layers.length > 0 && { layers }),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      logRemovalPolicy: removalPolicy,
    });
    this.alias = provisionedConcurrency === undefined ? undefined : this.#provision(provisionedConcurrency);
    allowInvoke(this, "InvokeItself", this, this.target);
  }

  /**
   * What is invoked: the function, or the alias whose environments are provisioned. Both casts of this file
   * are for `exactOptionalPropertyTypes`, which CDK is not compiled with.
   */
  get target(): IFunction {
    return (this.alias as IFunction | undefined) ?? this;
  }

  /**
   * Lambda provisions for a version, never for the newest code as such. Each deployment
   * that changes the function publishes one.
   */
  #provision(provisionedConcurrentExecutions: number): Alias {
    this.addEnvironment(ENV.alias, `:${ALIAS_NAME}`);
    return new Alias(this, "Live", {
      aliasName: ALIAS_NAME,
      version: this.currentVersion as IVersion,
      provisionedConcurrentExecutions,
    });
  }
}
