import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ENV } from "../runtime/contract.js";
import { describeMessage } from "./describe-message.js";
import { LocalError, SynthError } from "./errors.js";
import type { FaultControl, FaultOptions } from "./faults/fault-options.js";
import { Faults } from "./faults/faults.js";
import { clockJumps, gatewayFaults } from "./faults/gateway-faults.js";
import { InvocationFaults } from "./faults/invocation-faults.js";
import { injectTableFaults } from "./faults/table-faults.js";
import { type Gateway, type GatewayEvent, startGateway } from "./gateway/gateway.js";
import { invocationRecord } from "./lambda/invocation-record.js";
import { startInvokeApi } from "./lambda/invoke-api.js";
import { Lambda } from "./lambda/lambda.js";
import type { LocalEvent, OnLocalEvent } from "./local-event.js";
import { page } from "./page.js";
import { Parts } from "./parts.js";
import { EventSources } from "./queues/event-sources.js";
import { Sqs } from "./queues/sqs.js";
import { Schedules } from "./schedules.js";
import { type Assembly, synth } from "./synth/synth.js";
import { startTables } from "./tables/tables.js";
import { readAssembly, type StackModel } from "./template.js";
import { watchInputs } from "./watch.js";

export interface StartOptions {
  /** Absolute path of the file that exports the Socket.IO server. @default the one that the CDK app names */
  readonly app?: string;
  /** How one client's messages are handled: the construct's `order`. @default the CDK app's, "concurrent" */
  readonly order?: "concurrent" | "ordered";
  /** Name of the stage, the path that clients connect to. @default the CDK app's, "prod" */
  readonly stage?: string;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Environments that each function keeps, at least 1. An event that has waited for 0.2 s gets one more, up to 50. @default 2 */
  readonly environments?: number;
  /**
   * Starts an environment when an event needs one, and gives each event a warm one where one is idle, as Lambda does. Without it,
   * all start ahead, and events spread over them. @default false
   */
  readonly onDemand?: boolean;
  /** What goes wrong, and how often, from a seed. `log` hears of each fault that strikes. @default nothing */
  readonly faults?: FaultOptions;
  /**
   * How long a minute of the template's schedules takes, in milliseconds, so that a heartbeat can be watched. An app's
   * `pingInterval` may then be as short. @default 60,000
   */
  readonly minuteMs?: number;
  /** Hears of everything that happens, in its order. Must not throw. */
  readonly log?: OnLocalEvent;
  /** Reloads by itself when a file changes that went into the functions or the template. @default false */
  readonly watch?: boolean;
  /** Absolute path of the file that makes the CDK `App`. @default bin/app.ts of this project */
  readonly cdkApp?: string;
}

/** A running stack. */
export interface Local {
  /** Where WebSocket clients connect: `ws://localhost:PORT/STAGE`. */
  readonly url: string;
  /** The example's page. */
  readonly pageUrl: string;
  /** Where `@connections` is: `http://127.0.0.1:PORT/STAGE`. Calls are signed with the key "local" and the secret "local". */
  readonly endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly port: number;
  readonly stage: string;
  /** The template's outputs, with this machine's address in the place of AWS's. */
  readonly outputs: Readonly<Record<string, string>>;
  /** For tests that lose a client's connection, move the clock, or ask who is connected. */
  readonly gateway: Gateway;
  /** Changes what goes wrong, or ends it. */
  readonly faults: FaultControl;
  /**
   * Synthesizes again and runs what came out: connections stay open, tables and queues keep what they hold, running events end in the old
   * code, the next ones meet the new. Rejects, and changes nothing, where the new code does not compile or load.
   */
  reload(): Promise<void>;
  /** Ends everything that was started. Clients are closed with 1001; running events are lost. */
  close(): Promise<void>;
}

interface Synthesized {
  readonly assembly: Assembly;
  readonly stack: StackModel;
}

const ROOT = fileURLToPath(new URL("../", import.meta.url)).replace(/[\\/]$/, "");
const DEFAULT_ENVIRONMENTS = 2;
const MINUTE_MS = 60_000;
/** A message whose function failed would come again after minutes on AWS. Here a minute takes a second, as for asynchronous events. */
const REDELIVERY_SPEED = 60;

/**
 * Runs the synthesized template of the CDK app on this machine, and resolves when every function has been loaded once. Any
 * number may run in one process. Rejects, leaving nothing behind, with a `LocalError` (`SynthError`, `TemplateError`, …) or a
 * `GatewayError` (a port in use) for what a person can correct, and with a `FunctionError` where a function's module throws.
 */
export async function startLocal(options: StartOptions = {}): Promise<Local> {
  const parts = new Parts();
  try {
    return await start(options, parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function start(options: StartOptions, parts: Parts): Promise<Local> {
  const {
    port = 0,
    environments = DEFAULT_ENVIRONMENTS,
    onDemand = false,
    minuteMs = MINUTE_MS,
    log = () => {},
  } = options;
  const faults = new Faults(options.faults, (fault) => log({ type: "fault", ...fault }));
  const sqs = parts.add(new Sqs({ onDeadLetter: (letter) => log({ type: "dead-letter", ...letter }) }));
  const lambda = parts.add(
    new Lambda({
      environments,
      onDemand,
      faults: new InvocationFaults(faults),
      onOutput: (functionName, line, stream) => log({ type: "output", functionName, line, stream }),
      onAsyncError: (functionName, error, attemptsLeft) =>
        log({ type: "async-error", functionName, error, attemptsLeft }),
      onGivenUp(destinationArn, invocation) {
        const { functionName, error, invokeCount } = invocation;
        const body = JSON.stringify(invocationRecord(invocation));
        const reason = `an event of ${functionName}, which failed ${invokeCount} times: ${String(error)}`;
        try {
          sqs.sendDeadLetter(destinationArn, { body }, reason);
        } catch (refusal) {
          log({
            type: "warning",
            message: `${functionName}: an event is lost, not dead-lettered: ${refusal}`,
          });
        }
      },
    }),
  );
  const eventSources = parts.add(
    new EventSources({
      sqs,
      invoke: (functionName, event) => lambda.invoke(functionName, event),
      redeliverySpeed: REDELIVERY_SPEED,
      onBatchFailed: (failure) => log({ type: "batch-failed", ...failure }),
    }),
  );
  const schedules = parts.add(new Schedules(lambda, minuteMs));
  // Side by side, because a synth takes by far the longest.
  const [first, tables, invokeApi] = await Promise.all([
    synthesize(options, log),
    parts.add(startTables((message) => log({ type: "warning", message: `DynamoDB: ${message}` }))),
    parts.add(startInvokeApi(lambda)),
  ]);
  injectTableFaults(faults, tables);
  let current = first;
  // Before the gateway lets clients in.
  sqs.create(current.stack.queues.values());

  const { promise: deployed, resolve: setDeployed } = deferred();
  const gateway = parts.add(
    await startGateway({
      api: current.stack.api,
      port,
      async invoke(functionName, event) {
        // A browser that reconnects may be quicker than the functions.
        await deployed;
        return lambda.invoke(functionName, event);
      },
      faults: gatewayFaults(faults),
      serveHttp: page({ folder: join(ROOT, "web"), stage: () => current.stack.api.stage }),
      callService: (request) => sqs.call(request),
      onEvent: (event) => log(event.type === "message" ? labelled(event) : event),
    }),
  );
  parts.add(clockJumps(faults, gateway.advance));
  const variables = {
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: gateway.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: invokeApi.endpoint,
    [ENV.tickMs]: String(minuteMs),
    // The SDK warns of this machine's Node, which is not the one that the functions meet on AWS.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  const deploy = async (stack: StackModel) => {
    await tables.create(stack.tables.values());
    sqs.create(stack.queues.values());
    await lambda.deploy(stack, variables);
    eventSources.deploy(stack.eventSources);
    schedules.deploy(stack.schedules);
  };
  await deploy(current.stack);
  setDeployed();

  const reload = async () => {
    const next = await synthesize(options, log);
    if (next.assembly.folder !== current.assembly.folder) {
      // First what may fail; the gateway throws, and stays as it is, where the stage or the API is another one.
      gateway.update(next.stack.api);
      await deploy(next.stack).catch((error: unknown) => {
        gateway.update(current.stack.api);
        throw error;
      });
    }
    current = next;
  };
  // One at a time: two reloads at once could end in the wrong order.
  let reloading = Promise.resolve();
  const reloadInTurn = () => {
    const turn = reloading.then(reload);
    reloading = turn.catch(() => {});
    return turn;
  };
  if (options.watch) parts.add(watchAndReload(() => current.assembly, reloadInTurn, log));

  const { stage } = current.stack.api;
  const authority = `localhost:${gateway.port}`;
  return {
    url: `ws://${authority}/${stage}`,
    pageUrl: `http://${authority}/`,
    endpoint: gateway.endpoint,
    dynamodbEndpoint: tables.endpoint,
    port: gateway.port,
    stage,
    get outputs() {
      return localOutputs(current.stack, authority);
    },
    gateway,
    faults,
    reload: reloadInTurn,
    async close() {
      await reloading;
      await parts.close();
    },
  };
}

async function synthesize(
  { app, order, stage, cdkApp }: StartOptions,
  log: OnLocalEvent,
): Promise<Synthesized> {
  if (app !== undefined && !statSync(app, { throwIfNoEntry: false })?.isFile()) {
    throw new LocalError(`There is no file ${app}: give --app the file that exports your Socket.IO server.`);
  }
  const assembly = await synth({
    root: ROOT,
    cdkApp: cdkApp ?? join(ROOT, "bin", "app.ts"),
    context: {
      ...(app !== undefined && { app }),
      ...(order !== undefined && { order }),
      ...(stage !== undefined && { stage }),
    },
  });
  const stack = readAssembly(assembly.folder);
  for (const message of [...assembly.output, ...stack.warnings]) log({ type: "warning", message });
  return { assembly, stack };
}

function watchAndReload(assembly: () => Assembly, reload: () => Promise<void>, log: OnLocalEvent) {
  let brokenFiles: readonly string[] = [];
  return watchInputs({
    inputs: () => assembly().inputs,
    alsoFiles: () => brokenFiles,
    async onChange() {
      const startedMs = performance.now();
      try {
        await reload();
        brokenFiles = [];
        log({ type: "reloaded", durationMs: performance.now() - startedMs });
      } catch (error) {
        brokenFiles = error instanceof SynthError ? error.files : [];
        log({ type: "reload-failed", error });
      }
    },
  });
}

function labelled({ text, ...event }: Extract<GatewayEvent, { type: "message" }>): LocalEvent {
  return { ...event, label: describeMessage(text) };
}

function localOutputs({ api, outputs }: StackModel, authority: string): Record<string, string> {
  const host = `${api.apiId}.execute-api.${api.region}.amazonaws.com`;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      value
        .replaceAll(`wss://${host}`, `ws://${authority}`)
        .replaceAll(`https://${host}`, `http://${authority}`),
    ]),
  );
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
