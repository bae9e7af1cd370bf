import { Duration, RemovalPolicy, Token } from "aws-cdk-lib";
import { Architecture, type ILayerVersion, Runtime } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { DEFAULT_LIMITS, type Limits, limitProblem } from "../runtime/client-limits.js";
import { existingFile } from "./app-file.js";
import { validBundling } from "./bundling-options.js";
import {
  type ReservedConcurrency,
  validProvisionedConcurrency,
  validReservedConcurrency,
} from "./concurrency.js";
import { validEnvironment } from "./environment.js";
import { InvalidPropError } from "./errors.js";
import { type FrontDoorOptions, validFrontDoor } from "./front-door-props.js";
import { validLayers } from "./layers.js";
import { validLogRetention } from "./log-retention.js";
import { type Network, validNetwork } from "./network.js";
import type { Order, SocketIoApiProps } from "./props.js";
import { type RouteTarget, routeTargets } from "./route-targets.js";
import { isStageName, STAGE_NAME_RULE } from "./stage-name.js";
import { DEFAULT_THROTTLE, validThrottle } from "./throttle.js";
import { validTimers } from "./timer-options.js";

/** The props whose options have another shape. */
type Resolved =
  | "routes"
  | "frontDoor"
  | "environment"
  | "reservedConcurrency"
  | "provisionedConcurrency"
  | "layers"
  | keyof Network;

/** Every option decided and checked. */
export interface SocketIoApiOptions extends Required<Omit<SocketIoApiProps, Resolved>> {
  readonly routes: ReadonlyMap<string, RouteTarget>;
  readonly frontDoor: FrontDoorOptions | undefined;
  readonly environment: Record<string, string>;
  readonly reservedConcurrency: ReservedConcurrency;
  readonly provisionedConcurrency: number | undefined;
  readonly layers: ILayerVersion[];
  readonly network: Network;
}

/**
 * API Gateway's limits:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const MAX_TIMEOUT_SECONDS = 29;

const ORDERS: readonly string[] = ["concurrent", "ordered"] satisfies Order[];

const DEFAULTS = {
  order: "concurrent",
  throttle: DEFAULT_THROTTLE,
  forgetHeaders: [],
  stageName: "prod",
  removalPolicy: RemovalPolicy.RETAIN,
  memorySize: 1024,
  timeout: Duration.seconds(25),
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  logRetention: RetentionDays.ONE_MONTH,
} as const satisfies Partial<SocketIoApiProps>;

/**
 * Applies the defaults and checks what AWS would refuse only during a deployment.
 *
 * @throws InvalidPropError naming the prop and what to do.
 */
export function resolveOptions(props: SocketIoApiProps): SocketIoApiOptions {
  // Not a spread: a caller may pass `{ timeout: undefined }`, which means the default too.
  const reservedConcurrency = validReservedConcurrency(props.reservedConcurrency ?? {});
  const timeout = validTimeout(props.timeout ?? DEFAULTS.timeout);
  const architecture = props.architecture ?? DEFAULTS.architecture;
  const app = existingFile(props.app);
  return {
    app,
    routes: routeTargets(props.routes ?? []),
    order: validOrder(props.order ?? DEFAULTS.order),
    frontDoor: validFrontDoor(props.frontDoor, app),
    throttle: validThrottle(props.throttle ?? DEFAULTS.throttle),
    reservedConcurrency,
    provisionedConcurrency: validProvisionedConcurrency(props.provisionedConcurrency, reservedConcurrency),
    forgetHeaders: validHeaders(props.forgetHeaders ?? DEFAULTS.forgetHeaders),
    stageName: validStageName(props.stageName ?? DEFAULTS.stageName),
    removalPolicy: props.removalPolicy ?? DEFAULTS.removalPolicy,
    logRetention: validLogRetention(props.logRetention ?? DEFAULTS.logRetention),
    environment: validEnvironment(props.environment ?? {}),
    network: validNetwork(props.vpc, props.vpcSubnets, props.securityGroups),
    bundling: validBundling(props.bundling ?? {}),
    layers: validLayers(props.layers ?? [], architecture),
    architecture,
    memorySize: validMemorySize(props.memorySize ?? DEFAULTS.memorySize),
    timeout,
    timers: validTimers(props.timers ?? {}, timeout),
    limits: validLimits(props.limits ?? {}),
    runtime: props.runtime ?? DEFAULTS.runtime,
  };
}

function validLimits(limits: Partial<Limits>): Partial<Limits> {
  const problem = limitProblem({ ...limits });
  if (problem) {
    throw new InvalidPropError(
      "limits",
      problem,
      `The limits are ${Object.keys(DEFAULT_LIMITS).join(", ")}.`,
    );
  }
  return limits;
}

/** The types do not reach what comes from CDK's context or from JavaScript. */
function validOrder(order: Order): Order {
  if (!ORDERS.includes(order)) {
    throw new InvalidPropError(
      "order",
      `there is no ${JSON.stringify(order)}.`,
      'Use "concurrent" for the lowest latency and price, or "ordered" for one event after another.',
    );
  }
  return order;
}

function validStageName(stageName: string): string {
  if (!isStageName(stageName)) {
    throw new InvalidPropError(
      "stageName",
      `API Gateway refuses ${JSON.stringify(stageName)}.`,
      STAGE_NAME_RULE,
    );
  }
  return stageName;
}

/** What HTTP calls a token (RFC 9110 §5.6.2). */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

function validHeaders(names: readonly string[]): readonly string[] {
  const odd = names.find((name) => !HEADER_NAME.test(name));
  if (odd !== undefined) {
    throw new InvalidPropError(
      "forgetHeaders",
      `no header is called ${JSON.stringify(odd)}.`,
      'Give names of headers, such as "cookie".',
    );
  }
  return names;
}

/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const [MIN_MEMORY_MB, MAX_MEMORY_MB] = [128, 10_240];

function validMemorySize(memorySize: number): number {
  if (Token.isUnresolved(memorySize)) return memorySize;
  if (!Number.isInteger(memorySize) || memorySize < MIN_MEMORY_MB || memorySize > MAX_MEMORY_MB) {
    throw new InvalidPropError(
      "memorySize",
      `Lambda refuses ${memorySize} MB.`,
      `Give a whole number from ${MIN_MEMORY_MB} to ${MAX_MEMORY_MB}.`,
    );
  }
  return memorySize;
}

function validTimeout(timeout: Duration): Duration {
  const seconds = timeout.toMilliseconds() / 1000;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TIMEOUT_SECONDS) {
    throw new InvalidPropError(
      "timeout",
      `${seconds} s cannot be: API Gateway waits ${MAX_TIMEOUT_SECONDS} s at most and Lambda counts whole seconds.`,
      `Use Duration.seconds(n) with n from 1 to ${MAX_TIMEOUT_SECONDS}, and give longer work to a function of its own.`,
    );
  }
  return timeout;
}
