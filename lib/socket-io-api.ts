import { ArnFormat, Stack } from "aws-cdk-lib";
import { WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { type IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { ENV, ROUTE_SELECTION_EXPRESSION } from "../runtime/contract.js";
import { allowInvoke } from "./allow-invoke.js";
import { AppFunction } from "./app-function.js";
import { DeliverFunction } from "./deliver-function.js";
import { EventQueue } from "./event-queue.js";
import { FrontDoor } from "./front-door.js";
import { grantEmit } from "./grant-emit.js";
import { guardRoutes } from "./guarded-routes.js";
import { HeartbeatSchedule } from "./heartbeat-schedule.js";
import { resolveOptions, type SocketIoApiOptions } from "./options.js";
import type { SocketIoApiProps } from "./props.js";
import { addRoutes } from "./routes.js";
import { Tables } from "./tables.js";

/** What a function may do with connections: post to them, look at them, close them. */
export type ConnectionMethod = "POST" | "GET" | "DELETE";

/**
 * A Socket.IO server without servers: a WebSocket API, the app as a Lambda function, and two
 * tables that remember connections and rooms.
 *
 * ```ts
 * import { SocketIoApi } from "socket.io-lambda/cdk";
 *
 * const api = new SocketIoApi(this, "Chat", { app: "src/app.ts", routes: ["say", { clock }] });
 * api.grantManageConnections(clock);
 * ```
 *
 * While nobody is connected it costs what is stored, and a heartbeat a minute (about $0.11 a month).
 *
 * @throws InvalidPropError for a prop that AWS would refuse; BundlingError if the app does not compile.
 */
export class SocketIoApi extends Construct {
  /** The API, for what has no option here: authorizers, custom domains, alarms. */
  readonly webSocketApi: WebSocketApi;
  /** Its one stage, deployed by itself whenever a route changes. */
  readonly stage: WebSocketStage;
  /**
   * The user's server; grant it what the app needs (`bucket.grantRead(api.appFunction)`). With
   * `provisionedConcurrency`, its `alias` is what is invoked.
   */
  readonly appFunction: AppFunction;
  /** Posts the chunks of large broadcasts; its `deadLetterAlarm` wants an action. */
  readonly deliverFunction: DeliverFunction;
  readonly tables: Tables;
  /**
   * With `order: "ordered"`, what stands between the API and the app; its `deadLetterAlarm` wants an action.
   */
  readonly eventQueue: EventQueue | undefined;
  /** With `frontDoor`, the one address for every client: its `url`, its `distribution`. */
  readonly frontDoor: FrontDoor | undefined;

  /** Functions that the app function hands messages on to. */
  readonly #guarded: ReadonlySet<IFunction>;

  constructor(scope: Construct, id: string, props: SocketIoApiProps) {
    super(scope, id);
    const options = resolveOptions(props);
    const { runtime, architecture, logRetention, removalPolicy, routes } = options;

    this.webSocketApi = new WebSocketApi(this, "Api", {
      apiName: this.node.path.replaceAll("/", "-"),
      routeSelectionExpression: ROUTE_SELECTION_EXPRESSION,
    });
    this.stage = new WebSocketStage(this, "Stage", {
      webSocketApi: this.webSocketApi,
      stageName: options.stageName,
      autoDeploy: true,
      throttle: options.throttle,
    });
    this.tables = new Tables(this, "Tables", { removalPolicy });
    this.appFunction = new AppFunction(this, "App", {
      app: options.app,
      servesHttp: options.frontDoor !== undefined,
      environment: options.environment,
      network: options.network,
      bundling: options.bundling,
      layers: options.layers,
      memorySize: options.memorySize,
      timeout: options.timeout,
      reservedConcurrency: options.reservedConcurrency.app,
      provisionedConcurrency: options.provisionedConcurrency,
      runtime,
      architecture,
      logRetention,
      removalPolicy,
    });
    this.deliverFunction = new DeliverFunction(this, "Deliver", {
      reservedConcurrency: options.reservedConcurrency.deliver,
      runtime,
      architecture,
      logRetention,
      removalPolicy,
    });

    this.tables.grantReadWrite(this.appFunction);
    this.#grantDeliver();
    new HeartbeatSchedule(this, "Heartbeat", this.appFunction);
    this.grantManageConnections(this.appFunction, "POST", "GET", "DELETE");
    this.#guarded = guardRoutes(this.appFunction, routes);
    this.#tellApp(options);
    if (options.order === "ordered") {
      this.eventQueue = new EventQueue(this, "Events", {
        api: this.webSocketApi,
        consumer: this.appFunction.target,
        timeout: options.timeout,
        removalPolicy,
      });
    }
    addRoutes(this.webSocketApi, this.stage, this.appFunction.target, routes, this.eventQueue);
    if (options.frontDoor) {
      this.frontDoor = new FrontDoor(this, "FrontDoor", {
        ...options.frontDoor,
        webSocketStage: this.stage,
        appFunction: this.appFunction,
        tables: this.tables,
        throttle: options.throttle,
        runtime,
        architecture,
        logRetention,
        removalPolicy,
      });
    }
  }

  /** What the runtime has to know of the options, as environment variables. */
  #tellApp({ forgetHeaders, limits, order, timers }: SocketIoApiOptions): void {
    const { appFunction } = this;
    if (forgetHeaders.length > 0) appFunction.addEnvironment(ENV.forgottenHeaders, forgetHeaders.join(","));
    if (Object.keys(limits).length > 0) appFunction.addEnvironment(ENV.limits, JSON.stringify(limits));
    const awaitMs = timers.awaitUpTo?.toMilliseconds();
    if (awaitMs !== undefined) appFunction.addEnvironment(ENV.awaitTimers, String(awaitMs));
    if (order === "ordered") appFunction.addEnvironment(ENV.order, order);
  }

  /**
   * The app hands chunks and ranges of broadcasts to `deliver`, which reads who is in them; `deliver` lets
   * the app run the `disconnect` handlers of members that are gone.
   */
  #grantDeliver(): void {
    const { appFunction, deliverFunction } = this;
    this.grantManageConnections(deliverFunction);
    this.tables.grantReadMembers(deliverFunction);
    appFunction.addEnvironment(ENV.deliverFunction, deliverFunction.functionName);
    const { region, urlSuffix } = Stack.of(this);
    for (const fn of [appFunction, deliverFunction]) {
      fn.addEnvironment(ENV.awsDomain, `${region}.${urlSuffix}`);
    }
    allowInvoke(this, "AppInvokesDeliver", appFunction, deliverFunction);
    allowInvoke(this, "DeliverInvokesApp", deliverFunction, appFunction.target);
    allowInvoke(this, "DeliverInvokesItself", deliverFunction, deliverFunction);
  }

  /**
   * Where plain WebSocket clients connect: `wss://{api}.execute-api.{region}.{URL suffix,
   * mostly amazonaws.com}/{stage}`.
   */
  get url(): string {
    return this.stage.url;
  }

  /**
   * Lets a Lambda function, a container's role or a user emit to this API's clients by
   * `socket.io-lambda/emitter`: the permission to invoke the app function, and nothing else. A function also
   * gets the environment variables of `emitterEnvironment`; anything else has to be given them. In a VPC
   * without a way out, the emitter needs an interface endpoint for Lambda.
   *
   * @throws SocketIoApiError for a function that emits to another API already, or is behind a route that
   *   needs a session
   */
  grantEmit(grantee: IGrantable): void {
    const isNamedByApp = grantee instanceof LambdaFunction && this.#guarded.has(grantee);
    grantEmit(this, grantee, isNamedByApp, this.emitterEnvironment);
  }

  /** What `new Emitter()` reads from its environment, for a container's or a script's. */
  get emitterEnvironment(): Readonly<Record<string, string>> {
    const { region, urlSuffix } = Stack.of(this);
    return {
      [ENV.appFunction]: this.appFunction.target.functionArn,
      [ENV.awsDomain]: `${region}.${urlSuffix}`,
    };
  }

  /**
   * Lets a function post to this stage's connections: the permission, and the environment variable
   * `SOCKET_IO_ENDPOINT` that says where. With `"GET"` it may also look at them, with `"DELETE"` close them:
   * name every method that it needs. A function behind a route needs this to answer; it must then be in the
   * same stack, because each refers to the other.
   *
   * @param methods default: `"POST"`
   */
  grantManageConnections(fn: LambdaFunction, ...methods: readonly ConnectionMethod[]): void {
    const allowed = methods.length > 0 ? [...new Set(methods)] : (["POST"] as const);
    const connections = (method: ConnectionMethod) =>
      Stack.of(this).formatArn({
        service: "execute-api",
        resource: this.webSocketApi.apiId,
        resourceName: `${this.stage.stageName}/${method}/@connections/*`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      });
    Grant.addToPrincipal({
      grantee: fn,
      actions: ["execute-api:ManageConnections"],
      resourceArns: allowed.map(connections),
    });
    fn.addEnvironment(ENV.endpoint, this.stage.callbackUrl);
  }
}
