import { emitterEnvironment } from "./emitter-environment.js";
import type { FaultControl } from "./faults/fault-options.js";
import { Faults } from "./faults/faults.js";
import { clockJumps, gatewayFaults } from "./faults/gateway-faults.js";
import { MissingFiles } from "./front-door/missing-files.js";
import { PollingClients } from "./front-door/polling-clients.js";
import { type DoorStack, FrontDoors } from "./front-doors.js";
import { localOutputs, reservedNames, withLocalEnvironment } from "./function-environment.js";
import type { Gateway } from "./gateway/gateway.js";
import { type LocalApi, type RunningApi, startGateways, updateGateways } from "./gateways.js";
import { Inspector } from "./lambda/inspector.js";
import { withoutDeadlines } from "./lambda/without-deadlines.js";
import { listenError } from "./listen-error.js";
import { loadError } from "./load-error.js";
import { localAddresses } from "./local-addresses.js";
import type { LocalEvent, OnLocalEvent } from "./local-event.js";
import { checkStackPackages } from "./packages.js";
import { Parts } from "./parts.js";
import { Turns, watchAndReload } from "./reload.js";
import { withFrontDoor, withoutFrontDoor } from "./serve-http.js";
import { type Services, startServices } from "./services.js";
import type { StartOptions } from "./start-options.js";
import { type Assembly, type SynthOptions, synth } from "./synth/synth.js";
import { readAssembly } from "./template/assembly.js";
import type { StackModel } from "./template/template.js";
import { whichStack } from "./which-stack.js";

export type { LocalApi } from "./gateways.js";
export type { StartOptions } from "./start-options.js";

/**
 * A running stack. What stands for one API (`url`, `endpoint`, `port`, `stage`, `gateway`)
 * is that of the first of `apis`.
 */
export interface Local {
  /** Where WebSocket clients connect: `ws://localhost:PORT/STAGE`. */
  readonly url: string;
  /** The page, or a text that says how to connect. */
  readonly pageUrl: string;
  /** Whether `pageUrl` is that of a page: of the option `page`, or of the stack's own bucket. */
  readonly hasPage: boolean;
  /**
   * Where `@connections` is: `http://127.0.0.1:PORT/STAGE`. Calls are signed with the key
   * "local" and the secret "local".
   */
  readonly endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly port: number;
  readonly stage: string;
  /** All APIs of the stacks. They share a port where the names of their stages differ. */
  readonly apis: readonly LocalApi[];
  /** Where debuggers attach: `127.0.0.1:9229`. Undefined without `inspect`. */
  readonly inspectorAddress?: string;
  /** The templates' outputs, with this machine's address in the place of AWS's. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Variables with which `new Emitter()` in a script reaches the first app: see `docs/emitter.md`. */
  readonly emitterEnvironment: Readonly<Record<string, string>>;
  /** Whether no event runs, nor waits to run. A GET of a client that polls is one. */
  readonly isIdle: boolean;
  /** For tests that lose a client's connection, move the clock, or ask who is connected. */
  readonly gateway: Gateway;
  /** Changes what goes wrong, or ends it. */
  readonly faults: FaultControl;
  /**
   * Synthesizes again and runs what came out: connections stay open, tables and queues keep what they
   * hold, running events end in the old code, the next ones meet the new. Rejects, and changes nothing,
   * where the new code does not compile or load.
   */
  reload(): Promise<void>;
  /** Ends everything that was started. Clients are closed with 1001; running events are lost. */
  close(): Promise<void>;
}

interface Synthesized {
  readonly assembly: Assembly;
  readonly stack: StackModel;
}

const DEFAULT_ENVIRONMENTS = 2;
const DEFAULT_HOST = "127.0.0.1";
const MINUTE_MS = 60_000;

/**
 * Runs the synthesized template of a CDK app on this machine, and resolves when every function has been
 * loaded once. Any number may run in one process. Rejects, leaving nothing behind, with a `LocalError`
 * (`SynthError`, `TemplateError`, …) or a `GatewayError` (a port in use) for what a person can correct, and
 * with a `FunctionError` where a function's module throws.
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
  const { environments = DEFAULT_ENVIRONMENTS, onDemand = false, minuteMs = MINUTE_MS, env = {} } = options;
  const report = options.log ?? (() => {});
  const choice = whichStack(options);
  checkStackPackages(choice.project);
  const log = (event: LocalEvent) => report(withDisplayName(event, services));
  let services: Services | undefined;
  const faults = new Faults(options.faults, (fault) => log({ type: "fault", ...fault }));
  const inspector = options.inspect === undefined ? undefined : await Inspector.start(options.inspect);
  if (inspector) parts.add(inspector);
  const synthesizeNow = async () => {
    const made = await synthesize(choice, log);
    return inspector ? { ...made, stack: withoutDeadlines(made.stack) } : made;
  };
  // Side by side, because a synth takes by far the longest.
  const [first, started] = await Promise.all([
    synthesizeNow(),
    startServices({ environments, onDemand, minuteMs, inspector, faults, log }, parts),
  ]);
  services = started;
  warnOfReservedNames(env, log);
  let current = first;
  // Before the gateway lets clients in.
  started.sqs.create(current.stack.queues.values());

  const { promise: deployed, resolve: setDeployed } = deferred();
  const { apis, doors } = await serve(
    { ...options, project: choice.project },
    current.stack,
    { services: started, deployed, faults, log },
    parts,
  );
  const deploy = (stack: StackModel) =>
    started.deploy(withLocalEnvironment(stack, apis, env)).catch(async (error: unknown) => {
      throw await loadError(error, choice.project);
    });
  await deploy(current.stack);
  setDeployed();

  const turns = new Turns();
  const reloadInTurn = () =>
    turns.take(async () => {
      const next = await synthesizeNow();
      await replace(current, next, { apis, doors }, deploy);
      current = next;
    });
  if (options.watch) parts.add(watchAndReload(() => current.assembly, reloadInTurn, log));

  return {
    ...addressesOf(apis),
    dynamodbEndpoint: started.dynamodbEndpoint,
    hasPage: options.page !== undefined || doors.havePage,
    ...(inspector && { inspectorAddress: inspector.address }),
    get outputs() {
      return localOutputs(current.stack, apis);
    },
    get emitterEnvironment() {
      return emitterEnvironment(current.stack, started.lambdaEndpoint);
    },
    get isIdle() {
      return started.isIdle;
    },
    faults,
    reload: reloadInTurn,
    async close() {
      await turns.ended();
      await parts.close();
    },
  };
}

async function replace(
  current: Synthesized,
  next: Synthesized,
  { apis, doors }: Awaited<ReturnType<typeof serve>>,
  deploy: (stack: StackModel) => Promise<void>,
): Promise<void> {
  if (next.assembly.folder === current.assembly.folder) return;
  // First what may fail; the gateways throw, and stay as they are, where the APIs are other ones.
  updateGateways(apis, next.stack, doors);
  await deploy(next.stack).catch((error: unknown) => {
    updateGateways(apis, current.stack, doors);
    throw error;
  });
}

function warnOfReservedNames(env: Readonly<Record<string, string>>, log: OnLocalEvent): void {
  for (const name of reservedNames(env)) {
    const message = `The variable ${name} is set by Lambda or the local stack: yours has no effect.`;
    log({ type: "warning", message });
  }
}

/** What stands for one API is that of the first. */
function addressesOf(apis: readonly [RunningApi, ...RunningApi[]]) {
  const [{ url, endpoint, port, stage, gateway }] = apis;
  const pageUrl = new URL("/", url.replace(/^ws/, "http")).href;
  const all = apis.map(({ apiId, gateway, ...api }) => api);
  return { url, pageUrl, endpoint, port, stage, gateway, apis: all };
}

async function synthesize(choice: SynthOptions, log: OnLocalEvent): Promise<Synthesized> {
  const assembly = await synth(choice);
  const stack = readAssembly(assembly.folder);
  for (const message of [...assembly.output, ...stack.warnings]) log({ type: "warning", message });
  return { assembly, stack };
}

interface Behind {
  readonly services: Services;
  /** Settles when the functions are there. */
  readonly deployed: Promise<void>;
  readonly faults: Faults;
  readonly log: OnLocalEvent;
}

interface Serving {
  readonly apis: [RunningApi, ...RunningApi[]];
  readonly doors: FrontDoors;
}

/** Lets clients in. */
async function serve(
  { port = 0, host = DEFAULT_HOST, page, watcher, project }: StartOptions & { readonly project: string },
  stack: StackModel,
  { services, deployed, faults, log }: Behind,
  parts: Parts,
): Promise<Serving> {
  const invoke = async (functionName: string, event: unknown) => {
    // A browser that reconnects may be quicker than the functions.
    await deployed;
    return services.lambda.invoke(functionName, event);
  };
  const clients = parts.add(new PollingClients(log));
  let running: RunningApi[] = [];
  const localText = (text: string, current: DoorStack) => localAddresses(text, current, running);
  const watchers = [clients, new MissingFiles(project, log), ...(watcher ? [watcher] : [])];
  const doors = parts.add(new FrontDoors(stack, { invoke, log, watchers, localText }));
  running = await startGateways(
    stack.apis,
    {
      port,
      host,
      invoke,
      faults: gatewayFaults(faults),
      watcher,
      serveHttp: withoutFrontDoor({ page, log }),
      serveFront: withFrontDoor({ page, log }),
      doors,
      callService: (request) => services.sqs.call(request),
      onEvent: (event) => {
        for (const seen of clients.seen(event)) log(seen);
      },
    },
    parts,
  ).catch((error: unknown) => {
    throw listenError(error);
  });
  parts.add(
    clockJumps(faults, (ms) => {
      for (const { gateway } of running) gateway.advance(ms);
    }),
  );
  return { apis: running as [RunningApi, ...RunningApi[]], doors };
}

/** A person knows their file, or their construct, and not the name that CloudFormation gives a function. */
function withDisplayName(event: LocalEvent, services: Services | undefined): LocalEvent {
  if (!("functionName" in event) || event.functionName === undefined || !services) return event;
  return { ...event, functionName: services.lambda.displayName(event.functionName) };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
