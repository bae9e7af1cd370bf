/** The contract's apps on the whole local stack: the synthesized template, with bundles in worker threads. */
import { fileURLToPath } from "node:url";
import { startLocal } from "../../local/start.js";
import type { Target } from "./contract.js";

const appPath = (name: string) => fileURLToPath(new URL(`apps/${name}.ts`, import.meta.url));

export const RECOVERY_APP = appPath("recovery-app");

export async function startStack(environments: number, app = appPath("contract-app")): Promise<Target> {
  const local = await startLocal({ app, environments });
  return {
    url: `ws://127.0.0.1:${local.port}`,
    path: `/${local.stage}`,
    gateway: local.gateway,
    close: () => local.close(),
  };
}
