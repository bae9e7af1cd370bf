import { ArnFormat, Stack } from "aws-cdk-lib";
import { WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { Grant } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { ENV, ROUTE_SELECTION_EXPRESSION } from "../runtime/contract.js";
import { allowInvoke } from "./allow-invoke.js";
import { AppFunction } from "./app-function.js";
import { DeliverFunction } from "./deliver-function.js";
import { EventQueue } from "./event-queue.js";
import { HeartbeatSchedule } from "./heartbeat-schedule.js";
import { resolveOptions, type SocketIoApiProps } from "./options.js";
import { addRoutes } from "./routes.js";
import { Tables } from "./tables.js";

/**
 * A Socket.IO server without servers: a WebSocket API, the app as a Lambda function, and two tables that remember
 * connections and rooms.
 *
 * ```ts
 * import { SocketIoApi } from "socket.io-lambda/cdk";
 *
 * const api = new SocketIoApi(this, "Chat", { app: "lambdas/app.ts", routes: ["say", { clock: clockFunction }] });
 * api.grantManageConnections(clockFunction);
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
  /** The user's server; grant it whatever the app needs (`bucket.grantRead(api.appFunction)`). */
  readonly appFunction: LambdaFunction;
  /** Posts the chunks of large broadcasts; its `deadLetterAlarm` wants an action. */
  readonly deliverFunction: DeliverFunction;
  readonly tables: Tables;
  /** With `order: "ordered"`, what stands between the API and the app; its `deadLetterAlarm` wants an action. */
  readonly eventQueue: EventQueue | undefined;

  constructor(scope: Construct, id: string, props: SocketIoApiProps) {
    super(scope, id);
    const { order, stageName, removalPolicy, routes, ...functionOptions } = resolveOptions(props);

    this.webSocketApi = new WebSocketApi(this, "Api", {
      apiName: this.node.path.replaceAll("/", "-"),
      routeSelectionExpression: ROUTE_SELECTION_EXPRESSION,
    });
    this.stage = new WebSocketStage(this, "Stage", {
      webSocketApi: this.webSocketApi,
      stageName,
      autoDeploy: true,
    });
    this.tables = new Tables(this, "Tables", { removalPolicy });
    this.appFunction = new AppFunction(this, "App", { ...functionOptions, removalPolicy });

    const { runtime } = functionOptions;
    this.deliverFunction = new DeliverFunction(this, "Deliver", { runtime, removalPolicy });

    this.tables.grantReadWrite(this.appFunction);
    this.#grantDeliver();
    new HeartbeatSchedule(this, "Heartbeat", this.appFunction);
    this.grantManageConnections(this.appFunction);
    if (order === "ordered") {
      this.appFunction.addEnvironment(ENV.order, order);
      this.eventQueue = new EventQueue(this, "Events", {
        consumer: this.appFunction,
        timeout: functionOptions.timeout,
        removalPolicy,
      });
    }
    addRoutes(this.webSocketApi, this.stage, this.appFunction, routes, this.eventQueue);
  }

  /** The app hands over chunks; for a member that is gone, the app runs the `disconnect` handlers. */
  #grantDeliver(): void {
    const { appFunction, deliverFunction } = this;
    this.grantManageConnections(deliverFunction);
    appFunction.addEnvironment(ENV.deliverFunction, deliverFunction.functionName);
    allowInvoke(this, "AppInvokesDeliver", appFunction, deliverFunction);
    allowInvoke(this, "DeliverInvokesApp", deliverFunction, appFunction);
    allowInvoke(this, "DeliverInvokesItself", deliverFunction, deliverFunction);
  }

  /** Where plain WebSocket clients connect: `wss://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  get url(): string {
    return this.stage.url;
  }

  /**
   * Lets a function post to this stage's connections, look at them and close them: the permission, and the environment
   * variable `SOCKET_IO_ENDPOINT` that says where. For a function behind a route this is what lets it answer; it must then be
   * in the same stack, since each of the two refers to the other.
   */
  grantManageConnections(fn: LambdaFunction): void {
    const connections = (method: string) =>
      Stack.of(this).formatArn({
        service: "execute-api",
        resource: this.webSocketApi.apiId,
        resourceName: `${this.stage.stageName}/${method}/@connections/*`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      });
    Grant.addToPrincipal({
      grantee: fn,
      actions: ["execute-api:ManageConnections"],
      resourceArns: ["POST", "GET", "DELETE"].map(connections),
    });
    fn.addEnvironment(ENV.endpoint, this.stage.callbackUrl);
  }
}
