import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { Architecture, ILayerVersion, Runtime } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Limits } from "../runtime/client-limits.js";
import type { BundlingOptions } from "./bundling-options.js";
import type { ReservedConcurrency } from "./concurrency.js";
import type { FrontDoorProps } from "./front-door-props.js";
import type { RouteEntry } from "./route-targets.js";
import type { ThrottleOptions } from "./throttle.js";
import type { TimerOptions } from "./timer-options.js";

/**
 * How one client's messages are handled: side by side, or one after another in the order in which they came.
 */
export type Order = "concurrent" | "ordered";

/**
 * What `SocketIoApi` provisions. What Socket.IO itself configures (`cors`, `pingInterval`, `allowRequest`, …)
 * stays in the app's own `new Server(options)`. `docs/options.md` has the same options in the same order.
 */
export interface SocketIoApiProps {
  /**
   * Path of the file that exports the Socket.IO server, as `io` or as its default export. A relative path
   * starts at the folder where CDK runs. TypeScript or JavaScript; it is bundled with everything it imports.
   */
  readonly app: string;

  /**
   * Routes beside `$connect`, `$disconnect` and `$default`, at most 297. A plain client's `action` selects
   * one; a Socket.IO client's packets are no JSON objects, so they always take `$default`. A string leads to
   * the app, which handles the action without a route as well: a route of its own gives it metrics and a
   * throttle of its own. `{ name: fn }` leads to a function of your own instead, and no listener of the app
   * sees that action; give it `grantManageConnections` to answer. Only clients that are connected to a
   * namespace reach it: `{ name: { function: fn, namespace: "/members" } }` says to which,
   * `{ name: { function: fn, open: true } }` lets everybody in (`docs/security.md`).
   *
   * @default [] everything goes to the app through `$default`
   */
  readonly routes?: readonly RouteEntry[];

  /**
   * How the app receives two quick messages of one client. `"concurrent"`: each invokes the app at once, so
   * they may run side by side and end in either order. `"ordered"`: messages and `$disconnect` go through
   * an SQS FIFO queue, with the connection as group: the app receives one after another, in their order,
   * and an event whose environment dies comes again. That takes some 20 to 50 ms and $1.50 a million
   * messages more (`docs/decisions/ordered-mode.md`).
   *
   * @default "concurrent"
   */
  readonly order?: Order;

  /**
   * One address for every client: CloudFront before the API, so that `io("https://…")` connects with no
   * option, by long-polling first. `true`, or what there is to choose: a `page`, a domain. Plain clients, and
   * those with `transports: ["websocket"]`, reach the API directly as well.
   *
   * @default false: clients connect to the API, by WebSocket alone
   */
  readonly frontDoor?: boolean | FrontDoorProps;

  /**
   * How many messages a second the API takes, and how many at once, on each route by itself. Beyond that API
   * Gateway answers a handshake with HTTP 429 and a message with a frame of its own, which cuts a Socket.IO
   * client off. AWS applies the limits on a best-effort basis.
   *
   * @default { rateLimit: 5000, burstLimit: 2500 } half of what a new account takes for all its APIs, posts
   * to clients included: a flood of messages leaves room for the posts, and for other APIs
   */
  readonly throttle?: ThrottleOptions;

  /**
   * How many environments the app function may have at once, at least 1, or `{ app, deliver }`. Lambda
   * reserves them: no other function of the account can use them, and a flood here takes no more. Beyond
   * that, messages are refused with an error frame; in ordered mode they wait.
   *
   * @default none: both share what the account has. A new account may have as few as 10,
   * and none of those can be reserved
   */
  readonly reservedConcurrency?: number | ReservedConcurrency;

  /**
   * How many environments of the app function are always warm, at least 1: so many events at a time meet
   * no cold start, and further ones may. Everything then invokes the alias `live` of the function, which
   * moves to a new version with each deployment. One environment of 1 GB costs about $8.76 a month
   * (us-east-1, arm64), and less for each event.
   *
   * @default none: environments start as they are needed
   */
  readonly provisionedConcurrency?: number;

  /**
   * Headers of the handshake that `$connect` sees (`allowRequest`, `cors`) and that are not stored: later
   * events, `io.use` among them, find nothing under these names in `socket.handshake.headers`. For
   * `authorization` and `cookie`, where the app needs them in `allowRequest` only.
   *
   * @default [] all are stored, because apps read `socket.handshake.headers.cookie` in `io.use`
   */
  readonly forgetHeaders?: readonly string[];

  /**
   * Name of the stage: letters, digits, `-` and `_`, at most 128. It is the path that clients connect to
   * (`path: "/prod"`), so changing it later disconnects them.
   *
   * @default "prod"
   */
  readonly stageName?: string;

  /**
   * Whether the tables and the logs stay when the stack is deleted or a resource is replaced. The tables hold
   * only live connections, so `DESTROY` is safe for anything that may be interrupted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long CloudWatch keeps a line of the functions' logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * Environment variables of the app function. Values may be tokens, such as `table.tableName`. They stand in
   * the function's settings: give a secret's ARN and let the app read the secret. `NODE_OPTIONS` come after
   * the construct's own. Names that Lambda or the construct sets (`AWS_REGION`, `SOCKET_IO_…`) are refused.
   *
   * @default {}
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * The VPC that the app function reaches, for a database in it. **The VPC needs a NAT gateway**: the
   * function posts to clients through the API's public endpoint, and no VPC endpoint leads to a WebSocket API
   * (`docs/options.md#vpc`). The `deliver` function stays outside.
   *
   * @default none: the function reaches the internet and AWS, and nothing in a VPC
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of `vpc` that the function attaches to. Only with `vpc`.
   *
   * @default the private subnets with a way out
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The function's security groups, 1 to 5; a database lets one of these in. Only with `vpc`.
   *
   * @default one that allows all outbound traffic; `api.appFunction.connections` names it
   */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * What of the app's imports is bundled: `{ nodeModules: ["sharp"] }` installs a native addon beside the
   * bundle, `{ externalModules: ["@aws-sdk/*"] }` leaves packages to the runtime or a layer.
   *
   * @default {} everything is bundled
   */
  readonly bundling?: BundlingOptions;

  /**
   * Lambda layers of the app function, at most 5. What is imported from one is named in
   * `bundling.externalModules`.
   *
   * @default []
   */
  readonly layers?: readonly ILayerVersion[];

  /**
   * Processor of both functions.
   *
   * @default Architecture.ARM_64, a fifth cheaper than x86
   */
  readonly architecture?: Architecture;

  /**
   * Memory of the app function in MB, 128 to 10,240. CPU grows with it (1,769 MB is one core): it decides the
   * cold start and how fast a broadcast goes out, not how many connections there can be.
   *
   * @default 1024, about 0.6 of a core: a message mostly waits for DynamoDB and for posts, so more memory
   * makes it dearer and hardly faster. Less makes the start-up slower, which is pure CPU
   */
  readonly memorySize?: number;

  /**
   * How long the app may work on one event, in whole seconds, 1 to 29. API Gateway gives up after 29 s in any
   * case, and then sends an error frame that cuts a Socket.IO client off.
   *
   * @default 25 seconds: API Gateway's clock starts before a cold start, Lambda's after it,
   * and 4 s cover that
   */
  readonly timeout?: Duration;

  /**
   * How long an event waits for the timers that its handlers set (`setTimeout(() => socket.emit(…), 1500)`),
   * counted from when the handlers have ended: `{ awaitUpTo: Duration.seconds(5) }`. Lambda freezes a timer
   * that outlives its event; the log names it with its file and line. While an event waits, the function is
   * billed, and nothing else runs in its environment. Up to a second less than `timeout`; with 0, timers of
   * up to 50 ms are still awaited.
   *
   * @default 5 seconds: most timeouts of servers take 1 to 5. In ordered mode 0, for there the client's next
   * event would wait, too
   */
  readonly timers?: TimerOptions;

  /**
   * The most that is stored of one client's connection: rooms, namespaces, names, `auth`, `socket.data`
   * (`docs/options.md#limits` has each with its price). Those that are left out have their defaults.
   *
   * @default {} limits that no ordinary app meets
   */
  readonly limits?: Partial<Limits>;

  /**
   * Node runtime of the app function, nodejs20.x or later.
   *
   * @default nodejs24.x, which AWS supports the longest (until April 2028)
   */
  readonly runtime?: Runtime;
}
