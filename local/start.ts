import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMessage } from "./describe-message.js";
import { LocalError, SynthError } from "./errors.js";
import { type Gateway, type ProxyEvent, startGateway } from "./gateway/gateway.js";
import { startInvokeApi } from "./lambda/invoke-api.js";
import { Lambda } from "./lambda/lambda.js";
import type { OnLocalEvent } from "./local-event.js";
import { page } from "./page.js";
import { Parts } from "./parts.js";
import { Schedules } from "./schedules.js";
import { type Assembly, synth } from "./synth/synth.js";
import { startTables } from "./tables/tables.js";
import { readAssembly, type StackModel } from "./template.js";
import { watchInputs } from "./watch.js";

export interface StartOptions {
  /** Absolute path of the file that exports the Socket.IO server. @default the one that the CDK app names */
  readonly app?: string;
  /** Name of the stage, the path that clients connect to. @default the CDK app's, "prod" */
  readonly stage?: string;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Environments that each function keeps, at least 1. An event that has waited for 0.2 s gets one more, up to 50. @default 2 */
  readonly environments?: number;
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
  /**
   * Synthesizes again and runs what came out: connections stay open, tables keep their items, running events end in the old
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
  const { port = 0, environments = DEFAULT_ENVIRONMENTS, log = () => {} } = options;
  const lambda = parts.add(
    new Lambda({
      environments,
      onOutput: (functionName, line, stream) => log({ type: "output", functionName, line, stream }),
      onAsyncError: (functionName, error, attemptsLeft) =>
        log({ type: "async-error", functionName, error, attemptsLeft }),
    }),
  );
  const schedules = parts.add(new Schedules(lambda));
  // Side by side, because a synth takes by far the longest.
  const [first, tables, invokeApi] = await Promise.all([
    synthesize(options, log),
    parts.add(startTables((message) => log({ type: "warning", message: `DynamoDB: ${message}` }))),
    parts.add(startInvokeApi(lambda)),
  ]);
  let current = first;

  const { promise: deployed, resolve: setDeployed } = deferred();
  const gateway = parts.add(
    await startGateway({
      api: current.stack.api,
      port,
      async invoke(functionName, event) {
        logMessage(event, log);
        // A browser that reconnects may be quicker than the functions.
        await deployed;
        return lambda.invoke(functionName, event);
      },
      serveHttp: page({ folder: join(ROOT, "web"), stage: () => current.stack.api.stage }),
      onEvent(event) {
        // A message with a route is logged when its function is invoked: only there its text is known.
        if (event.type !== "message" || event.routeKey === undefined) log(event);
      },
    }),
  );
  const variables = {
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: gateway.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: invokeApi.endpoint,
    // The SDK warns of this machine's Node, which is not the one that the functions meet on AWS.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  const deploy = async (stack: StackModel) => {
    await tables.create(stack.tables.values());
    await lambda.deploy(stack, variables);
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
    reload: reloadInTurn,
    async close() {
      await reloading;
      await parts.close();
    },
  };
}

async function synthesize({ app, stage, cdkApp }: StartOptions, log: OnLocalEvent): Promise<Synthesized> {
  if (app !== undefined && !statSync(app, { throwIfNoEntry: false })?.isFile()) {
    throw new LocalError(`There is no file ${app}: give --app the file that exports your Socket.IO server.`);
  }
  const assembly = await synth({
    root: ROOT,
    cdkApp: cdkApp ?? join(ROOT, "bin", "app.ts"),
    context: { ...(app !== undefined && { app }), ...(stage !== undefined && { stage }) },
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

function logMessage(event: unknown, log: OnLocalEvent): void {
  const { requestContext, body } = event as ProxyEvent;
  if (requestContext.eventType !== "MESSAGE" || body === undefined) return;
  const { connectionId, routeKey } = requestContext;
  log({
    type: "message",
    connectionId,
    routeKey,
    bytes: Buffer.byteLength(body),
    label: describeMessage(body),
  });
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
