/** Where an app with sessions runs, and its page. */
import { fileURLToPath } from "node:url";
import type { Server } from "socket.io";
import { startLocal } from "../../local/start.js";
import { startTables } from "../../local/tables/tables.js";
import { serveLocal } from "../../local/testing.js";
import { serveStock } from "../contract/stock.js";
import type { Door } from "../support/clients.js";
import { Page } from "./page.js";

export interface Target extends Door {
  readonly page: Page;
  close(): Promise<void>;
}

export type AppName = "engine" | "wrapped" | "jwt";

interface App {
  readonly io: Server;
  readonly useEngine?: (engine: Server["engine"]) => void;
  readonly store?: { close(): void };
}

const TABLE = "Sessions";

export async function onStack(app: AppName, environments: number): Promise<Target> {
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  process.env.SESSIONS_TABLE = TABLE;
  const local = await startLocal({
    app: file(app === "wrapped" ? "apps/wrapped-app.ts" : `apps/${app}-on-stack.ts`),
    cdkApp: file("cdk-app.ts"),
    environments,
  });
  const page = await Page.serve(local.dynamodbEndpoint);
  return {
    url: `http://127.0.0.1:${local.port}`,
    path: "/socket.io",
    page,
    async close() {
      await page.close();
      await local.close();
    },
  };
}

/** Nothing is kept between events. */
export function onKit(app: AppName): Promise<Target> {
  return inProcess(app, (io) => serveLocal(io));
}

/** The control: Socket.IO's own server. */
export function onStock(app: AppName): Promise<Target> {
  return inProcess(app, serveStock);
}

async function inProcess(
  app: AppName,
  serve: (io: Server) => Promise<Door & { close(): Promise<void> }>,
): Promise<Target> {
  const tables = await startTables(console.error);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    SESSIONS_TABLE: TABLE,
  });
  await tables.create([
    {
      TableName: TABLE,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    },
  ]);
  const { io, useEngine, store } = (await import(`./apps/${app}-app.ts`)) as App;
  const served = await serve(io);
  useEngine?.(io.engine);
  const page = await Page.serve(tables.endpoint);
  return {
    url: served.url.replace(/^ws/, "http"),
    path: io.path(),
    page,
    async close() {
      await page.close();
      await served.close();
      store?.close();
      await tables.close();
    },
  };
}
