/** The contract's apps on the whole local stack: the synthesized template, with bundles in worker threads. */
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { ManagerOptions } from "socket.io-client";
import type { LocalEvent } from "../../local/local-event.js";
import { startLocal } from "../../local/start.js";
import { pollingConnectionId } from "../../runtime/store/polling-store.js";
import type { Target } from "./contract.js";
import { leave } from "./polling.js";

const appPath = (name: string) => fileURLToPath(new URL(`apps/${name}.ts`, import.meta.url));

export const RECOVERY_APP = { app: appPath("recovery-app") };
export const FOREIGN_CONTEXTS_APP = { app: appPath("foreign-contexts") };

const CONTRACT_APP: StackApp = { app: appPath("contract-app") };

const RECENT_EVENTS = 200;

export interface StackApp {
  readonly app: string;
  /** @default the project's own */
  readonly cdkApp?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startStack(environments: number, app: StackApp = CONTRACT_APP): Promise<Target> {
  const { target } = await start(environments, app, () => {});
  return target;
}

/** For clients that come to the front door, with these options, at Socket.IO's own path. */
export async function startFrontDoor(
  environments: number,
  clientOptions: Partial<ManagerOptions>,
): Promise<Target> {
  const upgraded = new Map<string, string>();
  const pollsOnly = String(clientOptions.transports) === "polling";
  const app = { ...CONTRACT_APP, ...(pollsOnly && { env: { ALLOW_UPGRADES: "false" } }) };
  const { target, local } = await start(environments, app, (event) => {
    if (event.type === "upgrade") upgraded.set(event.from, event.connectionId);
  });
  const drop = (sid: string) => {
    const connectionId = upgraded.get(pollingConnectionId(sid));
    if (connectionId !== undefined) local.gateway.drop(connectionId);
    else void leave(target, sid);
  };
  return { ...target, path: "/socket.io", clientOptions, gateway: { drop } };
}

async function start(environments: number, app: StackApp, onEvent: (event: LocalEvent) => void) {
  const recent: string[] = [];
  const printed: string[] = [];
  const log = (event: LocalEvent) => {
    onEvent(event);
    if (event.type === "output") printed.push(event.line);
    recent.push(`${new Date().toISOString()} ${inspect(event, { breakLength: Number.POSITIVE_INFINITY })}`);
    if (recent.length > RECENT_EVENTS) recent.shift();
  };
  const local = await startLocal({ ...app, environments, log });
  const target: Target = {
    history: () => recent,
    printed: () => printed,
    url: `ws://127.0.0.1:${local.port}`,
    path: `/${local.stage}`,
    gateway: local.gateway,
    close: () => local.close(),
  };
  return { target, local };
}
