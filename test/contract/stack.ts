/** The contract's apps on the whole local stack: the synthesized template, with bundles in worker threads. */
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { LocalEvent } from "../../local/local-event.js";
import { startLocal } from "../../local/start.js";
import type { Target } from "./contract.js";

const appPath = (name: string) => fileURLToPath(new URL(`apps/${name}.ts`, import.meta.url));

export const RECOVERY_APP = appPath("recovery-app");

const RECENT_EVENTS = 200;

export async function startStack(environments: number, app = appPath("contract-app")): Promise<Target> {
  const recent: string[] = [];
  const log = (event: LocalEvent) => {
    recent.push(`${new Date().toISOString()} ${inspect(event, { breakLength: Number.POSITIVE_INFINITY })}`);
    if (recent.length > RECENT_EVENTS) recent.shift();
  };
  const local = await startLocal({ app, environments, log });
  return {
    history: () => recent,
    url: `ws://127.0.0.1:${local.port}`,
    path: `/${local.stage}`,
    gateway: local.gateway,
    close: () => local.close(),
  };
}
