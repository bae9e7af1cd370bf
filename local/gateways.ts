import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connectable, FrontDoorAddress } from "./connection-lines.js";
import type { Distribution } from "./front-door/distribution.js";
import type { FrontDoor } from "./front-door/front-door.js";
import type { DoorStack, FrontDoors } from "./front-doors.js";
import { PortInUseError } from "./gateway/errors.js";
import { ApiChangedError, type Gateway, type GatewayOptions, startGateway } from "./gateway/gateway.js";
import type { Parts } from "./parts.js";
import type { ServedApi } from "./template/served-apis.js";
import type { StackModel } from "./template/template.js";

/** One API of the running stack. */
export interface LocalApi extends Connectable {
  /** The construct's path in its stack, such as `Chat`. */
  readonly name: string;
  /** Where WebSocket clients connect: `ws://localhost:PORT/STAGE`. */
  readonly url: string;
  /** Where its `@connections` is: `http://127.0.0.1:PORT/STAGE`. */
  readonly endpoint: string;
  readonly port: number;
  readonly stage: string;
  /** Its distribution, where it has one: all that is asked at its port but for the stage's own path. */
  readonly frontDoor?: FrontDoorAddress;
}

export interface RunningApi extends LocalApi {
  readonly apiId: string;
  readonly gateway: Gateway;
}

export interface GatewaysOptions
  extends Pick<GatewayOptions, "invoke" | "callService" | "faults" | "onEvent" | "watcher"> {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Answers plain HTTP at an API's port, where it has no front door. */
  readonly serveHttp: (api: () => LocalApi) => Serve;
  /** The same where it has one. */
  readonly serveFront: (api: () => LocalApi, door: FrontDoor) => Serve;
  readonly doors: FrontDoors;
}

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** Ports that are tried after the given one, for an API whose stage's name is taken there. */
const MORE_PORTS = 20;

/**
 * Starts all APIs on one port, each under the name of its stage, as API Gateway does with
 * hosts. Where two stages have one name, the second API gets the next free port: its path
 * stays what its clients and functions know. So does each further API with a front door, which has a port's
 * whole address for itself.
 */
export async function startGateways(
  apis: readonly ServedApi[],
  options: GatewaysOptions,
  parts: Parts,
): Promise<RunningApi[]> {
  const running: RunningApi[] = [];
  for (const api of apis) {
    const { port, host, serveHttp, serveFront, doors, ...common } = options;
    const distribution = doors.distributionOf(api.apiId);
    const server = running
      .map(({ gateway }) => gateway.server)
      .find((candidate) => !candidate.has(api.stage) && !(candidate.front && distribution));
    let made: RunningApi | undefined;
    const serve = serveHttp(() => made as RunningApi);
    const gatewayOptions: GatewayOptions = {
      ...common,
      api,
      host,
      watcher: running.length === 0 ? options.watcher : undefined,
      serveHttp: (request, response) => {
        const front = made?.gateway.server.front;
        if (front) front.request(request, response);
        else serve(request, response);
      },
      ...(server && { server }),
    };
    const isFirst = running.length === 0;
    const gateway = parts.add(
      await (server || isFirst
        ? startGateway({ ...gatewayOptions, port })
        : startAtNextPort(gatewayOptions, running[0]?.port ?? port, port !== 0)),
    );
    made = {
      name: api.name,
      apiId: api.apiId,
      url: `ws://${personalHost(host)}:${gateway.port}/${api.stage}`,
      endpoint: gateway.endpoint,
      port: gateway.port,
      stage: api.stage,
      gateway,
      ...(distribution && {
        frontDoor: {
          url: `http://${personalHost(host)}:${gateway.port}`,
          path: clientPath(distribution),
        },
      }),
    };
    running.push(made);
    if (!distribution) continue;
    const door = doors.open(distribution, gateway);
    gateway.server.front = {
      request: serveFront(() => made as RunningApi, door),
      upgrade: (request, stream, head) => void door.upgrade(request, stream, head),
    };
  }
  return running;
}

/**
 * Takes over what a reload brings. Throws `ApiChangedError`, and changes nothing, where the
 * APIs are other ones.
 */
export function updateGateways(
  running: readonly RunningApi[],
  { apis, distributions, ...rest }: Pick<StackModel, "apis"> & DoorStack,
  doors: FrontDoors,
): void {
  const before = running.map(({ apiId, stage, frontDoor }) => nameOf(apiId, stage, frontDoor !== undefined));
  const after = apis.map(({ apiId, stage }) =>
    nameOf(
      apiId,
      stage,
      distributions.some((distribution) => distribution.apiId === apiId),
    ),
  );
  const [from, to] = [before.sort().join(", "), after.sort().join(", ")];
  if (from !== to) throw new ApiChangedError(from, to);
  for (const api of apis) running.find(({ apiId }) => apiId === api.apiId)?.gateway.update(api);
  doors.update({ distributions, ...rest });
}

function nameOf(apiId: string, stage: string, hasFrontDoor: boolean): string {
  return `${apiId}/${stage}${hasFrontDoor ? " with a front door" : ""}`;
}

/** `/socket.io` of the pattern `/socket.io*`, which leads to the WebSocket API. */
function clientPath({ behaviors, origins, apiId }: Distribution): string {
  const behavior = behaviors.find(({ originId }) =>
    origins.get(originId)?.domainName.startsWith(`${apiId}.execute-api.`),
  );
  return (behavior?.pathPattern ?? "*").replace(/[/*]*$/, "") || "/";
}

async function startAtNextPort(options: GatewayOptions, port: number, isChosen: boolean): Promise<Gateway> {
  if (!isChosen) return startGateway({ ...options, port: 0 });
  for (let next = port + 1; ; next++) {
    try {
      return await startGateway({ ...options, port: next });
    } catch (error) {
      if (!(error instanceof PortInUseError) || next >= port + MORE_PORTS) throw error;
    }
  }
}

/** What a person types: an address that listens everywhere, or on this machine alone, has a name. */
function personalHost(host: string): string {
  if (["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
