import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { type IFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { InvalidPropError } from "./errors.js";

/** A route key that goes to the app function, or route keys that go to functions of the user's own. */
export type RouteEntry = string | Readonly<Record<string, IFunction>>;

/** How one client's messages are handled: side by side, or one after another in the order in which they came. */
export type Order = "concurrent" | "ordered";

/** Where a route leads: the app function, or a function of the user's own. */
export type RouteTarget = "app" | IFunction;

/**
 * What `SocketIoApi` provisions. What Socket.IO itself configures (`cors`, `pingInterval`, `allowRequest`, …) stays in the
 * app's own `new Server(options)`. `docs/options.md` has the same options in the same order.
 */
export interface SocketIoApiProps {
  /**
   * Path of the file that exports the Socket.IO server, as `io` or as its default export. A relative path starts at the
   * folder where CDK runs. TypeScript or JavaScript; it is bundled with everything it imports.
   */
  readonly app: string;

  /**
   * Routes beside `$connect`, `$disconnect` and `$default`, at most 297. A plain client's `action` selects one; a Socket.IO
   * client's packets are no JSON objects, so they always take `$default`. A string leads to the app, which handles the
   * action without a route just the same: a route of its own gives it metrics and throttling of its own. `{ name: fn }` leads
   * to a function of your own instead, and the app never sees that action; give it `grantManageConnections` to answer.
   *
   * @default [] everything goes to the app through `$default`
   */
  readonly routes?: readonly RouteEntry[];

  /**
   * What becomes of two quick messages of one client. `"concurrent"`: each invokes the app at once, so they may run side by
   * side and end in either order. `"ordered"`: messages and `$disconnect` go through an SQS FIFO queue, with the connection as
   * group: the app gets one after another, in their order, and an event whose environment dies comes again. That takes some
   * 20 to 50 ms and $1.50 a million messages more (`docs/decisions/ordered-mode.md`).
   *
   * @default "concurrent"
   */
  readonly order?: Order;

  /**
   * Name of the stage: letters, digits, `-` and `_`, at most 128. It is the path that clients connect to (`path: "/prod"`),
   * so changing it later disconnects them.
   *
   * @default "prod"
   */
  readonly stageName?: string;

  /**
   * What becomes of the tables and the app's logs when the stack is deleted or a resource is replaced. The tables hold
   * only live connections, so `DESTROY` is safe for anything that may be interrupted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Memory of the app function in MB, 128 to 10,240. CPU grows with it (1,769 MB is one core): it decides the cold start and
   * how fast a broadcast goes out, not how many connections there can be.
   *
   * @default 1024, about 0.6 of a core: a message mostly waits for DynamoDB and for posts, which more memory would
   * only make dearer, while less would stretch the start-up, which is pure CPU
   */
  readonly memorySize?: number;

  /**
   * How long the app may work on one event, in whole seconds, 1 to 29. API Gateway gives up after 29 s whatever stands
   * here, and then sends an error frame that cuts a Socket.IO client off.
   *
   * @default 25 seconds: API Gateway's clock starts before a cold start, Lambda's after it, and 4 s cover that
   */
  readonly timeout?: Duration;

  /**
   * Node runtime of the app function, nodejs20.x or later.
   *
   * @default nodejs24.x, which AWS supports the longest (until April 2028)
   */
  readonly runtime?: Runtime;
}

/** Every option decided and checked. */
export interface SocketIoApiOptions extends Required<Omit<SocketIoApiProps, "routes">> {
  readonly routes: ReadonlyMap<string, RouteTarget>;
}

/** API Gateway's limits: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const MAX_ROUTES = 300;
const MAX_TIMEOUT_SECONDS = 29;
const STAGE_NAME = /^[\w-]{1,128}$/;

const BUILT_IN_ROUTE_COUNT = 3;

const ORDERS: readonly string[] = ["concurrent", "ordered"] satisfies Order[];

const DEFAULTS = {
  order: "concurrent",
  stageName: "prod",
  removalPolicy: RemovalPolicy.RETAIN,
  memorySize: 1024,
  timeout: Duration.seconds(25),
  runtime: Runtime.NODEJS_24_X,
} as const satisfies Partial<SocketIoApiProps>;

/**
 * Applies the defaults and checks what AWS would refuse only during a deployment.
 *
 * @throws InvalidPropError naming the prop and what to do.
 */
export function resolveOptions(props: SocketIoApiProps): SocketIoApiOptions {
  // Not a spread: `{ timeout: props.timeout }` hands on an undefined, which means the default too.
  return {
    app: existingFile(props.app),
    routes: routeTargets(props.routes ?? []),
    order: validOrder(props.order ?? DEFAULTS.order),
    stageName: validStageName(props.stageName ?? DEFAULTS.stageName),
    removalPolicy: props.removalPolicy ?? DEFAULTS.removalPolicy,
    memorySize: props.memorySize ?? DEFAULTS.memorySize,
    timeout: validTimeout(props.timeout ?? DEFAULTS.timeout),
    runtime: props.runtime ?? DEFAULTS.runtime,
  };
}

function existingFile(app: string): string {
  const file = resolve(app);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new InvalidPropError(
      "app",
      `there is no file ${file}.`,
      "Give the path of the file that exports your Socket.IO server, relative to the folder where CDK runs.",
    );
  }
  return file;
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
  if (!STAGE_NAME.test(stageName)) {
    throw new InvalidPropError(
      "stageName",
      `API Gateway refuses ${JSON.stringify(stageName)}.`,
      "Use 1 to 128 letters, digits, hyphens and underscores.",
    );
  }
  return stageName;
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

function routeTargets(entries: readonly RouteEntry[]): Map<string, RouteTarget> {
  const targets = new Map<string, RouteTarget>();
  const pairs = entries.flatMap((entry): [string, RouteTarget][] =>
    typeof entry === "string" ? [[entry, "app"]] : Object.entries(entry),
  );
  for (const [key, target] of pairs) {
    checkRouteKey(key);
    if (targets.has(key)) {
      throw new InvalidPropError(
        "routes",
        `"${key}" stands there twice.`,
        "Keep one: a route leads to one function.",
      );
    }
    targets.set(key, target);
  }
  if (targets.size + BUILT_IN_ROUTE_COUNT > MAX_ROUTES) {
    throw new InvalidPropError(
      "routes",
      `${targets.size} routes and the ${BUILT_IN_ROUTE_COUNT} built-in ones exceed API Gateway's ${MAX_ROUTES} an API.`,
      "Remove some that lead to the app: it gets those actions through $default as well.",
    );
  }
  return targets;
}

function checkRouteKey(key: string): void {
  if (key === "") {
    throw new InvalidPropError(
      "routes",
      "a route has an empty name.",
      "Name it after the action that selects it.",
    );
  }
  if (key.startsWith("$")) {
    throw new InvalidPropError(
      "routes",
      `"${key}" begins with "$", which API Gateway keeps for itself.`,
      "Remove it: $connect, $disconnect and $default always lead to the app.",
    );
  }
}
